/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which server of the catalogue a port of this machine is. */
#include "discover/hosts/hosts.h"

#define OWN_PORT 10000 /* below it ports are chosen by habit: 8000, 8080, 5000 */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_small(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* As a word of its own, whatever its case: OLLAMA_HOST, ollamaUrl, but not "follama". */
static bool names(struct str line, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i + n <= line.n; i++)
        if (((line.p[i] ^ name[0]) & 31) == 0 &&
            str_eq_nocase(str_sub(line, i, i + n), str_n(name, n)) &&
            !(i && is_word(line.p[i - 1])) && !(i + n < line.n && is_small(line.p[i + n])))
            return true;
    return false;
}

static bool says_name(const struct catalog_entry *e, struct str line)
{
    if (names(line, e->id) || names(line, e->name))
        return true;
    for (const char *const *alias = e->aliases; alias && *alias; alias++)
        if (names(line, *alias))
            return true;
    return false;
}

/* "/v1/models", "/health" and "/" are paths of any server. */
static bool is_telling(struct str path)
{
    static const char *const common[] = {
        "v1",           "v2",          "api",       "health", "models",  "version",
        "config",       "metrics",     "info",      "status", "docs",    "apps",
        "openapi.json", "healthcheck", "readiness", "meta",   "metadata"};
    struct str part;
    while (str_field(&path, '/', &part)) {
        bool known = !part.n;
        for (size_t i = 0; i < ARRAY_LEN(common); i++)
            known |= str_eq_z(part, common[i]);
        if (!known)
            return true;
    }
    return false;
}

/* The path behind the port is one that a probe of this server asks, and of no other. */
static bool says_path(const struct catalog *c, int entry, struct str behind)
{
    bool mine = false;
    for (int i = 0; i < c->n_probes; i++) {
        if (!behind.n || strncmp(c->probes[i].path, behind.p, MIN(behind.n, (size_t)3)))
            continue;
        struct str path = str_z(c->probes[i].path);
        if (!str_starts(behind, path) || !is_telling(path) ||
            (behind.n > path.n && is_word(behind.p[path.n])))
            continue;
        if (c->probes[i].entry != entry)
            return false;
        mine = true;
    }
    return mine;
}

int server_at(const struct catalog *c, struct str text, size_t start, size_t end,
              struct str neighbour)
{
    int port = 0, found = -1, claims = 0, marks = 0, alone = -1;
    size_t line = start, stop = MIN(str_chr(text, '\n', end), text.n);
    for (size_t i = start + 1; i < end; i++)
        port = port * 10 + (text.p[i] - '0');
    while (line && text.p[line - 1] != '\n' && start - line < 256)
        line--;
    struct str around = str_sub(text, line, MIN(stop, end + 256)),
               behind = str_sub(text, end, stop);
    for (int i = 0; i < c->n_ports; i++) {
        const struct catalog_entry *e = &c->entries[c->ports[i].entry];
        if (c->ports[i].port != port)
            continue;
        claims++;
        alone = i;
        if (says_name(e, neighbour.n ? neighbour : around) ||
            says_path(c, c->ports[i].entry, behind)) {
            marks++;
            found = i;
        }
    }
    if (marks)
        return marks == 1 ? found : -1;
    return claims == 1 && port >= OWN_PORT && !neighbour.n ? alone : -1;
}
