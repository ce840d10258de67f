/* SPDX-License-Identifier: Apache-2.0 */
/* Tests merging, order independence, limits and failures of the inventory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/inventory.h"

#define TEXT(a, st, s)                                                                             \
    {                                                                                              \
        .attr = (a), .state = STATE_##st, .value = {.text = STR(s)}, .at = {.path = STR("x") }     \
    }
#define NONE(a, st)                                                                                \
    {                                                                                              \
        .attr = (a), .state = STATE_##st, .at = {.path = STR("x") }                                \
    }
#define FLAG(a, st, v)                                                                             \
    {                                                                                              \
        .attr = (a), .state = STATE_##st, .value = {.type = VALUE_BOOLEAN, .number = (v) }         \
    }

/* ---- a text of everything a sealed inventory holds ---- */

static void dump_place(struct buf *out, const struct place *p)
{
    buf_addf(out, "%u:", p->target);
    buf_add_place_key(out, p);
    buf_addf(out, ":%u:%u:%lld " STR_FMT " '" STR_FMT "'", p->line, p->column, (long long)p->offset,
             STR_ARG(p->collector), STR_ARG(p->snippet));
}

static void dump_attrs(struct buf *out, const struct attribute *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "    %s %s = ", attr_info(v[i].attr)->name, ATTR_STATE_NAMES[v[i].state]);
        value_text(&v[i].value, out);
        buf_addf(out, " (" STR_FMT ") at ", STR_ARG(v[i].reason));
        dump_place(out, &v[i].at);
        buf_addc(out, '\n');
    }
}

static void dump_asset(struct buf *out, const struct asset *a)
{
    buf_addf(out, STR_FMT " '" STR_FMT "' scope '" STR_FMT "' labels %u\n  ", STR_ARG(a->id),
             STR_ARG(a->name), STR_ARG(a->scope), a->labels);
    buf_addf(out, "key: " STR_FMT " (alternative %d)", STR_ARG(a->key), a->rule + 1);
    for (size_t i = 0; i < a->n_aliases; i++)
        buf_addf(out, "%s" STR_FMT, i ? ", " : "; also ", STR_ARG(a->aliases[i]));
    buf_addc(out, '\n');
    dump_attrs(out, a->attrs, a->n_attrs);
    for (size_t i = 0; i < a->n_places; i++) {
        buf_addf(out, "  place '" STR_FMT "' labels %u ", STR_ARG(a->places[i].name),
                 a->places[i].labels);
        dump_place(out, &a->places[i].at);
        buf_addc(out, '\n');
        dump_attrs(out, a->places[i].attrs, a->places[i].n_attrs);
    }
    for (size_t i = 0; i < a->n_owners; i++) {
        const struct owner_candidate *c = &a->owners[i];
        buf_addf(out, "  owner " STR_FMT " " STR_FMT " %u ", STR_ARG(c->name), STR_ARG(c->source),
                 c->confidence);
        dump_place(out, &c->at);
        buf_addc(out, '\n');
    }
}

static void dump(const struct inventory *inv, struct buf *out)
{
    vec_each (a, &inv->assets)
        dump_asset(out, a);
    vec_each (r, &inv->relations) {
        buf_addf(out, "%u %s %u %s seen %u ", r->from, VERB_NAMES[r->verb], r->to,
                 RELATION_STATE_NAMES[r->state], r->seen);
        dump_place(out, &r->at);
        buf_addc(out, '\n');
    }
    vec_each (v, &inv->values) {
        buf_addf(out, "%u %s " STR_FMT " %u " STR_FMT " ", v->asset, DATA_CLASS_NAMES[v->class],
                 STR_ARG(v->kind), v->length, STR_ARG(v->fingerprint));
        dump_place(out, &v->at);
        buf_addc(out, '\n');
    }
    vec_each (c, &inv->coverage)
        buf_addf(out, STR_FMT " %u " STR_FMT " %s " STR_FMT " %llu %llu\n", STR_ARG(c->source),
                 c->target, STR_ARG(c->path), COVERAGE_STATE_NAMES[c->state], STR_ARG(c->reason),
                 (unsigned long long)c->files, (unsigned long long)c->bytes);
}

/* ---- one estate, added in any order ---- */

/* The remote server seen in two hosts, once only by its name; two packages; one gone astray. */
static struct attribute remote[] = {
    TEXT(ATTR_MCP_SERVER_URL, DECLARED, "https://Host/mcp?x=1"),
    TEXT(ATTR_MCP_SERVER_TRANSPORT, INFERRED, "sse"),
    FLAG(ATTR_MCP_SERVER_ENABLED, DECLARED, 1),
};
static struct attribute remote_again[] = {
    TEXT(ATTR_MCP_SERVER_TRANSPORT, DECLARED, "http"),
    TEXT(ATTR_MCP_SERVER_URL, DECLARED, "https://host:443/mcp"),
    FLAG(ATTR_MCP_SERVER_ENABLED, DECLARED, 0),
};
static struct attribute named_only[] = {
    NONE(ATTR_MCP_SERVER_TRANSPORT, UNRESOLVED),
    TEXT(ATTR_MCP_SERVER_AUTH, DECLARED, "header"),
};
static struct attribute openai[] = {
    TEXT(ATTR_PACKAGE_ECOSYSTEM, DECLARED, "pypi"),
    TEXT(ATTR_PACKAGE_PACKAGE, DECLARED, "openai"),
    TEXT(ATTR_PACKAGE_VERSION, DECLARED, "1.2.3"),
};
static struct attribute openai_default[] = {
    TEXT(ATTR_PACKAGE_ECOSYSTEM, DECLARED, "pypi"),
    TEXT(ATTR_PACKAGE_PACKAGE, DECLARED, "openai"),
    TEXT(ATTR_PACKAGE_VERSION, DEFAULT, "0"),
};

#define SERVER(p, ptr, l, list, nm)                                                                \
    {                                                                                              \
        .kind = KIND_MCP_SERVER, .name = STR(nm), .scope = STR("repo"),                            \
        .at = {.path = STR(p), .pointer = STR(ptr), .line = (l), .collector = STR("mcp-config")},  \
        .attrs = (list), .n_attrs = ARRAY_LEN(list)                                                \
    }
#define PACKAGE(p, l, lab, list)                                                                   \
    {                                                                                              \
        .kind = KIND_PACKAGE, .name = STR("openai"), .scope = STR("repo"), .labels = (lab),        \
        .at = {.path = STR(p), .line = (l), .collector = STR("manifest")}, .attrs = (list),        \
        .n_attrs = ARRAY_LEN(list)                                                                 \
    }

static const struct observation ESTATE[] = {
    SERVER(".mcp.json", "/mcpServers/docs", 4, remote, "docs"),
    SERVER(".cursor/mcp.json", "/mcpServers/documentation", 9, remote_again, "documentation"),
    SERVER(".mcp.json", "/mcpServers/docs", 4, named_only, "docs-by-name"),
    PACKAGE("requirements.txt", 8, 0, openai),
    PACKAGE("requirements.txt", 3, 0, openai_default),
    PACKAGE("tests/requirements.txt", 1, 1u << LABEL_TEST, openai),
    {.kind = KIND_APPLICATION, .name = STR("app"), .scope = STR("repo"), .at = {.path = STR("")}},
    {.kind = KIND_AGENT_HOST, .name = STR("lost"), .at = {.path = STR("z"), .target = 1}},
};
enum { N_ESTATE = ARRAY_LEN(ESTATE) };

static int add_edges(struct inventory *inv, const uint32_t *h)
{
    const struct place a = {.path = STR("a"), .line = 2}, b = {.path = STR("b")};
    const struct place a_later = {.path = STR("a"), .line = 7};
    int rc = inventory_relate(inv, h[6], VERB_USES, h[3], RELATION_DECLARED, &b);
    if (!rc)
        rc = inventory_relate(inv, h[6], VERB_USES, h[5], RELATION_DECLARED, &a_later);
    if (!rc)
        rc = inventory_relate(inv, h[6], VERB_USES, h[4], RELATION_DECLARED, &a);
    if (!rc)
        rc = inventory_relate(inv, h[6], VERB_USES, h[4], RELATION_REACHABLE, &a);
    if (!rc)
        rc = inventory_relate(inv, h[6], VERB_SENDS_TO, h[4], RELATION_GRANTED, &a);
    if (!rc)
        rc = inventory_relate(inv, h[6], VERB_SENDS_TO, h[4], RELATION_OBSERVED, &b);
    if (!rc) /* both ends become one asset */
        rc = inventory_relate(inv, h[2], VERB_DEPENDS_ON, h[0], RELATION_DECLARED, NULL);
    return rc;
}

static int add_rest(struct inventory *inv, const uint32_t *h)
{
    const struct data_value v = {.class = DATA_SECRET,
                                 .kind = STR("openai-project-key"),
                                 .length = 40,
                                 .at = {.path = STR("a"), .line = 2}};
    const struct owner_candidate owners[] = {
        {.name = STR("@org/b"), .source = STR("codeowners"), .confidence = 80},
        {.name = STR("@org/a"), .source = STR("package-metadata"), .confidence = 40},
        {.name = STR("@org/b"), .source = STR("codeowners"), .confidence = 90},
        {.name = STR("@org/a"), .source = STR("codeowners"), .confidence = 90},
    };
    const struct coverage_row rows[] = {
        {.source = STR("files"),
         .path = STR("*.png"),
         .state = COVERAGE_SKIPPED,
         .reason = STR("not AI"),
         .files = 2,
         .bytes = 10},
        {.source = STR("files"), .path = STR("a"), .state = COVERAGE_DENIED, .files = 1},
        {.source = STR("files"),
         .path = STR("*.png"),
         .state = COVERAGE_SKIPPED,
         .reason = STR("not AI"),
         .files = 3,
         .bytes = 5},
    };
    int rc = OK;
    for (int i = 0; !rc && i < 2; i++)
        rc = inventory_value(inv, h[2], &v);
    for (size_t i = 0; !rc && i < ARRAY_LEN(owners); i++)
        rc = inventory_owner(inv, h[i < 2 ? 0 : 2], &owners[i]);
    for (size_t i = 0; !rc && i < ARRAY_LEN(rows); i++)
        rc = inventory_cover(inv, &rows[i]);
    return rc;
}

static int build(struct inventory *inv, size_t cap, const int *order)
{
    uint32_t h[N_ESTATE];
    int rc = inventory_init(inv, cap);
    for (int i = 0; !rc && i < N_ESTATE; i++)
        rc = inventory_add(inv, &ESTATE[order[i]], &h[order[i]]);
    if (!rc)
        rc = add_edges(inv, h);
    if (!rc)
        rc = add_rest(inv, h);
    return rc ? rc : inventory_seal(inv);
}

static const int IN_ORDER[] = {0, 1, 2, 3, 4, 5, 6, 7};
_Static_assert(ARRAY_LEN(IN_ORDER) == N_ESTATE, "one number an observation");

/* Each path once, with the first name; a repetition costs nothing. */
static void test_path_owners(void **state)
{
    const struct path_owner rows[] = {
        {1, STR("a"), STR("@x")}, {0, STR("b"), STR("@z")}, {0, STR("b"), STR("@z")},
        {0, STR("b"), STR("@y")}, {0, STR("a"), STR("@z")},
    };
    struct inventory inv;
    (void)state;
    assert_int_equal(inventory_init(&inv, 0), OK);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(inventory_path_owner(&inv, rows[i].target, rows[i].path, rows[i].name),
                         OK);
    assert_int_equal(inv.path_owners.n, 4);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.path_owners.n, 3);
    assert_true(str_eq_z(inv.path_owners.v[0].path, "a"));
    assert_true(str_eq_z(inv.path_owners.v[1].name, "@y"));
    assert_int_equal(inv.path_owners.v[2].target, 1);
    assert_int_equal(inventory_path_owner(&inv, 0, STR("c"), STR("@x")), E_BUG);
    inventory_done(&inv);
}

static void test_merge(void **state)
{
    struct inventory inv;
    (void)state;
    assert_int_equal(build(&inv, 0, IN_ORDER), OK);
    assert_int_equal(inv.assets.n, 4); /* in order of kinds.yaml */
    const struct asset *app = &inv.assets.v[0], *pkg = &inv.assets.v[1];
    const struct asset *mcp = &inv.assets.v[2], *host = &inv.assets.v[3];
    assert_int_equal(app->kind, KIND_APPLICATION);
    assert_int_equal(host->kind, KIND_AGENT_HOST);

    /* One package in two files; two lines of one file are one place. */
    assert_int_equal(pkg->n_places, 2);
    assert_int_equal(pkg->places[0].at.line, 3);
    assert_int_equal(pkg->labels, 0);
    assert_int_equal(pkg->places[1].labels, 1u << LABEL_TEST);
    assert_true(str_eq(asset_attr(pkg, 0, ATTR_PACKAGE_VERSION)->value.text, STR("1.2.3")));
    assert_null(asset_attr(pkg, 2, ATTR_PACKAGE_VERSION));
    assert_null(asset_attr(pkg, 0, ATTR_PACKAGE_CONSTRAINT));

    /* One server in two hosts; what was seen by name only became an alias. */
    assert_true(str_eq(mcp->key, STR("url=\"https://host/mcp\"")));
    assert_int_equal(mcp->n_places, 2);
    assert_int_equal(mcp->n_aliases, 1);
    assert_true(str_eq(asset_attr(mcp, 0, ATTR_MCP_SERVER_TRANSPORT)->value.text, STR("http")));
    assert_int_equal(asset_attr(mcp, 0, ATTR_MCP_SERVER_ENABLED)->value.number, 0);
    assert_int_equal(asset_attr(mcp, 1, ATTR_MCP_SERVER_ENABLED)->value.number, 1);
    assert_true(str_eq(asset_attr(mcp, 1, ATTR_MCP_SERVER_AUTH)->value.text, STR("header")));
    assert_true(str_eq(mcp->places[1].name, STR("docs")));

    /* Nothing identifies it, and it is there all the same. */
    assert_int_equal(host->rule, kind_info(KIND_AGENT_HOST)->identities);
    inventory_done(&inv);
}

static void test_rows(void **state)
{
    struct inventory inv;
    (void)state;
    assert_int_equal(build(&inv, 0, IN_ORDER), OK);
    assert_int_equal(inv.relations.n, 2);
    const struct relation *r = &inv.relations.v[0];
    assert_int_equal(r->from, 0);
    assert_int_equal(r->to, 1);
    assert_int_equal(r->state, RELATION_DECLARED);
    assert_int_equal(r->seen, 2); /* a twice, b once */
    assert_int_equal(r->at.line, 2);
    assert_int_equal(inv.relations.v[1].verb, VERB_SENDS_TO);
    assert_int_equal(inv.relations.v[1].state, RELATION_OBSERVED);
    assert_true(str_eq(inv.relations.v[1].at.path, STR("b")));
    assert_int_equal(inv.relations.v[1].seen, 2);

    assert_int_equal(inv.values.n, 1);
    assert_int_equal(inv.values.v[0].asset, 2);

    const struct asset *mcp = &inv.assets.v[2];
    assert_int_equal(mcp->n_owners, 3);
    assert_true(str_eq(mcp->owners[0].name, STR("@org/a")));
    assert_int_equal(mcp->owners[1].confidence, 90);
    assert_true(str_eq(mcp->owners[2].source, STR("package-metadata")));

    assert_int_equal(inv.coverage.n, 2);
    assert_int_equal(inv.coverage.v[0].state, COVERAGE_DENIED);
    assert_int_equal(inv.coverage.v[1].files, 5);
    assert_int_equal(inv.coverage.v[1].bytes, 15);
    inventory_done(&inv);
}

/* The next permutation in lexical order; false after the last. */
static bool next_permutation(int *v, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && v[i] > v[i + 1])
        i--;
    if (i < 0)
        return false;
    while (v[j] < v[i])
        j--;
    int swap = v[i];
    v[i] = v[j];
    v[j] = swap;
    for (int a = i + 1, b = n - 1; a < b; a++, b--) {
        swap = v[a];
        v[a] = v[b];
        v[b] = swap;
    }
    return true;
}

static void test_order_does_not_matter(void **state)
{
    AUTO(buf) first = BUF_INIT;
    AUTO(buf) other = BUF_INIT;
    struct inventory inv;
    int order[N_ESTATE], count = 0;
    (void)state;
    assert_int_equal(build(&inv, 0, IN_ORDER), OK);
    dump(&inv, &first);
    inventory_done(&inv);
    memcpy(order, IN_ORDER, sizeof(order));
    do {
        if (count++ % 37) /* a prime step through all 40,320 */
            continue;
        assert_int_equal(build(&inv, 0, order), OK);
        buf_clear(&other);
        dump(&inv, &other);
        assert_string_equal(other.p, first.p);
        inventory_done(&inv);
    } while (next_permutation(order, N_ESTATE));
    assert_int_equal(count, 40320);
}

/* ---- misuse, limits, memory ---- */

static void test_misuse(void **state)
{
    struct attribute other[] = {TEXT(ATTR_SERVICE_PROVIDER, DECLARED, "x")};
    struct attribute typed[] = {FLAG(ATTR_MCP_SERVER_URL, DECLARED, 1)};
    struct attribute unknown[] = {{.attr = (enum attr)ATTR_COUNT}};
    struct observation o = {.kind = KIND_MCP_SERVER, .scope = STR("s"), .n_attrs = 1};
    struct data_value v = {0};
    struct owner_candidate c = {0};
    struct coverage_row row = {0};
    struct inventory inv;
    uint32_t h = 77;
    (void)state;
    assert_int_equal(inventory_init(&inv, 0), OK);
    o.attrs = other;
    assert_int_equal(inventory_add(&inv, &o, &h), E_BUG);
    o.attrs = typed;
    assert_int_equal(inventory_add(&inv, &o, &h), E_BUG);
    o.attrs = unknown;
    assert_int_equal(inventory_add(&inv, &o, &h), E_BUG);
    o.n_attrs = 0;
    o.kind = (enum kind)KIND_COUNT;
    assert_int_equal(inventory_add(&inv, &o, &h), E_BUG);
    assert_int_equal(h, 77);
    assert_int_equal(inventory_relate(&inv, 0, VERB_USES, 0, RELATION_DECLARED, NULL), E_BUG);
    assert_int_equal(inventory_value(&inv, 0, &v), E_BUG);
    assert_int_equal(inventory_owner(&inv, 0, &c), E_BUG);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.assets.n, 0);
    o.kind = KIND_MCP_SERVER;
    assert_int_equal(inventory_add(&inv, &o, &h), E_BUG);
    assert_int_equal(inventory_cover(&inv, &row), E_BUG);
    assert_int_equal(inventory_seal(&inv), E_BUG);
    inventory_done(&inv);
    inventory_done(&inv);
}

static void test_limit(void **state)
{
    struct inventory inv;
    uint32_t h;
    int added = 0, rc;
    (void)state;
    assert_int_equal(inventory_init(&inv, 256 << 10), OK);
    for (rc = OK; !rc && added < 100000; added += !rc) {
        char path[32];
        struct observation o = {.kind = KIND_APPLICATION, .scope = STR("s")};
        snprintf(path, sizeof(path), "app-%d", added);
        o.at.path = str_z(path);
        rc = inventory_add(&inv, &o, &h);
    }
    assert_int_equal(rc, E_LIMIT);
    assert_in_range(added, 100, 1000);
    /* What was taken before the limit can still be sealed and read. */
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.assets.n, added);
    inventory_done(&inv);
}

static void test_memory(void **state)
{
    AUTO(buf) want = BUF_INIT;
    struct inventory inv;
    int rc = E_NOMEM;
    size_t n;
    (void)state;
    assert_int_equal(build(&inv, 0, IN_ORDER), OK);
    dump(&inv, &want);
    inventory_done(&inv);
    for (n = 1; rc && n < 10000; n++) {
        mem_fail_after(n);
        rc = build(&inv, 0, IN_ORDER);
        mem_fail_after(0);
        assert_true(rc == OK || rc == E_NOMEM);
        if (!rc) {
            AUTO(buf) got = BUF_INIT;
            dump(&inv, &got);
            assert_string_equal(got.p, want.p);
        }
        inventory_done(&inv);
    }
    assert_int_equal(rc, OK);
    assert_true(n > 20);
}

/* A failed add leaves the inventory usable: the same call succeeds afterwards. */
static void test_add_again(void **state)
{
    (void)state;
    for (size_t n = 1; n < 60; n++) {
        struct inventory inv;
        uint32_t h;
        assert_int_equal(inventory_init(&inv, 0), OK);
        mem_fail_after(n);
        int rc = inventory_add(&inv, &ESTATE[0], &h);
        mem_fail_after(0);
        assert_true(rc == OK || rc == E_NOMEM);
        assert_int_equal(inventory_add(&inv, &ESTATE[0], &h), OK);
        assert_int_equal(inventory_seal(&inv), OK);
        assert_int_equal(inv.assets.n, 1);
        assert_int_equal(inv.assets.v[0].n_places, 1);
        inventory_done(&inv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),  cmocka_unit_test(test_path_owners),
        cmocka_unit_test(test_rows),   cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_misuse), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_add_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
