/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which row of the catalogue a name in the network belongs to. */
#include "catalog/catalog.h"

/* Letters of a host name have no case. */
static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static int cmp_lower(struct str name, struct str row)
{
    for (size_t i = 0; i < name.n && i < row.n; i++)
        if (lower(name.p[i]) != row.p[i])
            return (unsigned char)lower(name.p[i]) < (unsigned char)row.p[i] ? -1 : 1;
    return name.n < row.n ? -1 : name.n > row.n;
}

static bool eq_lower(struct str name, struct str row)
{
    return name.n == row.n && !cmp_lower(name, row);
}

/* "us-east1-aiplatform" and "{region}-aiplatform". */
static bool label_matches(struct str label, struct str pattern)
{
    size_t open = str_chr(pattern, '{', 0), close = str_chr(pattern, '}', 0);

    if (open == SIZE_MAX)
        return eq_lower(label, pattern);
    struct str before = str_sub(pattern, 0, open), behind = str_sub(pattern, close + 1, pattern.n);
    return label.n > before.n + behind.n && eq_lower(str_sub(label, 0, before.n), before) &&
           eq_lower(str_sub(label, label.n - behind.n, label.n), behind);
}

/* The last label of *name, which is cut off. */
static struct str last_label(struct str *name)
{
    size_t dot = str_rchr(*name, '.');
    struct str label = dot == SIZE_MAX ? *name : str_sub(*name, dot + 1, name->n);

    *name = str_sub(*name, 0, dot == SIZE_MAX ? 0 : dot);
    return label;
}

static bool matches(struct str name, struct str pattern)
{
    bool below = str_starts(pattern, STR("*."));

    if (below)
        pattern = str_sub(pattern, 2, pattern.n);
    while (pattern.n) {
        struct str label = last_label(&name);
        if (!label.n || !label_matches(label, last_label(&pattern)))
            return false;
    }
    return below ? name.n && name.p[name.n - 1] != '.' : !name.n;
}

/* First row whose tail is not before `tail`. */
static int lower_bound(const struct catalog *c, struct str tail)
{
    int low = 0, high = c->n_hosts;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (cmp_lower(tail, str_z(c->hosts[middle].tail)) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of two rows that match: what says more of the name. */
static bool is_narrower(const struct catalog_host *a, const struct catalog_host *b)
{
    bool a_below = a->name[0] == '*', b_below = b->name[0] == '*';

    return a_below != b_below ? b_below : strlen(a->name) > strlen(b->name);
}

const struct catalog_host *catalog_host(const struct catalog *c, struct str name)
{
    const struct catalog_host *best = NULL;

    if (str_ends(name, STR(".")))
        name.n--;
    if (str_starts(name, STR(".")) || str_has(name, STR("..")))
        return NULL;
    for (struct str tail = name; tail.n && !best;) {
        for (int i = lower_bound(c, tail); i < c->n_hosts; i++) {
            const struct catalog_host *row = &c->hosts[i];
            if (!eq_lower(tail, str_z(row->tail)))
                break;
            if (matches(name, str_z(row->name)) && (!best || is_narrower(row, best)))
                best = row;
        }
        size_t dot = str_chr(tail, '.', 0);
        tail = str_sub(tail, dot == SIZE_MAX ? tail.n : dot + 1, tail.n);
    }
    return best;
}
