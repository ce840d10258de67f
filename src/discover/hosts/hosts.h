/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: the addresses in a text that hold a literal of the catalogue, and whether
 * code or settings talk to them there or only write about them.
 *
 *     struct host_spot s;
 *     if (host_spot_read(text, start, end, &s))       start, end: the literal
 *         row = catalog_host(c, host_spot_name(&s));
 *     ...                                             of all spots of a text, in their order:
 *     host_spots_judge(path, text, spots, n);         s.used: somebody talks to it
 *
 * An address with a scheme counts where it is a value. A bare name counts only when it is the whole
 * value (with port and path) of something that by its name is an address: "host: api.openai.com",
 * connect("api.openai.com"). Remarks, texts that document what stands beside them (docstrings,
 * "description:", "placeholder:"), cells of notebooks that are no code, and what follows words of a
 * sentence are prose.
 */
#ifndef STANCE_DISCOVER_HOSTS_H
#define STANCE_DISCOVER_HOSTS_H

#include "catalog/catalog.h"

#define HOST_NAME_BYTES 254

struct host_spot {
    size_t start, end; /* of the host in the text, as it is written */
    size_t from;       /* of the address: its scheme, else `start` */
    bool scheme;       /* http, https, ws or wss */
    bool holes;        /* parts of it are put in when the program runs: "x" in the name */
    bool used;         /* by host_spots_judge */
    int row;           /* the caller's */
    size_t n;
    char name[HOST_NAME_BYTES]; /* of a local server empty */
};

/* False: no host stands there, or only a part of one that goes on in another place. */
bool host_spot_read(struct str text, size_t start, size_t end, struct host_spot *ret);
struct str host_spot_name(const struct host_spot *s);
/* ":11434" at [start, end): the address of this very machine, or of a neighbour in a Compose file,
 * whose name is *ret_name then. */
bool host_spot_local(struct str text, size_t start, size_t end, struct host_spot *ret,
                     struct str *ret_name);

/* Spots in the order of `from`. */
void host_spots_judge(struct str path, struct str text, struct host_spot *spots, size_t n);

/* Files that hand variables to programs: environment files, Compose, manifests, pipelines ... */
bool variable_files(struct str path);
/* Of a name at [start, end) in such a file: a variable of this name is set there. */
bool variable_is_set(struct str path, struct str text, size_t start, size_t end);

/*
 * Index of the row of catalog.ports whose server listens at the port [start, end), -1 when none is
 * told: a port that several claim, or any program may use, needs a second mark: the name of the
 * server on the line or as `neighbour`, or a path that only it answers.
 */
int server_at(const struct catalog *c, struct str text, size_t start, size_t end,
              struct str neighbour);

bool host_is_environment(struct str path); /* .env, x.env, .env.local */
bool host_is_dockerfile(struct str path);
bool host_is_yaml(struct str path);

/* --- private to hosts/ ----------------------------------------------------------------------- */

/* What stands around a spot, however the text is read. */
struct host_around {
    bool dead;         /* a remark, a docstring */
    bool data;         /* of JSON: a value of many lines is a text, unless its key says code */
    bool list;         /* one of several values without a name */
    bool compare;      /* an operator compares it */
    bool any;          /* whatever it is set to, it is set to a value: of variables */
    bool joined;       /* something is put before it: a + ".openai.azure.com" */
    struct str value;  /* the whole text or value that holds it */
    struct str key;    /* what the value is set to; empty: nothing */
    struct str before; /* what else the line, or the call, says before the value */
};
bool host_is_used(struct str text, const struct host_spot *s, const struct host_around *a);
/* The language has a style for match/tokens.h; else it is read line by line. */
struct token_style;
const struct token_style *host_style(struct str path);
void host_judge_tokens(struct str path, struct str text, struct host_spot *spots, size_t n);
void host_judge_lines(struct str path, struct str text, struct host_spot *spots, size_t n);
void host_judge_notebook(struct str text, struct host_spot *spots, size_t n);
/* Of the line that holds `at`: key and value ("a: b", "- A=b", "export A=b"); false: none. */
bool host_key_of(struct str text, size_t at, struct str *ret_key, struct str *ret_value);
/* The key under which that line stands, in YAML; empty: none. */
struct str host_key_above(struct str text, size_t at);
bool host_is_remark(struct str text, size_t at);
/* The key is one that variables stand under: "env", "environment", "containerEnv". */
bool variable_group(struct str key);

#endif
