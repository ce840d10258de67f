/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which agent host a configuration file belongs to, and whose file it is: shared by the detectors
 * that read such files.
 *
 *     struct host_file f;
 *     if (host_file_find(it->catalog, it->path, HOST_FILE_SERVERS, &f))
 *         asset = host_file_emit(it, e, &f, false);      agent_host with host and scope
 *
 * Of several rows that match, the one with the longest pattern wins: ".warp/.mcp.json" is Warp's
 * and not ".mcp.json" of another host.
 */
#ifndef STANCE_DISCOVER_HOST_FILE_H
#define STANCE_DISCOVER_HOST_FILE_H

#include "discover/detector.h"

enum host_file_want { HOST_FILE_SERVERS, HOST_FILE_SETTINGS };

struct host_file {
    const struct catalog_agent_file *row;
    const struct catalog_entry *host;
    const char *scope;       /* "user", "project", "managed" */
    enum attr_state certain; /* DECLARED by the row, RESOLVED below a home folder, else INFERRED */
    bool extension;          /* the file is part of an installed plug-in */
};

bool host_file_find(const struct catalog *c, struct str path, enum host_file_want want,
                    struct host_file *ret);
uint32_t host_file_emit(struct item *it, struct emit *e, const struct host_file *f,
                        bool holds_settings);

/* What an alias of YAML stands for; other nodes themselves. */
const struct node *host_file_target(const struct doc *doc, const struct node *n);
/* Aliases of YAML are followed; NULL where there is no such member. */
const struct node *member(const struct doc *doc, const struct node *n, const char *key);
/* Nodes that the pointer names below `from`; `*` stands for every member or element. */
struct node_list {
    const struct node **v;
    size_t n, alloc;
};
int pointer_find(const struct doc *doc, const struct node *from, struct str pointer,
                 struct arena *a, struct node_list *ret) MUST_CHECK;
int node_list_add(struct node_list *list, const struct node *n, struct arena *a) MUST_CHECK;

#endif
