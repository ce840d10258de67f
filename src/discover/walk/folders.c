/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folder is listed next, and how long one stays open. */
#include <unistd.h>

#include "discover/walk/walk.h"

struct folder *folder_new(struct folder *parent, struct str path, size_t name_at)
{
    struct folder *f = mem_alloc(sizeof(*f));
    char *copy = f ? mem_alloc(path.n + 1) : NULL;
    if (!copy) {
        mem_free(f);
        return NULL;
    }
    if (path.n)
        memcpy(copy, path.p, path.n);
    *f = (struct folder){.parent = parent,
                         .path = copy,
                         .path_n = path.n,
                         .name_at = name_at,
                         .depth = parent ? parent->depth + 1 : 0,
                         .fd = -1,
                         .refs = 1,
                         .rule = RULE_NONE};
    return f;
}

void folder_drop(struct folder *f)
{
    while (f && --f->refs == 0) {
        struct folder *parent = f->parent;
        if (f->fd >= 0)
            close(f->fd);
        mem_free(f->path);
        mem_free(f);
        f = parent;
    }
}

void walk_push(struct walk *w, struct folder *f)
{
    f->next = w->stack;
    w->stack = f;
}

struct folder *walk_take(struct walk *w, bool wait, bool *ret_first)
{
    pthread_mutex_lock(&w->lock);
    while (wait && !w->stack && w->busy && !w->stopped)
        pthread_cond_wait(&w->changed, &w->lock);
    struct folder *f = w->stopped ? NULL : w->stack;
    if (f) {
        w->stack = f->next;
        w->busy++;
        *ret_first = !w->begun;
        w->begun = true;
    }
    pthread_mutex_unlock(&w->lock);
    return f;
}

void walk_share(struct unit *u)
{
    struct walk *w = u->walk;
    pthread_mutex_lock(&w->lock);
    u->folder->refs++;
    walk_push(w, u->folder);
    for (struct folder *f = u->found, *next; f; f = next) {
        next = f->next;
        u->folder->refs++;
        walk_push(w, f);
    }
    u->found = NULL;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

void walk_give_back(struct unit *u)
{
    struct walk *w = u->walk;
    pthread_mutex_lock(&w->lock);
    folder_drop(u->folder);
    w->busy--;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}
