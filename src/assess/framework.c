/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the verdicts of controls add up to the status of a framework's requirements. */
#include "assess/framework.h"
#include "base/map.h"

const char *const REQUIREMENT_STATUS_NAMES[] = {"pass",           "fail",        "unknown",
                                                "not_applicable", "not_covered", NULL};

/* Rows of one control by verdict. */
struct tally {
    uint64_t verdicts[VERDICT_COUNT];
};

const struct framework *framework_find(struct str id)
{
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        if (str_eq_z(id, FRAMEWORKS[i].id))
            return &FRAMEWORKS[i];
    return NULL;
}

static int take_count(struct map *tallies, struct arena *a, const struct stmt *s)
{
    bool is_new;
    int verdict = word_index(VERDICT_NAMES, stmt_str(s, 1));
    uint64_t *slot = map_put(tallies, stmt_str(s, 0), &is_new);
    if (!slot)
        return E_NOMEM;
    struct tally *t = is_new ? arena_new(a, struct tally) : (struct tally *)(uintptr_t)*slot;
    *slot = (uint64_t)(uintptr_t)t;
    if (t && verdict >= 0)
        t->verdicts[verdict] += (uint64_t)stmt_int(s, 2);
    return t ? OK : E_NOMEM;
}

static int load_tallies(struct db *db, struct map *tallies, struct arena *a, struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(db,
                        STR("SELECT control, verdict, count(*) FROM control_verdict"
                            " GROUP BY control, verdict"),
                        &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        if (take_count(tallies, a, s)) {
            rc = diag_set(d, E_NOMEM, "memory ran out");
            break;
        }
    }
    stmt_free(s);
    return rc;
}

static void add_control(struct requirement_posture *p, const struct map *tallies, const char *id)
{
    const uint64_t *hit = map_get(tallies, str_z(id));
    const struct tally *t = hit ? (const struct tally *)(uintptr_t)*hit : NULL;
    p->controls++;
    if (!t)
        return;
    p->passed += t->verdicts[VERDICT_PASS];
    p->failed += t->verdicts[VERDICT_FAIL];
    p->unknown += t->verdicts[VERDICT_UNKNOWN];
    p->errors += t->verdicts[VERDICT_ERROR];
}

static enum requirement_status status_of(const struct requirement_posture *p)
{
    if (!p->controls)
        return POSTURE_NOT_COVERED;
    if (p->failed)
        return POSTURE_FAIL;
    if (p->unknown || p->errors)
        return POSTURE_UNKNOWN;
    return p->passed ? POSTURE_PASS : POSTURE_NOT_APPLICABLE;
}

static enum requirement_status worst(const int counts[POSTURE_COUNT])
{
    static const enum requirement_status order[] = {POSTURE_FAIL, POSTURE_UNKNOWN,
                                                    POSTURE_NOT_COVERED, POSTURE_PASS};
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (counts[order[i]])
            return order[i];
    return POSTURE_NOT_APPLICABLE;
}

/* Requirements below heading `i`; headings stand above what they group. */
static void add_heading(struct framework_posture *p, int i)
{
    int counts[POSTURE_COUNT] = {0};
    struct requirement_posture *h = &p->rows[i];
    for (int j = i + 1; j < p->framework->n; j++) {
        const struct requirement_posture *row = &p->rows[j];
        const char *parent = row->requirement->parent;
        if (!parent || !str_eq_z(str_z(parent), h->requirement->id))
            continue;
        counts[row->status]++;
        h->controls += row->controls;
        h->passed += row->passed;
        h->failed += row->failed;
        h->unknown += row->unknown;
        h->errors += row->errors;
    }
    h->status = worst(counts);
}

static void fill(struct framework_posture *p, const struct map *tallies)
{
    for (int i = p->framework->n; i-- > 0;) {
        struct requirement_posture *row = &p->rows[i];
        row->requirement = &p->framework->requirements[i];
        if (row->requirement->heading) {
            add_heading(p, i);
            continue;
        }
        for (const char *const *id = row->requirement->controls; *id; id++)
            add_control(row, tallies, *id);
        row->status = status_of(row);
        p->counts[row->status]++;
        p->modes[row->requirement->mode]++;
    }
}

int framework_posture(struct db *db, const struct framework *f, struct arena *a,
                      struct framework_posture *ret, struct diag *d)
{
    AUTO(map) tallies = MAP_OWNED(a);
    struct framework_posture p = {.framework = f};
    int rc = load_tallies(db, &tallies, a, d);
    if (rc)
        return rc;
    p.rows = arena_new_n(a, struct requirement_posture, (size_t)f->n);
    if (!p.rows)
        return diag_set(d, arena_error(a), "memory ran out");
    fill(&p, &tallies);
    *ret = p;
    return OK;
}
