/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MCP server as an agent host's file configures it, whatever that host calls its members:
 * every attribute of mcp_server that can be seen there, and the secrets written out in it.
 *
 *     struct server s = {.it = it, .e = e, .doc = doc, .file = &f, .row = row, .entry = entry,
 *                        .name = name};
 *     rc = server_emit(&s);                    s.asset
 *
 * `entry` is an object; `row` is where it stands in its map (another node for a YAML alias).
 * What is wrong in one entry becomes a gap at that entry. 0, E_NOMEM, E_LIMIT.
 */
#ifndef STANCE_DISCOVER_SERVER_ENTRY_H
#define STANCE_DISCOVER_SERVER_ENTRY_H

#include "discover/servers/host_file.h"
#include "discover/servers/launcher.h"

struct server {
    struct item *it;
    struct emit *e;
    const struct doc *doc;
    const struct host_file *file;
    const struct node *row, *entry;
    struct str name;
    /* Filled by server_emit. */
    uint32_t asset;
    struct place at;
    struct launch launch;
    struct node_list nodes; /* where each word of the command line stands */
    const struct node *url_node;
    struct str url;             /* as written; empty: the server is started here */
    const struct node *bad_url; /* an address that is not text */
    bool broken;                /* a gap says already why the entry cannot be read */
    int64_t secrets;
    int error;
};

int server_emit(struct server *s) MUST_CHECK;
/* An object that names a program or an address. */
bool server_like(const struct doc *doc, const struct node *n);

/* --- private to the server_*.c files ----------------------------------------------------- */

/* NAME and value of an environment variable or header. */
struct server_pair {
    struct str name, value;
    const struct node *node;
};

struct server_pairs {
    struct server_pair *v;
    size_t n, alloc;
    const struct node *node; /* that holds them, NULL: not set */
};

/* The first of the members (words in spaces) that is set; empty strings are not. */
const struct node *server_member(const struct server *s, const char *names);
struct place server_place(const struct server *s, const struct node *n);
const struct node *server_word_node(const struct server *s, uint32_t from);
/* All pairs of the members: maps, lists of "A=b", "A: b" or names, lists of {name, value}. */
void server_pairs(struct server *s, const char *names, struct server_pairs *ret);
void server_add_pair(struct server *s, struct server_pairs *to, struct server_pair p);
/* Names without duplicates, in their order. */
void server_emit_names(struct server *s, enum attr a, const struct server_pairs *p);
void server_fail(struct server *s, int code);

/* Count and emit the secret that `name` may be set to; true when there was one. */
bool server_secret(struct server *s, struct str name, struct str value, const struct node *n);
/* Secrets among words: values of options, assignments, known patterns. `ret` gets the words with
 * those values masked; may be NULL. */
void server_secret_words(struct server *s, const struct shell_words *w, struct str *ret);
void server_secret_url(struct server *s, struct str url, const struct node *n);
/* The name says that the value authenticates: Authorization, X-Api-Key, GITHUB_TOKEN. */
bool server_name_authenticates(struct str name);

void server_emit_program(struct server *s);
void server_emit_address(struct server *s);
void server_emit_access(struct server *s); /* environment, headers, auth, secrets, roots */

#endif
