/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths inside a target: '/' separated, relative, no "." or ".." parts. Backslashes are ordinary
 * bytes. Names may be any bytes but NUL and '/'; path_show makes them safe for people.
 */
#ifndef STANCE_BASE_PATH_H
#define STANCE_BASE_PATH_H

#include "base/buf.h"

struct str path_base(struct str path); /* last part */
struct str path_dir(struct str path);  /* all before the last '/', "" when there is none */
/* After the last '.' of the last part (".env" has "env"), "" when there is none. */
struct str path_ext(struct str path);

/*
 * A place inside an archive is "archive!/member", as often as there are archives in archives.
 * path_inner: the member in the innermost archive, or the path itself. path_parent: the folder
 * above, and above the members of an archive the archive.
 */
struct str path_inner(struct str path);
struct str path_parent(struct str path);

/* Join with one '/'; either side may be empty. */
void path_join(struct buf *out, struct str dir, struct str name);
/* Lexically resolve `rel` against directory `dir`; E_DENIED when it leaves the root ("") or
 * is absolute, E_PARSE when it holds a NUL. Appends to out, which is unchanged on failure. */
int path_resolve(struct buf *out, struct str dir, struct str rel) MUST_CHECK;
/* True when `path` equals `suffix` or ends with "/" + suffix. */
bool path_has_suffix(struct str path, struct str suffix);
/* True when `dir` is "" or path equals dir or lies below it. */
bool path_is_below(struct str path, struct str dir);

/*
 * Glob over whole paths: '*', '?' (one code point), [a-z] and [!a-z] stay inside one part, "**"
 * crosses parts. A leading or inner part "**" takes any number of parts, also none; as the last
 * part it takes at least one. There is no escape: write "[*]". Never exponential: time is bounded
 * by path x longest part x pattern.
 */
bool path_glob(struct str pattern, struct str path);

/* Append for display: controls, invalid UTF-8, bidi and zero-width controls become \xNN or \u{N};
 * backslashes become \\ only when something else was escaped or one stands before x or u, so two
 * paths never look the same. */
void path_show(struct buf *out, struct str path);
/* The same for a text that the store gave. What is no UTF-8 or holds "\x" or "\u" was shown when it
 * was stored (store_text) and is not escaped twice: what comes out is path_show of the original. */
void path_show_kept(struct buf *out, struct str kept);
/* Controls, and code points that show nothing or turn the text around them. */
bool rune_is_hidden(uint32_t rune);
/* The path that was shown so. E_PARSE (nothing appended) when none is; E_NOMEM. */
int path_unshow(struct buf *out, struct str shown) MUST_CHECK;

#endif
