/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which paths a glob matches, without exponential backtracking. */
#include "base/path.h"

/*
 * Only the last '*' and the last "**" ever need another try: whatever came before them has
 * matched as early as possible, which leaves the most text for the rest.
 */
struct retry {
    size_t pattern; /* where the rest of the pattern begins; SIZE_MAX: no such wildcard yet */
    size_t path;    /* what the rest was last tried on */
};

struct match {
    struct str pattern, path;
    size_t i, j; /* positions in pattern and path */
    struct retry star, deep;
    bool deep_parts; /* the "**" is a whole part: it takes whole parts */
};

/* The set at pattern[*i] == '['; false when it is not closed (then '[' is itself). */
static bool set_has(struct str pattern, size_t *i, uint32_t rune, bool *ret_hit)
{
    size_t at = *i + 1;
    bool hit = false, negated = false, first = true;

    if (at < pattern.n && (pattern.p[at] == '!' || pattern.p[at] == '^')) {
        negated = true;
        at++;
    }
    for (; at < pattern.n && (first || pattern.p[at] != ']'); first = false) {
        uint32_t low = str_rune(pattern, &at), high = low;
        if (at + 1 < pattern.n && pattern.p[at] == '-' && pattern.p[at + 1] != ']') {
            at++;
            high = str_rune(pattern, &at);
        }
        hit |= low <= rune && rune <= high;
    }
    if (at >= pattern.n)
        return false;
    *i = at + 1;
    *ret_hit = hit != negated;
    return true;
}

/* Match one element that is not '*' against the path; both positions move on. */
static bool match_one(struct match *m)
{
    char p = m->pattern.p[m->i];
    bool hit;

    if (m->j >= m->path.n)
        return false;
    if ((p == '?' || p == '[') && m->path.p[m->j] != '/') {
        size_t next = m->j, i = m->i;
        uint32_t rune = str_rune(m->path, &next);
        if (p == '?') {
            m->i++;
            m->j = next;
            return true;
        }
        if (set_has(m->pattern, &i, rune, &hit)) {
            m->i = i;
            m->j = next;
            return hit;
        }
    }
    if (p == '?' || p != m->path.p[m->j])
        return false;
    m->i++;
    m->j++;
    return true;
}

/* Read the stars at pattern[i] and remember where to try again. */
static void enter_star(struct match *m)
{
    size_t begin = m->i;

    while (m->i < m->pattern.n && m->pattern.p[m->i] == '*')
        m->i++;
    if (m->i - begin == 1) {
        m->star = (struct retry){m->i, m->j};
        return;
    }
    m->deep_parts = (begin == 0 || m->pattern.p[begin - 1] == '/') && m->i < m->pattern.n &&
                    m->pattern.p[m->i] == '/';
    if (m->deep_parts)
        m->i++;
    m->deep = (struct retry){m->i, m->j};
    m->star.pattern = SIZE_MAX;
}

/* Let the last wildcard take a little more; false when none can. */
static bool try_again(struct match *m)
{
    if (m->star.pattern != SIZE_MAX && m->star.path < m->path.n && m->path.p[m->star.path] != '/') {
        str_rune(m->path, &m->star.path);
        m->i = m->star.pattern;
        m->j = m->star.path;
        return true;
    }
    if (m->deep.pattern == SIZE_MAX || m->deep.path >= m->path.n)
        return false;
    if (m->deep_parts) {
        size_t slash = str_chr(m->path, '/', m->deep.path);
        if (slash == SIZE_MAX)
            return false;
        m->deep.path = slash + 1;
    } else {
        str_rune(m->path, &m->deep.path);
    }
    m->i = m->deep.pattern;
    m->j = m->deep.path;
    m->star.pattern = SIZE_MAX;
    return true;
}

bool path_glob(struct str pattern, struct str path)
{
    struct match m = {
        .pattern = pattern, .path = path, .star = {SIZE_MAX, 0}, .deep = {SIZE_MAX, 0}};

    for (;;) {
        if (m.i < pattern.n && pattern.p[m.i] == '*') {
            enter_star(&m);
            continue;
        }
        bool done = m.i == pattern.n;
        if (done && m.j == path.n)
            return true;
        if ((done || !match_one(&m)) && !try_again(&m))
            return false;
    }
}
