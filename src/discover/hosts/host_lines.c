/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what stands around an address in settings, scripts and notebooks: line by line. */
#include "base/path.h"
#include "discover/hosts/hosts.h"

#define LINES_ABOVE 400u         /* that are looked at for what a line stands under */
#define CELL_BYTES  (256u << 10) /* of a notebook that are, before a line of it */

static size_t line_start(struct str text, size_t at)
{
    while (at && text.p[at - 1] != '\n')
        at--;
    return at;
}

static struct str line_at(struct str text, size_t start)
{
    size_t end = str_chr(text, '\n', start);
    return str_sub(text, start, MIN(end, text.n));
}

static size_t indent_of(struct str line)
{
    size_t n = 0;
    while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
        n++;
    return n;
}

/* --- remarks --------------------------------------------------------------------------------- */

static bool starts_remark(struct str line)
{
    static const char *const marks[] = {"#",    "//", "/*",   "* ",   "-- ", ";",
                                        "<!--", "%",  "REM ", "rem ", "::",  "=for "};
    line = str_sub(line, indent_of(line), line.n);
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_starts(line, str_z(marks[i])))
            return true;
    return false;
}

/* A quote opens a text where a value may begin: not in "don't". */
static bool opens(struct str line, size_t i)
{
    return !i || strchr(" \t=:([{,\\$", line.p[i - 1]);
}

/* Where a remark begins in this part of a line; SIZE_MAX: nowhere. */
static size_t remark_at(struct str line)
{
    char quote = '\0';
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        bool blank = i && (line.p[i - 1] == ' ' || line.p[i - 1] == '\t');
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && opens(line, i))
            quote = c;
        else if (blank && (c == '#' || (c == '/' && i + 1 < line.n && line.p[i + 1] == '/')))
            return i;
    }
    return SIZE_MAX;
}

static bool has_remark(struct str line)
{
    return remark_at(line) != SIZE_MAX;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* "- name: x", "export A=b", "set A=b", "ENV A=b": without what stands in front of the key. */
static struct str without_lead(struct str line)
{
    static const char *const leads[] = {"- ",    "export ",      "set ",  "ENV ",   "ARG ",
                                        "$env:", "Environment=", "setx ", "local ", "readonly "};
    line = str_sub(line, indent_of(line), line.n);
    for (size_t i = 0; i < ARRAY_LEN(leads); i++)
        if (str_starts(line, str_z(leads[i])))
            line = str_trim(str_sub(line, strlen(leads[i]), line.n));
    return line;
}

static struct str unquoted(struct str s)
{
    s = str_trim(s);
    while (s.n && (s.p[s.n - 1] == ',' || s.p[s.n - 1] == ';'))
        s.n--;
    bool quoted = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
    return quoted ? str_sub(s, 1, s.n - 1) : s;
}

/* Key and value of a line; false: it has none. */
static bool key_of(struct str line, struct str *ret_key, struct str *ret_value)
{
    struct str s = without_lead(line);
    for (size_t i = 0; i < s.n; i++) {
        bool colon = s.p[i] == ':' && (i + 1 == s.n || strchr(" \t\r", s.p[i + 1]));
        if (colon || s.p[i] == '=') {
            *ret_key = unquoted(str_sub(s, 0, i));
            *ret_value = str_sub(s, i + 1, s.n);
            if (str_starts(*ret_value, STR(">")))
                *ret_value = str_sub(*ret_value, 1, ret_value->n);
            return ret_key->n > 0;
        }
        if ((s.p[i] == ' ' && !(i + 1 < s.n && strchr("=:", s.p[i + 1]))) || s.p[i] == '/')
            break;
    }
    /* nginx: "proxy_pass https://x;" */
    size_t space = str_chr(s, ' ', 0);
    if (!str_ends(str_trim(s), STR(";")) || space == SIZE_MAX)
        return false;
    *ret_key = str_sub(s, 0, space);
    *ret_value = str_sub(s, space, s.n);
    return true;
}

/* Of the lines above one: the next that it stands under; SIZE_MAX: none does. */
static size_t line_above(struct str text, size_t start)
{
    struct str line = line_at(text, start);
    size_t indent = indent_of(line);
    bool item = str_starts(str_sub(line, indent, line.n), STR("-"));
    for (unsigned n = 0; start && n < LINES_ABOVE; n++) {
        start = line_start(text, start - 1);
        struct str above = line_at(text, start);
        size_t i = indent_of(above);
        if (!str_trim(above).n || above.p[i] == '#')
            continue;
        bool is_item = str_starts(str_sub(above, i, above.n), STR("- "));
        if (i < indent || (item && i == indent && !is_item))
            return start;
    }
    return SIZE_MAX;
}

/* "run: |" */
static bool opens_block(struct str line)
{
    struct str s = str_trim(line);
    while (s.n && strchr("+-0123456789", s.p[s.n - 1]))
        s.n--;
    return str_ends(s, STR(" |")) || str_ends(s, STR(" >"));
}

struct str host_key_above(struct str text, size_t at)
{
    struct str key, value;
    size_t start = line_start(text, at), above = line_above(text, start);
    struct str line = line_at(text, start);
    /* The line "value: x" of an item that begins with "- name: y" one line above. */
    while (above != SIZE_MAX &&
           str_starts(str_sub(line_at(text, above), indent_of(line_at(text, above)), text.n),
                      STR("- ")) &&
           key_of(line_at(text, above), &key, &value) && str_trim(value).n &&
           !str_starts(str_sub(line, indent_of(line), line.n), STR("-"))) {
        start = above;
        line = line_at(text, start);
        above = line_above(text, start);
    }
    return above != SIZE_MAX && key_of(line_at(text, above), &key, &value) ? key : STR("");
}

bool host_key_of(struct str text, size_t at, struct str *ret_key, struct str *ret_value)
{
    return key_of(line_at(text, line_start(text, at)), ret_key, ret_value);
}

bool host_is_remark(struct str text, size_t at)
{
    size_t start = line_start(text, at);
    return starts_remark(line_at(text, start)) || has_remark(str_sub(text, start, at));
}

/* --- one address ----------------------------------------------------------------------------- */

static bool is_run(struct str key)
{
    static const char *const keys[] = {"run",  "script",        "command",
                                       "args", "cmd",           "entrypoint",
                                       "exec", "before_script", "after_script"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (str_eq_z(key, keys[i]))
            return true;
    return false;
}

static bool is_script(struct str path)
{
    static const char *const ends[] = {".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".pl"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(path, str_z(ends[i])))
            return true;
    return false;
}

/* The line of a script says it to people. */
static bool is_said(struct str line)
{
    static const char *const words[] = {"echo", "printf", "print", "Write-Host", "Write-Output",
                                        "log",  "info",   "warn",  "error",      "die",
                                        "cat",  "say",    "read",  "fail"};
    struct str s = str_sub(line, indent_of(line), line.n);
    size_t end = MIN(str_chr(s, ' ', 0), s.n);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_z(str_sub(s, 0, end), words[i]))
            return true;
    return false;
}

/* The key of a block of text in which the line stands; empty: none. */
static struct str block_key(struct str text, size_t start)
{
    struct str key, value;
    for (size_t above = start; (above = line_above(text, above)) != SIZE_MAX;)
        if (opens_block(line_at(text, above)) && key_of(line_at(text, above), &key, &value))
            return key;
    return STR("");
}

static struct host_around around(struct str path, struct str text, const struct host_spot *s)
{
    size_t start = line_start(text, s->from);
    struct str line = line_at(text, start), head = str_sub(text, start, s->from);
    struct host_around a = {.key = STR(""), .before = STR(""), .value = line};
    bool yaml = host_is_yaml(path);
    struct str block = yaml ? block_key(text, start) : STR("");
    bool script = is_script(path) || is_run(block);
    a.dead = starts_remark(line) || has_remark(head) || (script && is_said(line));
    struct str key, value;
    if (key_of(line, &key, &value) && value.p <= text.p + s->from) {
        a.value = unquoted(str_sub(value, 0, MIN(remark_at(value), value.n)));
        a.any =
            host_is_environment(path) || (yaml && variable_group(host_key_above(text, s->from)));
        a.list = str_starts(str_sub(line, indent_of(line), line.n), STR("- ")) && !a.any;
        script |= is_run(key);
        a.key = is_run(key) ? STR("") : key;
    } else if (yaml && !script) {
        a.list = true;
        a.key = block.n ? block : host_key_above(text, s->from);
        a.value = unquoted(without_lead(line));
    }
    if (script && s->scheme) /* words of a command, not of a sentence */
        a.value = str_sub(text, s->from, s->end);
    return a;
}

void host_judge_lines(struct str path, struct str text, struct host_spot *spots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct host_around a = around(path, text, &spots[i]);
        spots[i].used = host_is_used(text, &spots[i], &a);
    }
}

/* --- notebooks ------------------------------------------------------------------------------- */

/* Where `word` stands last before `at`; SIZE_MAX: not near. */
static size_t last_before(struct str text, size_t at, const char *word)
{
    size_t n = strlen(word), from = at - MIN(at, (size_t)CELL_BYTES);
    for (size_t i = at; i-- > from;)
        if (text.p[i] == '"' && str_starts(str_sub(text, i, at), str_n(word, n)))
            return i;
    return SIZE_MAX;
}

/* In the source of a cell of code: members of a cell are written in order, "source" last. */
static bool is_code(struct str text, size_t at)
{
    size_t cell = last_before(text, at, "\"cell_type\":");
    size_t source = last_before(text, at, "\"source\":");
    size_t output = last_before(text, at, "\"outputs\":");
    struct str rest = cell == SIZE_MAX ? STR("") : str_trim(str_sub(text, cell + 12, at));
    return str_starts(rest, STR("\"code\"")) && source != SIZE_MAX &&
           (output == SIZE_MAX || output < source);
}

/* Of a line of code in a JSON string: what stands before the address. */
static struct str code_before(struct str text, size_t at)
{
    size_t start = at;
    while (start && text.p[start - 1] != '\n' &&
           !(text.p[start - 1] == '"' && (start < 2 || text.p[start - 2] != '\\')))
        start--;
    return str_sub(text, start, at);
}

void host_judge_notebook(struct str text, struct host_spot *spots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct host_spot *s = &spots[i];
        struct str before = code_before(text, s->from);
        bool quoted = before.n && strchr("\"'`", before.p[before.n - 1]);
        bool command = str_starts(str_trim(before), STR("!")) || str_starts(before, STR("curl ")) ||
                       str_starts(before, STR("wget "));
        s->used = s->scheme && (quoted || command) && is_code(text, s->from) &&
                  !starts_remark(before) && !has_remark(before);
    }
}
