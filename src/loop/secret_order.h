/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers the secrets of each kind in each file, in the order in which they stand there. The id of
 * a finding about a secret hangs on this number: the id of a credential hangs on the installation
 * key, and ids of findings must not.
 *
 *     struct secret_order o;
 *     int rc = secret_order_make(&inv, &o);
 *     secret_order_of(&o, asset, place)          indexes in the inventory; of a credential only
 *     secret_order_done(&o);
 */
#ifndef STANCE_LOOP_SECRET_ORDER_H
#define STANCE_LOOP_SECRET_ORDER_H

#include "inventory/inventory.h"

struct secret_order {
    uint32_t *first; /* of each asset: the index of its first place in `nth` */
    uint32_t *nth;
};

int secret_order_make(const struct inventory *inv, struct secret_order *ret) MUST_CHECK;
uint32_t secret_order_of(const struct secret_order *o, size_t asset, size_t place);
void secret_order_done(struct secret_order *o);
/* Which kind of secret a credential is, "" when nobody said. */
struct str secret_kind(const struct asset *credential);

#endif
