/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which grammar reads a file: by its name, extension, or the interpreter it asks for. */
#include "base/path.h"
#include "match/syntax.h"
#include "match/tokens.h"

#define LIST(...)     ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})
#define GRAMMAR(name) const void *tree_sitter_##name(void);
GRAMMAR(bash)
GRAMMAR(c_sharp)
GRAMMAR(go)
GRAMMAR(hcl)
GRAMMAR(java)
GRAMMAR(javascript)
GRAMMAR(kotlin)
GRAMMAR(php)
GRAMMAR(python)
GRAMMAR(ruby)
GRAMMAR(rust)
GRAMMAR(tsx)
GRAMMAR(typescript)

/* clang-format off */
const struct syntax_language SYNTAX_LANGUAGES[] = {
    {"bash", LIST("sh", "bash", "zsh"), LIST(), LIST("sh", "bash", "dash", "zsh"),
     tree_sitter_bash, &TOKENS_SHELL},
    {"c-sharp", LIST("cs", "csx"), LIST(), LIST(), tree_sitter_c_sharp, &TOKENS_C_SHARP},
    {"go", LIST("go"), LIST(), LIST(), tree_sitter_go, &TOKENS_GO},
    {"hcl", LIST("tf", "hcl", "tfvars"), LIST(), LIST(), tree_sitter_hcl, &TOKENS_HCL},
    {"java", LIST("java"), LIST(), LIST(), tree_sitter_java, &TOKENS_JAVA},
    {"javascript", LIST("js", "jsx", "mjs", "cjs"), LIST(), LIST("node", "bun"),
     tree_sitter_javascript, &TOKENS_JAVASCRIPT},
    {"kotlin", LIST("kt", "kts"), LIST(), LIST(), tree_sitter_kotlin, &TOKENS_JAVA},
    {"php", LIST("php", "phtml"), LIST(), LIST("php"), tree_sitter_php, &TOKENS_PHP},
    {"python", LIST("py", "pyi", "pyw"), LIST(), LIST("python", "uv", "pypy"),
     tree_sitter_python, &TOKENS_PYTHON},
    {"ruby", LIST("rb", "rake", "gemspec", "ru"), LIST("Rakefile"), LIST("ruby"),
     tree_sitter_ruby, &TOKENS_RUBY},
    {"rust", LIST("rs"), LIST(), LIST(), tree_sitter_rust, &TOKENS_RUST},
    {"tsx", LIST("tsx"), LIST(), LIST(), tree_sitter_tsx, &TOKENS_JAVASCRIPT},
    {"typescript", LIST("ts", "mts", "cts"), LIST(), LIST("deno", "tsx", "ts-node"),
     tree_sitter_typescript, &TOKENS_JAVASCRIPT},
};
/* clang-format on */
const int SYNTAX_LANGUAGE_COUNT = ARRAY_LEN(SYNTAX_LANGUAGES);

static bool listed(const char *const *list, struct str word)
{
    for (; *list; list++)
        if (str_eq_z(word, *list))
            return true;
    return false;
}

/* "python3.11" is "python". */
static struct str without_version(struct str word)
{
    while (word.n && strchr("0123456789.", word.p[word.n - 1]) && word.p[word.n - 1])
        word.n--;
    return word;
}

/* The program of "#!/usr/bin/env -S NAME=x python3 -u"; empty when the line names none. */
static struct str interpreter(struct str head)
{
    struct str line, word;
    if (!str_starts(head, STR("#!")) || !str_line(&head, &line))
        return STR("");
    line = str_trim(str_sub(line, 2, line.n));
    bool env = false;
    while (str_field(&line, ' ', &word)) {
        word = without_version(path_base(word));
        if (!word.n || word.p[0] == '-' || str_chr(word, '=', 0) != SIZE_MAX)
            continue;
        if (!env && str_eq_z(word, "env")) {
            env = true;
            continue;
        }
        return word;
    }
    return STR("");
}

const struct syntax_language *syntax_language(struct str path, struct str head)
{
    struct str name = path_base(path), ext = path_ext(path);
    struct str program = ext.n ? STR("") : interpreter(head);

    for (int i = 0; i < SYNTAX_LANGUAGE_COUNT; i++) {
        const struct syntax_language *l = &SYNTAX_LANGUAGES[i];
        if (listed(l->names, name) || (ext.n && listed(l->extensions, ext)) ||
            (program.n && listed(l->interpreters, program)))
            return l;
    }
    return NULL;
}

const struct syntax_language *syntax_language_by_id(struct str id)
{
    for (int i = 0; i < SYNTAX_LANGUAGE_COUNT; i++)
        if (str_eq_z(id, SYNTAX_LANGUAGES[i].id))
            return &SYNTAX_LANGUAGES[i];
    return NULL;
}
