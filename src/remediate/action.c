/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which action answers a control. */
#include "remediate/action.h"

const struct action *action_find(struct str name)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        if (str_eq_z(name, ACTIONS[i]->name))
            return ACTIONS[i];
    return NULL;
}

const struct action *action_of(struct str control)
{
    for (int i = 0; i < ACTION_COUNT; i++)
        for (const char *const *c = ACTIONS[i]->controls; *c; c++)
            if (str_eq_z(control, *c))
                return ACTIONS[i];
    return NULL;
}
