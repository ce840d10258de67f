/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command line really starts: the package behind npx, uvx, docker and their kin, through
 * shells, env and other wrappers, and whether the next start runs the same code. Nothing is run.
 *
 *     struct shell_word argv[] = {{STR("npx"), 0}, {STR("-y"), 1}, {STR("a@1.2.3"), 2}};
 *     struct launch l;
 *     rc = launcher_parse(argv, 3, &arena, &l);
 *     l.launcher "npx", l.package "npm:a", l.version "1.2.3", l.state "fixed", l.package_from 2
 *
 * `from` numbers say which word of the caller a result stands in: words of an inner shell line
 * carry the number of the word that holds the line.
 *
 * Sources: docs.npmjs.com (npm exec, package-spec), pnpm, yarn, bun, docs.astral.sh/uv (tools),
 * pipx, docs.docker.com (docker run, image names), docs.deno.com, PEP 440, PEP 508, semver.org.
 */
#ifndef STANCE_DISCOVER_LAUNCHER_H
#define STANCE_DISCOVER_LAUNCHER_H

#include "discover/servers/shell_words.h"

struct launch_pair { /* NAME=value handed to the server, or a header */
    struct str name, value;
    bool has_value; /* else the host's own variable is passed on */
    uint32_t from;
};

struct launch_pairs {
    struct launch_pair *v;
    size_t n, alloc;
};

struct launch {
    const char *launcher;      /* word of mcp_server.launcher */
    struct shell_word program; /* what is started, as it is written */
    struct str package;        /* "ecosystem:name", empty: none */
    uint32_t package_from;
    bool package_inferred;      /* from the path of a local file */
    const char *package_reason; /* why there may be one that is not known; NULL: there is none */
    struct str version;         /* fixed version or digest, else empty */
    const char *state;          /* word of mcp_server.version_state; NULL: see state_reason */
    const char *state_reason;
    struct shell_words arguments; /* of the server */
    struct shell_words options;   /* of launchers and wrappers */
    struct launch_pairs environment;
    struct launch_pairs headers; /* that a bridge sends */
    struct shell_words roots;    /* folders of this machine that a container gets */
    struct shell_word url;       /* a bridge's remote; empty: no bridge */
    const char *url_transport;   /* that the bridge is told to use, or NULL */
};

/* `argv` is the program and its arguments; n may be 0. E_NOMEM, E_LIMIT (arena). */
int launcher_parse(const struct shell_word *argv, size_t n, struct arena *a,
                   struct launch *ret) MUST_CHECK;

/* Of the words behind docker, podman or nerdctl: the image that is run, pulled or created; empty:
 * none is. */
struct str launcher_container_image(const struct shell_word *v, size_t n);

/* True when the text is or holds a reference that the host fills in: ${X}, $X, %X%, {{x}}. */
bool launcher_is_reference(struct str text);

#endif
