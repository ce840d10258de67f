/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files are made from src/inventory/kinds.yaml, and whether committed ones are true.
 */
#include "base/path.h"
#include "file.h"
#include "formats/yaml.h"
#include "registry.h"

enum mode { MODE_BUILD, MODE_DOCS, MODE_CHECK };

struct source {
    struct buf text;
    struct doc doc;
};

struct job {
    enum mode mode;
    const char *root; /* folder of the outputs */
    struct registry registry;
    struct source kinds, record;
    struct buf schema;
    bool stale;
    struct diag *d;
};

static int source_load(struct source *s, const char *path, struct arena *a, struct diag *d)
{
    struct limits lim = limits_default();
    int rc = file_read(path, &s->text, d);
    if (!rc)
        rc = yaml_parse(buf_str(&s->text), &lim, a, &s->doc, d);
    if (rc)
        diag_at(d, path, 0, 0);
    return rc;
}

/* Write a file, or in check mode compare it. */
static int put(struct job *j, const char *name, const struct buf *text)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) old = BUF_INIT;
    path_join(&path, str_z(j->root), str_z(name));
    if (buf_result(text) || buf_result(&path))
        return diag_set(j->d, E_NOMEM, "out of memory");
    if (j->mode != MODE_CHECK)
        return file_write(path.p, buf_str(text), j->d);
    int rc = file_read(path.p, &old, j->d);
    if (rc)
        return rc;
    if (!str_eq(buf_str(&old), buf_str(text))) {
        fprintf(stderr, "%s differs from what kinds.yaml says; run 'ninja docs' and commit it\n",
                name);
        j->stale = true;
    }
    return OK;
}

/* Replace what stands between the two marker lines of a hand-written page. */
static int put_section(struct job *j, const char *name, const struct buf *section)
{
    static const char begin[] = "<!-- generated from kinds.yaml -->\n";
    static const char end[] = "<!-- end -->\n";
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) old = BUF_INIT;
    AUTO(buf) page = BUF_INIT;
    path_join(&path, str_z(j->root), str_z(name));
    int rc = buf_result(&path) ? E_NOMEM : file_read(path.p, &old, j->d);
    if (rc)
        return rc;
    struct str text = buf_str(&old);
    size_t from = str_find(text, str_z(begin), 0);
    size_t to = from == SIZE_MAX ? from : str_find(text, str_z(end), from);
    if (to == SIZE_MAX) {
        diag_set(j->d, E_PARSE, "the lines '%.34s' and '%.12s' are missing", begin, end);
        diag_at(j->d, path.p, 0, 0);
        return E_PARSE;
    }
    buf_add(&page, str_sub(text, 0, from + sizeof(begin) - 1));
    buf_add(&page, buf_str(section));
    buf_add(&page, str_sub(text, to, SIZE_MAX));
    return put(j, name, &page);
}

static int make_build(struct job *j)
{
    AUTO(buf) ids = BUF_INIT;
    AUTO(buf) tables = BUF_INIT;
    write_ids(&j->registry, &ids);
    int rc = put(j, "registry_ids.gen.h", &ids);
    if (rc)
        return rc;
    write_tables(&j->registry, buf_str(&j->schema), &tables);
    return put(j, "registry.gen.c", &tables);
}

static int make_docs(struct job *j)
{
    AUTO(buf) page = BUF_INIT;
    AUTO(buf) identity = BUF_INIT;
    int rc = put(j, "docs/schema/stance-1.schema.json", &j->schema);
    if (rc)
        return rc;
    write_kinds_page(&j->registry, &page);
    if ((rc = put(j, "docs/reference/kinds.md", &page)))
        return rc;
    write_identity_tables(&j->registry, &identity);
    return put_section(j, "docs/identity.md", &identity);
}

static int run(struct job *j, const char *kinds, const char *record)
{
    struct limits lim = limits_default();
    AUTO(arena) a = ARENA(lim.memory);
    int rc = source_load(&j->kinds, kinds, &a, j->d);
    if (!rc)
        rc = source_load(&j->record, record, &a, j->d);
    if (!rc)
        rc = registry_load(&j->kinds.doc, kinds, &a, &j->registry, j->d);
    if (!rc)
        rc = write_schema(&j->registry, &j->record.doc, &j->schema, j->d);
    if (!rc)
        rc = j->mode == MODE_BUILD ? make_build(j) : make_docs(j);
    return rc;
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"build", "docs", "check"};
    struct diag d = {0};
    struct job j = {.kinds.text = BUF_INIT, .record.text = BUF_INIT, .schema = BUF_INIT, .d = &d};
    size_t mode = 0;
    while (argc == 5 && mode < ARRAY_LEN(modes) && !str_eq_z(str_z(argv[1]), modes[mode]))
        mode++;
    if (argc != 5 || mode == ARRAY_LEN(modes)) {
        fprintf(stderr, "usage: %s build|docs|check KINDS RECORD FOLDER\n", argv[0]);
        return 2;
    }
    j.mode = (enum mode)mode;
    j.root = argv[4];
    int rc = run(&j, argv[2], argv[3]);
    if (rc)
        file_complain(&d);
    buf_done(&j.kinds.text);
    buf_done(&j.record.text);
    buf_done(&j.schema);
    return rc || j.stale;
}
