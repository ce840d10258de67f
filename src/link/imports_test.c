/* SPDX-License-Identifier: Apache-2.0 */
/* Which application uses what code imports, which package that is, and what a repository's own
 * modules hide. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link/testing.h"

static const struct target ESTATE[] = {
    {.given = STR("."), .root = STR("/w/estate"), .name = STR("estate")}};
static const struct place FILE_PLACE = {.offset = -1};

static void import_at(struct estate *e, const char *path, const char *language, const char *name,
                      bool sure, const char *member)
{
    const struct catalog_import *row = catalog_import(&CATALOG, str_z(language), str_z(name));
    assert_non_null(row);
    estate_begin(e);
    emit_import(&e->emit, row, sure,
                (struct place){.line = 3, .column = 1, .offset = 20, .member = str_z(member)});
    estate_item(e, 0, path);
}

static void import(struct estate *e, const char *path, const char *language, const char *name)
{
    const struct catalog_import *row = catalog_import(&CATALOG, str_z(language), str_z(name));
    import_at(e, path, language, name, row && !row->common, NULL);
}

static void project(struct estate *e, const char *path, const char *language)
{
    estate_begin(e);
    emit_project(&e->emit, language, str_ends(str_z(path), STR(".json")), STR(""), FILE_PLACE);
    estate_item(e, 0, path);
}

static void module(struct estate *e, const char *path, const char *language, const char *name)
{
    estate_begin(e);
    emit_module(&e->emit, str_z(language), str_z(name), FILE_PLACE);
    estate_item(e, 0, path);
}

/* A manifest that names one package, as the package detectors say it. */
static void manifest(struct estate *e, const char *path, const char *ecosystem, const char *package)
{
    estate_begin(e);
    uint32_t app = emit_asset(&e->emit, KIND_APPLICATION, STR("bot"), FILE_PLACE);
    uint32_t p = emit_asset(&e->emit, KIND_PACKAGE, str_z(package), FILE_PLACE);
    emit_str(&e->emit, p, ATTR_PACKAGE_ECOSYSTEM, str_z(ecosystem), FILE_PLACE);
    emit_str(&e->emit, p, ATTR_PACKAGE_PACKAGE, str_z(package), FILE_PLACE);
    emit_str(&e->emit, p, ATTR_PACKAGE_DECLARED_IN, STR("manifest"), FILE_PLACE);
    emit_relation(&e->emit, app, VERB_USES, p, RELATION_DECLARED, FILE_PLACE);
    emit_project(&e->emit, "x", true, STR(""), FILE_PLACE);
    estate_item(e, 0, path);
}

/* "app -> package, ..." sorted as the inventory sorts. */
static void uses(const struct estate *e, const char *expected)
{
    AUTO(buf) out = BUF_INIT;
    vec_each (r, &e->inv.relations) {
        const struct asset *from = &e->inv.assets.v[r->from], *to = &e->inv.assets.v[r->to];
        if (r->verb == VERB_USES)
            buf_addf(&out, STR_FMT " -> " STR_FMT "; ", STR_ARG(from->name), STR_ARG(to->name));
    }
    assert_string_equal(out.p, expected);
}

/* What a manifest declares and code imports is one package of one application. */
static void declared(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "svc/pyproject.toml", "pypi", "openai");
    import(&e, "svc/src/a.py", "python", "openai");
    import(&e, "svc/src/b.py", "python", "openai");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_PACKAGE), 1);
    assert_int_equal(estate_count(&e, KIND_APPLICATION), 1);
    assert_int_equal(estate_count(&e, KIND_SERVICE), 1);
    const struct asset *p = estate_asset(&e, KIND_PACKAGE, 0, "svc/src/b.py");
    assert_ptr_equal(p, estate_asset(&e, KIND_PACKAGE, 0, "svc/pyproject.toml"));
    assert_int_equal(p->n_places, 3);
    const struct attribute *in = asset_attr(p, 1, ATTR_PACKAGE_DECLARED_IN);
    assert_true(in && str_eq_z(in->value.text, "code"));
    assert_int_equal(p->places[1].at.line, 3);
    uses(&e, "bot -> openai; ");
}

/* Without an AI package in a manifest: the innermost project, else the repository. */
static void undeclared(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    project(&e, "services/api/go.mod", "go");
    import(&e, "services/api/cmd/x/main.go", "go", "github.com/openai/openai-go");
    import(&e, "scripts/run.py", "python", "anthropic");
    estate_seal(&e, NULL);
    uses(&e, "estate -> anthropic; api -> github.com/openai/openai-go; ");
    const struct asset *api = estate_asset(&e, KIND_APPLICATION, 0, "services/api/cmd/x/main.go");
    const struct attribute *m = asset_attr(api, 0, ATTR_APPLICATION_MANIFEST);
    assert_true(m && str_eq_z(m->value.text, "go.mod"));
    assert_true(str_has(api->key, STR("@path=\"services/api\"")));
    const struct asset *root = estate_asset(&e, KIND_APPLICATION, 0, "scripts/run.py");
    assert_true(str_has(root->key, STR("@path=\"\"")));
}

static void named(struct estate *e, const char *path, const char *language, const char *name)
{
    estate_begin(e);
    emit_project(&e->emit, language, false, STR(""), FILE_PLACE);
    emit_project_name(&e->emit, str_z(name));
    estate_item(e, 0, path);
}

/* What a project calls itself is better than the name of its folder; a file of the same folder that
 * says nothing changes nothing. */
static void names(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    named(&e, "a/Gemfile", "ruby", "");
    named(&e, "a/x.gemspec", "ruby", "rubybot");
    import(&e, "a/lib/x.rb", "ruby", "openai");
    named(&e, "b/go.mod", "go", "example.com/bot");
    import(&e, "b/main.go", "go", "github.com/openai/openai-go");
    named(&e, "c/pom.xml", "java", "");
    import(&e, "c/a.py", "python", "anthropic");
    estate_seal(&e, NULL);
    const struct asset *a = estate_asset(&e, KIND_APPLICATION, 0, "a/lib/x.rb");
    assert_true(str_eq_z(a->name, "rubybot"));
    assert_true(str_has(a->key, STR("@path=\"a\"")));
    assert_true(str_eq_z(asset_attr(a, 0, ATTR_APPLICATION_MANIFEST)->value.text, "x.gemspec"));
    a = estate_asset(&e, KIND_APPLICATION, 0, "b/main.go");
    assert_true(str_eq_z(a->name, "example.com/bot"));
    a = estate_asset(&e, KIND_APPLICATION, 0, "c/a.py");
    assert_true(str_eq_z(a->name, "c"));
}

/* The application is the same whether a manifest of AI packages is there or not. */
static void one_application(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "package.json", "npm", "openai");
    import(&e, "src/a.ts", "javascript", "openai");
    import(&e, "tools/b.py", "python", "openai");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_APPLICATION), 1);
    uses(&e, "bot -> openai; bot -> openai; "); /* of npm, of PyPI */
}

/* The place that shows the application is none of a test, if there is another. */
static void labels(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    import(&e, "a/tests/t.py", "python", "openai");
    import(&e, "b/run.py", "python", "openai");
    import(&e, "node_modules/x/i.js", "javascript", "openai");
    estate_seal(&e, NULL);
    const struct asset *app = estate_asset(&e, KIND_APPLICATION, 0, "b/run.py");
    assert_non_null(app);
    assert_int_equal(app->labels, 0);
    assert_int_equal(estate_count(&e, KIND_PACKAGE), 1); /* not what others' code imports */
}

static const char *undeclared_at(const struct estate *e, const char *path)
{
    const struct asset *p = estate_asset(e, KIND_PACKAGE, 0, path);
    assert_non_null(p);
    for (size_t i = 0; i < p->n_places; i++) {
        const struct attribute *t = asset_attr(p, i, ATTR_PACKAGE_UNDECLARED);
        if (str_eq_z(p->places[i].at.path, path))
            return !t ? "untold" : t->value.number ? "yes" : "no";
    }
    return "nowhere";
}

static void own_project(struct estate *e, const char *path, const char *language, const char *name)
{
    estate_begin(e);
    emit_project(&e->emit, language, true, str_z(name), FILE_PLACE);
    estate_item(e, 0, path);
}

/* A project that is the package imports itself, whatever its lock file says; others import it. */
static void own_package(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    own_project(&e, "sdk/pyproject.toml", "python", "langgraph-sdk");
    manifest(&e, "sdk/uv.lock", "pypi", "langgraph-sdk");
    import(&e, "sdk/langgraph_sdk/a.py", "python", "langgraph_sdk");
    import(&e, "sdk/tests/a.py", "python", "langgraph_sdk");
    import(&e, "sdk/tests/b.py", "python", "openai");
    manifest(&e, "sdk/examples/x/pyproject.toml", "pypi", "langgraph-sdk");
    import(&e, "sdk/examples/x/a.py", "python", "langgraph_sdk");
    own_project(&e, "point/pyproject.toml", "python", "langgraph-checkpoint");
    import(&e, "point/langgraph/a.py", "python", "langgraph.checkpoint");
    own_project(&e, "pre/pyproject.toml", "python", "langgraph-prebuilt");
    manifest(&e, "pre/uv.lock", "pypi", "langgraph");
    module(&e, "pre/langgraph/prebuilt/__init__.py", "python", "prebuilt");
    import(&e, "pre/langgraph/prebuilt/a.py", "python", "langgraph.prebuilt");
    own_project(&e, "graph/pyproject.toml", "python", "langgraph");
    manifest(&e, "graph/pyproject.toml", "pypi", "langgraph-checkpoint");
    import(&e, "graph/langgraph/a.py", "python", "langgraph.checkpoint");
    estate_seal(&e, NULL);
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/langgraph_sdk/a.py"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/tests/a.py"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/tests/b.py"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/examples/x/a.py"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "point/langgraph/a.py"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "pre/langgraph/prebuilt/a.py"));
    const struct asset *p = estate_asset(&e, KIND_PACKAGE, 0, "graph/langgraph/a.py");
    assert_true(p && str_eq_z(p->name, "langgraph-checkpoint"));
}

/* Only where every manifest above was read is a package told to be in none. */
static void told_undeclared(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "a/package.json", "npm", "openai");
    import(&e, "a/src/x.ts", "javascript", "openai");
    import(&e, "a/src/y.ts", "javascript", "cohere-ai");
    import(&e, "b/x.ts", "javascript", "openai");
    project(&e, "c/setup.py", "python");
    import(&e, "c/src/x.py", "python", "openai");
    import(&e, "c/src/x.ts", "javascript", "openai");
    import(&e, "d/main.go", "go", "github.com/openai/openai-go");
    estate_begin(&e);
    emit_gap(&e.emit, COVERAGE_PARTIAL, FILE_PLACE, "broken");
    estate_item(&e, 0, "f/package.json");
    import(&e, "f/x.ts", "javascript", "openai");
    estate_seal(&e, NULL);
    assert_string_equal(undeclared_at(&e, "a/src/x.ts"), "no");
    assert_string_equal(undeclared_at(&e, "a/src/y.ts"), "yes");
    assert_string_equal(undeclared_at(&e, "b/x.ts"), "yes");
    assert_string_equal(undeclared_at(&e, "c/src/x.py"), "untold");
    assert_string_equal(undeclared_at(&e, "c/src/x.ts"), "yes");
    assert_string_equal(undeclared_at(&e, "d/main.go"), "untold");
    assert_string_equal(undeclared_at(&e, "f/x.ts"), "untold");
}

/* Several packages bring the module: the one that is declared, else the likeliest. */
static void alternatives(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "a/requirements.txt", "pypi", "pyautogen");
    import(&e, "a/x.py", "python", "autogen");
    import(&e, "b/x.py", "python", "autogen");
    manifest(&e, "c/requirements.txt", "pypi", "faiss-gpu");
    import(&e, "c/deep/x.py", "python", "faiss");
    estate_seal(&e, NULL);
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "a/x.py"));
    assert_true(str_eq_z(estate_asset(&e, KIND_PACKAGE, 0, "a/x.py")->name, "pyautogen"));
    assert_true(str_eq_z(estate_asset(&e, KIND_PACKAGE, 0, "b/x.py")->name, "ag2"));
    assert_true(str_eq_z(estate_asset(&e, KIND_PACKAGE, 0, "c/deep/x.py")->name, "faiss-gpu"));
}

/* A common name counts beside a proof or a manifest. */
static void common_names(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    import(&e, "a/x.py", "python", "agents");
    import_at(&e, "b/x.py", "python", "agents", true, NULL);
    manifest(&e, "c/pyproject.toml", "pypi", "openai-agents");
    import(&e, "c/x.py", "python", "agents");
    import(&e, "d/x.ts", "javascript", "ai");
    manifest(&e, "e/package.json", "npm", "ai");
    import(&e, "e/x.ts", "javascript", "ai");
    estate_seal(&e, NULL);
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "a/x.py"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "b/x.py"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "c/x.py"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "d/x.ts"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "e/x.ts"));
}

/* Modules of the repository hide packages where Python would find them first. */
static void shadows(void **state UNUSED)
{
    static const struct {
        const char *file, *module;
        bool hidden;
    } rows[] = {
        {"main.py", "openai.py", true},
        {"main.py", "openai/__init__.py", true},
        {"app/main.py", "openai.py", true},
        {"app/main.py", "app/openai.py", true},
        {"tests/t.py", "src/openai/__init__.py", true},
        {"svc/tests/t.py", "svc/src/openai/__init__.py", true},
        {"src/openai/x.py", "src/openai/__init__.py", true},
        {"app/main.py", "other/openai.py", false},
        {"app/main.py", "app/providers/openai.py", false},
        {"app/openai.py", "app/openai.py", false}, /* nobody imports himself */
        {"openai.py", "openai.py", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(estate) e = {0};
        estate_open(&e, ESTATE, 1);
        module(&e, rows[i].module, "python", "openai");
        import(&e, rows[i].file, "python", "openai");
        estate_seal(&e, NULL);
        if (estate_count(&e, KIND_PACKAGE) != !rows[i].hidden)
            fail_msg("%s beside %s", rows[i].file, rows[i].module);
    }
}

/* What lies in a package is found through it only: app/providers/openai.py is no openai. */
static void packages_hide_nothing(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    module(&e, "app/__init__.py", "python", "app");
    module(&e, "app/openai.py", "python", "openai");
    import(&e, "app/main.py", "python", "openai");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_PACKAGE), 1);
}

/* But what a manifest declares is meant. */
static void declared_beats_shadow(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "svc/requirements.txt", "pypi", "openai");
    module(&e, "svc/openai/__init__.py", "python", "openai");
    import(&e, "svc/main.py", "python", "openai");
    module(&e, "other/openai/__init__.py", "python", "openai");
    import(&e, "other/main.py", "python", "openai");
    estate_seal(&e, NULL);
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "svc/main.py"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "other/main.py"));
}

/* A name space that the repository declares is its own, in this repository. */
static void own_name_spaces(void **state UNUSED)
{
    static const char sample[] = "sdk/src/com/openai/samples/App.java";
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    estate_origin(&e, 0, "sdk/.git/config", "https://host.example/org/sdk");
    module(&e, "sdk/src/Chat.cs", "c-sharp", "OpenAI");
    import(&e, "sdk/test/T.cs", "c-sharp", "OpenAI");
    import(&e, "app/A.cs", "c-sharp", "OpenAI");
    module(&e, "sdk/go.mod", "go", "github.com/openai/openai-go");
    module(&e, sample, "java", "com.openai");
    import(&e, sample, "java", "com.openai");
    import(&e, "sdk/examples/main.go", "go", "github.com/openai/openai-go");
    estate_seal(&e, NULL);
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/test/T.cs"));
    assert_null(estate_asset(&e, KIND_PACKAGE, 0, "sdk/examples/main.go"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, "app/A.cs"));
    assert_non_null(estate_asset(&e, KIND_PACKAGE, 0, sample));
}

/* A project outside of a repository is none of what stands in it. */
static void repositories(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    project(&e, "package.json", "javascript");
    estate_origin(&e, 0, "repos/bot/.git/config", "https://host.example/org/bot");
    import(&e, "repos/bot/a.js", "javascript", "openai");
    estate_seal(&e, NULL);
    const struct asset *app = estate_asset(&e, KIND_APPLICATION, 0, "repos/bot/a.js");
    assert_true(str_eq_z(app->scope, "host.example/org/bot"));
    assert_true(str_has(app->key, STR("@path=\"\"")));
}

static void nameless(struct estate *e, const char *path)
{
    estate_begin(e);
    emit_asset(&e->emit, KIND_APPLICATION, STR("application"), FILE_PLACE);
    estate_item(e, 0, path);
}

/* A root that no manifest names is called as its repository, or as the target. */
static void roots(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    nameless(&e, "requirements.txt");
    estate_origin(&e, 0, "repos/x/.git/config", "https://host.example/org/bot");
    nameless(&e, "repos/x/requirements.txt");
    estate_seal(&e, NULL);
    const struct asset *own = estate_asset(&e, KIND_APPLICATION, 0, "requirements.txt");
    const struct asset *inner = estate_asset(&e, KIND_APPLICATION, 0, "repos/x/requirements.txt");
    assert_true(own && str_eq_z(own->name, "estate"));
    assert_true(inner && str_eq_z(inner->name, "bot"));
}

/* An archive is a project of its own, the layers of an image are one. */
static void archives(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    project(&e, "package.json", "javascript");
    import_at(&e, "dist/x.zip", "javascript", "openai", true, "src/a.js");
    import_at(&e, "img.tar", "python", "openai", true, "sha256:aa/app/main.py");
    import_at(&e, "img.tar", "python", "anthropic", true, "sha256:bb/app/other.py");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_APPLICATION), 2);
    const struct asset *app = estate_asset(&e, KIND_APPLICATION, 0, "dist/x.zip");
    assert_true(str_has(app->key, STR("@path=\"dist/x.zip!\"")));
}

/* Only the catalogue says what an import is, whatever a worker sends. */
static void lies(void **state UNUSED)
{
    const struct catalog_import unknown = {.language = "python", .name = "no-such"};
    const struct catalog_import language = {.language = "cobol", .name = "openai"};
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    estate_begin(&e);
    emit_import(&e.emit, &unknown, true, FILE_PLACE);
    emit_import(&e.emit, &language, true, FILE_PLACE);
    emit_module(&e.emit, STR("python"), STR("x"), FILE_PLACE);
    estate_item(&e, 0, "a");
    estate_seal(&e, NULL);
    assert_int_equal(e.inv.assets.n, 0);
}

static void memory_runs_out(void **state UNUSED)
{
    for (size_t n = 1;; n++) {
        struct diag d = {0};
        AUTO(estate) e = {0};
        estate_open(&e, ESTATE, 1);
        manifest(&e, "svc/requirements.txt", "pypi", "openai");
        module(&e, "svc/x/__init__.py", "python", "x");
        import(&e, "svc/main.py", "python", "openai");
        import(&e, "main.py", "python", "anthropic");
        assert_int_equal(link_name(e.link, NULL, &d), 0);
        assert_int_equal(inventory_init(&e.inv, 0), 0);
        mem_fail_after(n);
        int rc = link_finish(e.link, &e.inv, &d);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
        if (!rc)
            break;
        assert_true(n < 10000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared),
        cmocka_unit_test(undeclared),
        cmocka_unit_test(one_application),
        cmocka_unit_test(names),
        cmocka_unit_test(labels),
        cmocka_unit_test(own_package),
        cmocka_unit_test(told_undeclared),
        cmocka_unit_test(alternatives),
        cmocka_unit_test(common_names),
        cmocka_unit_test(shadows),
        cmocka_unit_test(packages_hide_nothing),
        cmocka_unit_test(declared_beats_shadow),
        cmocka_unit_test(own_name_spaces),
        cmocka_unit_test(roots),
        cmocka_unit_test(repositories),
        cmocka_unit_test(archives),
        cmocka_unit_test(lies),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
