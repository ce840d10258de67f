/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how controls, frameworks and places read as rules, taxonomies and locations of SARIF. */
#include "report/sarif_parts.h"

#include "assess/control.h"
#include "base/path.h"
#include "prioritize/risk.h"

static void text_object(struct json_writer *w, const char *key, const char *text)
{
    json_kopen_object(w, key);
    json_kstr(w, "text", str_z(text));
    json_end(w);
}

int sarif_rule_index(struct str control)
{
    const struct control *c = control_find(control);
    return c ? (int)(c - CONTROLS) : -1;
}

const char *sarif_level(enum severity s)
{
    if (s >= SEVERITY_HIGH)
        return "error";
    return s == SEVERITY_MEDIUM ? "warning" : "note";
}

void sarif_security_severity(struct json_writer *w, enum severity s)
{
    AUTO(buf) points = BUF_INIT;
    int tenths = severity_tenths(s);
    buf_addf(&points, "%d.%d", tenths / 10, tenths % 10);
    json_kstr(w, "security-severity", buf_str(&points));
}

/* ---- rules ---- */

static bool answers(const struct requirement *q, const char *control)
{
    for (const char *const *c = q->controls; c && *c; c++)
        if (str_eq_z(str_z(*c), control))
            return true;
    return false;
}

static void relationships(struct json_writer *w, const struct control *c)
{
    json_kopen_array(w, "relationships");
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        for (int k = 0; k < FRAMEWORKS[i].n; k++) {
            if (!answers(&FRAMEWORKS[i].requirements[k], c->id))
                continue;
            json_object(w);
            json_kopen_object(w, "target");
            json_kstr(w, "id", str_z(FRAMEWORKS[i].requirements[k].id));
            json_kopen_object(w, "toolComponent");
            json_kstr(w, "name", str_z(FRAMEWORKS[i].id));
            json_kint(w, "index", i);
            json_end(w);
            json_end(w);
            json_kopen_array(w, "kinds");
            json_str(w, STR("relevant"));
            json_end(w);
            json_end(w);
        }
    json_end(w);
}

static void rule(struct json_writer *w, const struct control *c)
{
    json_object(w);
    json_kstr(w, "id", str_z(c->id));
    text_object(w, "shortDescription", c->title);
    text_object(w, "fullDescription", c->why);
    if (c->remediation)
        text_object(w, "help", c->remediation);
    json_kopen_object(w, "defaultConfiguration");
    json_kstr(w, "level", str_z(sarif_level(c->severity)));
    json_end(w);
    relationships(w, c);
    json_kopen_object(w, "properties");
    json_kopen_array(w, "tags");
    json_str(w, STR("security"));
    json_str(w, STR("ai"));
    json_str(w, str_z(c->category));
    json_end(w);
    json_kstr(w, "precision", STR("high"));
    sarif_security_severity(w, c->severity);
    json_end(w);
    json_end(w);
}

static void notifications(struct json_writer *w)
{
    static const enum coverage_state states[] = {COVERAGE_PARTIAL, COVERAGE_DENIED,
                                                 COVERAGE_UNSUPPORTED, COVERAGE_FAILED};
    json_kopen_array(w, "notifications");
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        AUTO(buf) id = BUF_INIT;
        buf_addf(&id, "coverage/%s", COVERAGE_STATE_NAMES[states[i]]);
        json_object(w);
        json_kstr(w, "id", buf_str(&id));
        json_end(w);
    }
    json_end(w);
}

void sarif_tool(struct sarif *s)
{
    struct json_writer *w = &s->w;
    json_object(w);
    json_kopen_object(w, "driver");
    json_kstr(w, "name", STR("stance"));
    json_kstr(w, "version", s->scope.program);
    json_kopen_array(w, "rules");
    for (int i = 0; i < CONTROL_COUNT; i++)
        rule(w, &CONTROLS[i]);
    json_end(w);
    notifications(w);
    json_kopen_array(w, "supportedTaxonomies");
    for (int i = 0; i < FRAMEWORK_COUNT; i++) {
        json_object(w);
        json_kstr(w, "name", str_z(FRAMEWORKS[i].id));
        json_kint(w, "index", i);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    json_end(w);
}

static void taxa(struct json_writer *w, const struct framework *f)
{
    json_kopen_array(w, "taxa");
    for (int k = 0; k < f->n; k++) {
        if (f->requirements[k].heading)
            continue;
        json_object(w);
        json_kstr(w, "id", str_z(f->requirements[k].id));
        text_object(w, "shortDescription", f->requirements[k].title);
        json_end(w);
    }
    json_end(w);
}

void sarif_taxonomies(struct sarif *s)
{
    struct json_writer *w = &s->w;
    json_array(w);
    for (int i = 0; i < FRAMEWORK_COUNT; i++) {
        const struct framework *f = &FRAMEWORKS[i];
        json_object(w);
        json_kstr(w, "name", str_z(f->id));
        json_kstr(w, "version", str_z(f->version));
        text_object(w, "shortDescription", f->title);
        json_kstr(w, "informationUri", str_z(f->source));
        json_kbool(w, "isComprehensive", false);
        taxa(w, f);
        json_end(w);
    }
    json_end(w);
}

/* ---- places ---- */

void sarif_automation(struct sarif *s)
{
    AUTO(buf) id = BUF_INIT;
    buf_addz(&id, "stance/");
    if (s->scope.n_targets)
        buf_add(&id, s->scope.targets[0].name);
    json_object(&s->w);
    json_kstr(&s->w, "id", buf_str(&id));
    json_end(&s->w);
}

static void base_name(struct buf *out, int target)
{
    if (target)
        buf_addf(out, "TARGET%d", target);
    else
        buf_addz(out, "%SRCROOT%");
}

void sarif_bases(struct sarif *s)
{
    json_object(&s->w);
    for (size_t i = 0; i < s->scope.n_targets; i++) {
        AUTO(buf) name = BUF_INIT;
        base_name(&name, (int)i);
        json_key(&s->w, buf_str(&name));
        json_object(&s->w);
        json_kopen_object(&s->w, "description");
        json_kstr(&s->w, "text", s->scope.targets[i].name);
        json_end(&s->w);
        json_end(&s->w);
    }
    json_end(&s->w);
}

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '/';
}

void sarif_uri(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (unreserved(c))
            buf_addc(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

void sarif_artifact(struct json_writer *w, int target, struct str path)
{
    AUTO(buf) raw = BUF_INIT;
    AUTO(buf) uri = BUF_INIT;
    AUTO(buf) base = BUF_INIT;
    int rc = path_unshow(&raw, path); /* the store keeps escaped what no text can hold */
    sarif_uri(&uri, rc ? path : buf_str(&raw));
    base_name(&base, target);
    json_kopen_object(w, "artifactLocation");
    json_kstr(w, "uri", buf_str(&uri));
    json_kstr(w, "uriBaseId", buf_str(&base));
    json_end(w);
}

void sarif_region(struct json_writer *w, const struct evidence *e)
{
    if (e->line <= 0 && e->offset < 0)
        return;
    json_kopen_object(w, "region");
    if (e->line > 0) {
        json_kint(w, "startLine", e->line);
        if (e->column > 0)
            json_kint(w, "startColumn", e->column);
        if (e->snippet.n) {
            json_kopen_object(w, "snippet");
            json_kstr(w, "text", e->snippet);
            json_end(w);
        }
    } else {
        json_kint(w, "byteOffset", e->offset);
        json_kint(w, "byteLength", 0);
    }
    json_end(w);
}
