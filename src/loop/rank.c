/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which verdicts are findings, what each one risks, and what that makes of asset and
 * posture. */
#include "assess/assess.h"
#include "base/hash.h"
#include "base/spill.h"
#include "formats/json.h"
#include "loop/loop.h"
#include "loop/secret_order.h"
#include "prioritize/risk.h"

/* Worst score of each control, tenths; in the arena, since there are two of them an asset. */
struct worst {
    int *v;
    uint32_t n, alloc;
};

/* What is known of one asset while its verdicts are read. */
struct tally {
    unsigned evaluated, unknown;
    struct worst failed, failed_or_unknown;
    int last_failed, last_any; /* control indexes of the last rows, to fold places */
    int best, confidence;
    bool kept;            /* a control that no label lowers failed, or could not tell */
    int data;             /* data_rank */
    uint32_t first, last; /* into the scored rows, NONE */
};

#define NONE UINT32_MAX

/* A failed row, also of a place that this scan did not look at: it is a reason of the score. */
struct scored {
    const char *control;
    int tenths;
    uint32_t next; /* of the same asset */
};

struct scores {
    VEC(struct scored);
};

static int data_rank(enum data_class c)
{
    return c == DATA_SECRET                         ? 3
           : c == DATA_PHI || c == DATA_PCI         ? 2
           : c == DATA_PII || c == DATA_SOURCE_CODE ? 1
                                                    : 0;
}

/* The most sensitive class of data that stands at each asset. */
static void rank_data(const struct inventory *inv, struct tally *tallies)
{
    vec_each (v, &inv->values) {
        int *rank = &tallies[v->asset].data;
        spill_rest();
        *rank = MAX(*rank, data_rank(v->class));
    }
}

static const char *business_word(enum criticality c)
{
    switch (c) {
    case CRITICALITY_LOW: return "low";
    case CRITICALITY_MEDIUM: return "medium";
    case CRITICALITY_HIGH: return "high";
    case CRITICALITY_CROWN: return "crown";
    default: return NULL;
    }
}

static int score_of(const struct asset *a, int data_rank, const struct control *c,
                    enum severity severity, struct risk_score *ret)
{
    static const char *const words[] = {NULL, "confidential", "regulated", "secret"};
    const struct control_risk *r = &c->risk;
    const char *data = words[data_rank], *business = business_word(a->criticality);
    struct risk_input in = {.severity_tenths = severity_tenths(severity),
                            .factors = {r->exposure, r->proof ? r->proof : "static", r->ease,
                                        data ? data : r->data, r->reach,
                                        business ? business : r->business, r->people}};
    return risk_finding(&in, ret);
}

/* Everything that the id of a finding is made of, beside its own row. */
struct naming {
    const struct inventory *inv;
    const struct scan_target *targets;
    struct secret_order secrets;
    struct arena *mem;
};

/*
 * What a finding is about, for its id. The id of a credential hangs on the installation key (by its
 * fingerprint); ids of findings must not: there it is the n-th secret of its kind in the file.
 */
static struct str subject_of(const struct naming *n, uint32_t asset, uint32_t place)
{
    const struct asset *a = &n->inv->assets.v[asset];
    if (a->kind != KIND_CREDENTIAL)
        return a->id;
    return arena_fmt(n->mem, "credential " STR_FMT " %u", STR_ARG(secret_kind(a)),
                     secret_order_of(&n->secrets, asset, place));
}

/* Control, asset, target and place: never a line number, so that edits above do not make it new. */
static int finding_id(const struct naming *n, const struct verdict_row *row, uint32_t asset,
                      uint32_t place, struct str *ret)
{
    const struct place *at = &n->inv->assets.v[asset].places[place].at;
    unsigned char digest[SHA256_BYTES];
    struct sha256 h;
    int rc = sha256_init(&h);
    if (rc)
        return rc;
    struct str key = place_key(at, n->mem), subject = subject_of(n, asset, place);
    sha256_field(&h, str_z(row->control->id));
    sha256_field(&h, subject);
    sha256_field(&h, n->targets[at->target].identity);
    sha256_field(&h, key);
    rc = sha256_end(&h, digest);
    sha256_done(&h);
    if (!rc && (!key.p || !subject.p))
        rc = arena_error(n->mem);
    AUTO(buf) hex = BUF_INIT;
    buf_add_hex(&hex, digest, 8);
    if (!rc)
        rc = buf_result(&hex);
    if (!rc && !(*ret = arena_str(n->mem, buf_str(&hex))).p)
        rc = arena_error(n->mem);
    return rc;
}

/* Places of one asset under one control count once, with the worst of them. */
static int fold(struct arena *a, int *last, int control, int tenths, struct worst *w)
{
    if (*last == control) {
        w->v[w->n - 1] = MAX(w->v[w->n - 1], tenths);
        return 0;
    }
    *last = control;
    if (w->n == w->alloc) {
        int *more = arena_new_n(a, int, (size_t)w->alloc * 2 + 4);
        if (!more)
            return arena_error(a);
        if (w->n)
            memcpy(more, w->v, w->n * sizeof(*more));
        w->v = more;
        w->alloc = w->alloc * 2 + 4;
    }
    w->v[w->n++] = tenths;
    return 0;
}

static int count(struct arena *a, struct tally *t, const struct verdict_row *row, int control,
                 int tenths)
{
    bool failed = row->verdict == VERDICT_FAIL;
    bool unknown = row->verdict == VERDICT_UNKNOWN || row->verdict == VERDICT_ERROR;
    int rc = 0;
    if (failed)
        rc = fold(a, &t->last_failed, control, tenths, &t->failed);
    if (!rc && (failed || unknown))
        rc = fold(a, &t->last_any, control, tenths, &t->failed_or_unknown);
    t->kept |= (failed || unknown) && row->control->keep_severity;
    t->unknown += unknown;
    t->evaluated += !unknown && row->verdict != VERDICT_NOT_APPLICABLE;
    return rc;
}

/* The first input that is an attribute of the asset's own kind decides where to look. */
static struct str deciding_attribute(const struct control *c, enum kind kind)
{
    for (int i = 0; i < c->n_inputs; i++)
        if (c->inputs[i].attr >= 0 && attr_info((enum attr)c->inputs[i].attr)->kind == kind)
            return str_z(attr_info((enum attr)c->inputs[i].attr)->name);
    return STR("");
}

static int make_finding(struct store *st, const struct naming *n, const struct verdict_row *row,
                        const struct risk_score *score, struct finding *ret)
{
    uint32_t asset, place = 0;
    int rc = store_asset_index(st, row->asset, &asset);
    if (!rc && row->place)
        rc = store_place_index(st, row->place, &asset, &place);
    if (rc)
        return rc;
    const struct asset *a = &n->inv->assets.v[asset];
    AUTO(buf) factors = BUF_INIT;
    bool fail = row->verdict == VERDICT_FAIL;
    rc = fail ? risk_factors_json(score, &factors) : 0;
    if (rc)
        return rc;
    *ret = (struct finding){.control = str_z(row->control->id),
                            .category = str_z(row->control->category),
                            .title = str_z(row->control->title),
                            .reason = arena_str(n->mem, row->reason),
                            .asset = asset,
                            .place = place,
                            .attribute = deciding_attribute(row->control, a->kind),
                            .severity = fail ? row->severity : SEVERITY_INFO,
                            .verdict = row->verdict,
                            .risk_tenths = fail ? score->tenths : -1,
                            .confidence_pct = fail ? score->confidence_pct : 0,
                            .factors = arena_str(n->mem, buf_str(&factors))};
    if (!ret->reason.p || !ret->factors.p)
        return arena_error(n->mem);
    return finding_id(n, row, asset, place, &ret->id);
}

/* A place that this scan did not look at keeps the finding it has. */
static bool is_finding(struct store *st, const struct verdict_row *row)
{
    uint32_t asset, place;
    if (row->verdict == VERDICT_PASS || row->verdict == VERDICT_NOT_APPLICABLE)
        return false;
    return !row->place || !store_place_index(st, row->place, &asset, &place);
}

static int note_score(struct tally *t, struct scores *all, const struct verdict_row *row,
                      const struct risk_score *score)
{
    uint32_t at = (uint32_t)all->n;
    if (row->verdict != VERDICT_FAIL)
        return 0;
    if (score->tenths > t->best) {
        t->best = score->tenths;
        t->confidence = score->confidence_pct;
    }
    if (vec_push(all, ((struct scored){row->control->id, score->tenths, NONE})))
        return E_NOMEM;
    if (t->last == NONE)
        t->first = at;
    else
        all->v[t->last].next = at;
    t->last = at;
    return 0;
}

/* Where the assets of this scan stand in other targets of the store: what fails there is a reason
 * of their scores, and none of the posture of what was scanned. */
struct foreign {
    VEC(int64_t);
};

#define OURS                                                                                       \
    "(SELECT x.target FROM scan_target x WHERE x.scan = (SELECT max(y.scan) FROM scan_target y))"

static int read_foreign(struct store *st, struct foreign *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(store_db(st),
                        STR("SELECT q.id FROM place q WHERE q.target NOT IN " OURS
                            " AND q.asset IN (SELECT p.asset FROM place p WHERE p.target IN " OURS
                            ") ORDER BY q.id"),
                        &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0)
        if ((rc = vec_push(ret, stmt_int(s, 0))))
            break;
    stmt_free(s);
    return rc;
}

static bool is_foreign(const struct foreign *f, int64_t place)
{
    size_t low = 0, high = f->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->v[mid] < place)
            low = mid + 1;
        else
            high = mid;
    }
    return low < f->n && f->v[low] == place;
}

/* Of all places, and of those in the targets of this scan where some are in others. */
struct tallies {
    struct tally *all, *ours; /* the same when nothing is foreign */
    struct foreign foreign;
};

static void tallies_done(struct tallies *t)
{
    if (t->ours != t->all)
        mem_free(t->ours);
    mem_free(t->all);
    vec_free(&t->foreign);
}

static struct tally *tallies_new(size_t n)
{
    struct tally *t = mem_alloc((n + 1) * sizeof(*t));
    for (size_t i = 0; t && i < n; i++) {
        t[i].last_failed = t[i].last_any = -1000000;
        t[i].first = t[i].last = NONE;
    }
    return t;
}

static int tallies_make(struct store *st, size_t n, struct tallies *ret, struct diag *d)
{
    int rc = read_foreign(st, &ret->foreign, d);
    ret->all = rc ? NULL : tallies_new(n);
    ret->ours = ret->foreign.n && ret->all ? tallies_new(n) : ret->all;
    return rc ? rc : ret->ours ? 0 : E_NOMEM;
}

static int count_row(struct arena *a, struct tallies *t, uint32_t asset,
                     const struct verdict_row *row, int control, int tenths)
{
    int rc = count(a, &t->all[asset], row, control, tenths);
    if (rc || t->ours == t->all || is_foreign(&t->foreign, row->place))
        return rc;
    return count(a, &t->ours[asset], row, control, tenths);
}

static int rank_rows(struct store *st, const struct naming *n, const struct assessment *as,
                     struct tallies *tallies, struct scores *scores, struct ranked *ret)
{
    for (size_t i = 0; i < as->rows.n; i++) {
        const struct verdict_row *row = &as->rows.v[i];
        uint32_t asset;
        spill_rest();
        int rc = store_asset_index(st, row->asset, &asset);
        if (rc == E_NOTFOUND)
            continue; /* an asset of another target of this store */
        struct risk_score score = {0};
        enum severity s = row->verdict == VERDICT_FAIL ? row->severity : row->control->severity;
        if (!rc)
            rc = score_of(&n->inv->assets.v[asset], tallies->all[asset].data, row->control, s,
                          &score);
        if (!rc)
            rc = count_row(n->mem, tallies, asset, row, (int)(row->control - as->rows.v[0].control),
                           score.tenths);
        if (!rc)
            rc = note_score(&tallies->all[asset], scores, row, &score);
        if (!rc && is_finding(st, row))
            rc = make_finding(st, n, row, &score, &ret->findings[ret->n_findings++]);
        if (rc)
            return rc;
    }
    return 0;
}

/* The reasons of an asset's score: its controls with their findings' scores. */
static int asset_factors(const struct scores *scores, const struct tally *t, struct arena *mem,
                         struct str *ret)
{
    AUTO(buf) out = BUF_INIT;
    struct json_writer w;
    json_begin(&w, &out, JSON_COMPACT);
    json_array(&w);
    for (uint32_t i = t->first; i != NONE; i = scores->v[i].next) {
        json_object(&w);
        json_kstr(&w, "factor", STR("finding"));
        json_kstr(&w, "value", str_z(scores->v[i].control));
        json_key(&w, STR("points"));
        json_tenths(&w, scores->v[i].tenths);
        json_end(&w);
    }
    json_end(&w);
    int rc = json_finish(&w);
    if (!rc && !(*ret = arena_str(mem, buf_str(&out))).p)
        rc = arena_error(mem);
    return rc;
}

/* What stands only in tests, examples and docs weighs as little as what is known to matter little,
 * whether it fails or passes. But a key or a model is live wherever it lies, and so is whatever
 * fails a control whose severity no label lowers. */
static enum criticality weight_of(const struct asset *a, const struct tally *t)
{
    const uint32_t aside = 1u << LABEL_TEST | 1u << LABEL_EXAMPLE | 1u << LABEL_DOCS;
    bool live = t->kept || a->kind == KIND_CREDENTIAL || a->kind == KIND_MODEL_FILE;
    return a->criticality == CRITICALITY_UNKNOWN && (a->labels & aside) && !live ? CRITICALITY_LOW
                                                                                 : a->criticality;
}

static struct posture_part part_of(const struct asset *a, const struct tally *t)
{
    bool any = t->evaluated || t->unknown;
    return (struct posture_part){
        .low_tenths = any ? risk_asset(t->failed_or_unknown.v, t->failed_or_unknown.n) : -1,
        .high_tenths = any ? risk_asset(t->failed.v, t->failed.n) : -1,
        .criticality = weight_of(a, t)};
}

static int rank_asset(const struct tally *t, const struct scores *scores, uint32_t asset,
                      struct arena *mem, struct ranked *ret)
{
    struct asset_risk *r = &ret->risks[asset];
    spill_rest();
    *r = (struct asset_risk){.asset = asset,
                             .state = t->evaluated ? FACT_KNOWN : FACT_UNKNOWN,
                             .score_tenths =
                                 t->evaluated ? risk_asset(t->failed.v, t->failed.n) : -1,
                             .confidence_pct = t->confidence,
                             .factors = STR("[]")};
    r->band = band_of(r->score_tenths);
    return t->failed.n ? asset_factors(scores, t, mem, &r->factors) : 0;
}

int rank_findings(struct store *st, const struct inventory *inv, const struct assessment *as,
                  const struct scan_target *targets, size_t gaps, struct arena *a,
                  struct ranked *ret, struct diag *d)
{
    size_t n = inv->assets.n;
    struct tallies tallies = {0};
    struct posture_part *parts = mem_alloc((n + 1) * sizeof(*parts));
    struct scores scores = {0};
    struct naming naming = {.inv = inv, .targets = targets, .mem = a};
    struct ranked r = {.findings = arena_new_n(a, struct finding, as->rows.n + 1),
                       .risks = arena_new_n(a, struct asset_risk, n + 1)};
    int rc = parts && r.findings && r.risks ? 0 : E_NOMEM;
    rc = rc ? rc : tallies_make(st, n, &tallies, d);
    rc = rc ? rc : secret_order_make(inv, &naming.secrets);
    if (!rc)
        rank_data(inv, tallies.all);
    if (!rc)
        rc = rank_rows(st, &naming, as, &tallies, &scores, &r);
    for (size_t i = 0; i < n && !rc; i++) {
        rc = rank_asset(&tallies.all[i], &scores, (uint32_t)i, a, &r);
        parts[i] = part_of(&inv->assets.v[i], &tallies.ours[i]);
    }
    if (!rc)
        risk_posture(parts, n, gaps, &r.posture_low_tenths, &r.posture_high_tenths);
    vec_free(&scores);
    secret_order_done(&naming.secrets);
    tallies_done(&tallies);
    mem_free(parts);
    if (rc)
        return diag_set(d, rc, "findings could not be ranked (%s)", err_name(rc));
    *ret = r;
    return 0;
}
