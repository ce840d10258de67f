/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a name in source code means: the member `code` of an entry of the catalogue, and look-ups.
 *
 *     code:
 *       - in: python                   a language of `imports`, or a list of them
 *         call: [openai.OpenAI, openai.AsyncOpenAI]
 *                                      one of call, decorator and base (class): how the name is
 *                                      used; a text or a list of texts; "a.{B,C}" is a.B and a.C
 *         is: client                   see CODE_IS
 *         take: {base_url: base_url, model: [model, 0]}
 *                                      where a fact stands: see below
 *         fixed: {role: chat}          what is known without an argument: `role` (see CODE_ROLES)
 *                                      or a word of `take` with a text or true, false; `provider`
 *                                      is an entry
 *         of: langchain                whose imports bring the name, when this is not the entry
 *
 * A name is qualified: it begins with what the catalogue has under `imports`, and has "()"
 * behind each call, so that "openai.OpenAI().chat.completions.create" is a method of an instance:
 *
 *     python        openai.OpenAI, agents.Agent().as_tool
 *     javascript    MODULE#EXPORT: openai#default, ai#tool, openai#OpenAI().responses.create
 *                   (TypeScript, too; `new X()` and `X()` are the same)
 *     go            github.com/openai/openai-go#NewClient
 *     java c-sharp  com.openai.client.okhttp.OpenAIOkHttpClient.builder (Kotlin: java)
 *     rust          async_openai::Client::new
 *     ruby          OpenAI::Client.new
 *     php           OpenAI\Client
 *
 * `take` leads from a word of CODE_TAKES to an argument, or to a list of them of which the first
 * that is there counts:
 *
 *     model                 the keyword argument of this name; of JavaScript, of literals of
 *                           structures and of builders: the member or method of this name
 *     options.model         member `model` of the mapping or constructor that `options` is
 *     0                     the first argument
 *     self                  the class or function that is decorated, or the class with this base
 *     receiver              the object whose method is called: the instance before the last "()."
 *
 * The build refuses a name whose import is not the entry's own (or that of `of`), and a name that
 * two rows have. Examples: "python call openai.OpenAI".
 */
#ifndef STANCE_CATALOG_CODE_H
#define STANCE_CATALOG_CODE_H

#include "base/str.h"

struct catalog;

#define CODE_FORMS(X) X(CALL, "call") X(DECORATOR, "decorator") X(BASE, "base")

#define CODE_IS(X)                                                                                 \
    X(CLIENT, "client")       /* talks to a provider */                                            \
    X(MODEL, "model")         /* names a model, or calls one */                                    \
    X(EMBEDDING, "embedding") /* likewise, of embeddings */                                        \
    X(AGENT, "agent")                                                                              \
    X(GROUP, "group") /* of agents: crew, team, graph */                                           \
    X(TOOL, "tool")                                                                                \
    X(TOOLSET, "toolset") /* brings several tools */                                               \
    X(MCP_SERVER, "mcp_server")                                                                    \
    X(MCP_CLIENT, "mcp_client")                                                                    \
    X(RESOURCE, "resource") /* of an MCP server */                                                 \
    X(PROMPT, "prompt")                                                                            \
    X(GUARDRAIL, "guardrail")                                                                      \
    X(MEMORY, "memory")                                                                            \
    X(VECTOR_STORE, "vector_store") /* the store, or a collection in it */                         \
    X(RETRIEVER, "retriever")                                                                      \
    X(LOADER, "loader")                                                                            \
    X(SPLITTER, "splitter")                                                                        \
    X(DATASET, "dataset")                                                                          \
    X(TRAINING, "training")                                                                        \
    X(EVALUATION, "evaluation")

#define CODE_TAKES(X)                                                                              \
    X(NAME, "name")                                                                                \
    X(DESCRIPTION, "description")                                                                  \
    X(INSTRUCTIONS, "instructions")                                                                \
    X(MODEL, "model")                                                                              \
    X(TOOLS, "tools")                                                                              \
    X(AGENTS, "agents")                                                                            \
    X(HANDOFFS, "handoffs")                                                                        \
    X(MODEL_CLIENT, "model_client")                                                                \
    X(BASE_URL, "base_url")                                                                        \
    X(API_KEY, "api_key")                                                                          \
    X(TEMPERATURE, "temperature")                                                                  \
    X(MAX_TOKENS, "max_tokens")                                                                    \
    X(MAX_TURNS, "max_turns")                                                                      \
    X(MEMORY, "memory")                                                                            \
    X(GUARDRAILS, "guardrails")                                                                    \
    X(APPROVAL, "approval")                                                                        \
    X(CODE_EXECUTION, "code_execution")                                                            \
    X(BROWSER, "browser")                                                                          \
    X(SCHEMA, "schema")                                                                            \
    X(FUNCTION, "function")                                                                        \
    X(PATH, "path")                                                                                \
    X(URL, "url")                                                                                  \
    X(COLLECTION, "collection")                                                                    \
    X(EMBEDDING, "embedding")                                                                      \
    X(SOURCE, "source")                                                                            \
    X(STORE, "store")                                                                              \
    X(QUERY, "query")                                                                              \
    X(DATASET, "dataset")                                                                          \
    X(BASE_MODEL, "base_model")                                                                    \
    X(OUTPUT, "output")                                                                            \
    X(REVISION, "revision")                                                                        \
    X(TRUST_REMOTE_CODE, "trust_remote_code")                                                      \
    X(TRANSPORT, "transport")                                                                      \
    X(HOST, "host")                                                                                \
    X(COMMAND, "command")                                                                          \
    X(ARGUMENTS, "arguments")                                                                      \
    X(PROVIDER, "provider")                                                                        \
    X(SERVERS, "servers")                                                                          \
    X(PARENT, "parent") /* what it is a part of, or says more of: receiver */                      \
    X(ROLE, "role")     /* only of `fixed` */

#define CODE_WORD(id, word) CODE_FORM_##id,
enum code_form { CODE_FORMS(CODE_WORD) CODE_FORM_COUNT };
#undef CODE_WORD
#define CODE_WORD(id, word) CODE_IS_##id,
enum code_is { CODE_IS(CODE_WORD) CODE_IS_COUNT };
#undef CODE_WORD
#define CODE_WORD(id, word) CODE_TAKE_##id,
enum code_take { CODE_TAKE_END, CODE_TAKES(CODE_WORD) CODE_TAKE_COUNT };
#undef CODE_WORD

/* The words, by enum, NULL behind the last; CODE_TAKE_END has "". */
extern const char *const CODE_FORM_NAMES[CODE_FORM_COUNT + 1];
extern const char *const CODE_IS_NAMES[CODE_IS_COUNT + 1];
extern const char *const CODE_TAKE_NAMES[CODE_TAKE_COUNT + 1];
/* What a model is asked for; NULL-terminated. */
extern const char *const CODE_ROLES[];

/* Bytes of a name. */
#define CODE_NAME_MAX 200

#define CODE_POSITION_NONE     (-1) /* `argument` is a name */
#define CODE_POSITION_SELF     (-2)
#define CODE_POSITION_RECEIVER (-3)

struct catalog_take {
    enum code_take what;  /* CODE_TAKE_END: behind the last one */
    const char *argument; /* NULL: `position` says it */
    int position;         /* from 0, or one of CODE_POSITION_x */
};

struct catalog_fixed {
    enum code_take what; /* likewise */
    const char *value;
};

/* The meaning of one name. */
struct catalog_code {
    const char *language, *name;
    const char *root;  /* the import that brings it */
    const char *class; /* the part of `name` that begins with its class; NULL: a function */
    enum code_form form;
    enum code_is is;
    int entry;
    const struct catalog_take *takes;  /* in order of precedence; rows that stand together in the */
    const struct catalog_fixed *fixed; /* knowledge share them */
};

struct catalog_code_root {
    const char *language, *name;
};

/*
 * The row of this name, else the one row whose import brings a class of this name, for modules
 * inside a package move: langchain.chat_models.openai.ChatOpenAI finds langchain.ChatOpenAI. NULL
 * when there is none, or when two mean different things.
 */
const struct catalog_code *catalog_code(const struct catalog *c, struct str language,
                                        enum code_form form, struct str name);
/* A file that imports this module ("openai.types", "openai/helpers") may hold names of rows. */
bool catalog_code_root(const struct catalog *c, struct str language, struct str module);
/* The import of the longest leading part of a module or of a qualified name; NULL. */
const struct catalog_import *catalog_import_of(const struct catalog *c, struct str language,
                                               struct str name);
/* Where the class of a name begins, behind the n bytes of its import; SIZE_MAX: it has none. */
size_t catalog_code_class(struct str language, struct str name, size_t n);

#endif
