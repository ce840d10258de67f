/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the image of an MCP server says of the server, where no agent host names it. */
#include "discover/emit.h"
#include "discover/images/images.h"

static bool is_mcp_word(struct str path)
{
    struct str rest = path, part;
    while (str_field(&rest, '/', &part))
        if (str_eq(part, STR("mcp")) || str_starts(part, STR("mcp-")) ||
            str_ends(part, STR("-mcp")) || str_has(part, STR("-mcp-")))
            return true;
    return false;
}

bool image_is_mcp(const struct catalog_entry *entry, const struct image_name *name)
{
    bool gateway = !strcmp(entry->category, "gateway") || str_has(name->path, STR("gateway"));
    return !gateway && (!strcmp(entry->category, "mcp") || is_mcp_word(name->path));
}

static bool is_hole(struct str s)
{
    return str_chr(s, IMAGE_HOLE, 0) != SIZE_MAX;
}

static void tell_version(struct emit *e, uint32_t asset, const struct image_name *name,
                         struct place at)
{
    if (is_hole(name->tag) || is_hole(name->digest)) {
        emit_unresolved(e, asset, ATTR_MCP_SERVER_PACKAGE_VERSION, "set by a variable", at);
        emit_unresolved(e, asset, ATTR_MCP_SERVER_VERSION_STATE, "set by a variable", at);
        return;
    }
    if (name->digest.n)
        emit_str(e, asset, ATTR_MCP_SERVER_PACKAGE_VERSION, name->digest, at);
    else
        emit_absent(e, asset, ATTR_MCP_SERVER_PACKAGE_VERSION, at);
    emit_str(e, asset, ATTR_MCP_SERVER_VERSION_STATE,
             name->digest.n ? STR("digest") : STR("floating"), at);
}

void image_tell_mcp(struct emit *e, const struct catalog_entry *entry,
                    const struct image_name *name, struct str row, enum attr_state known,
                    struct place at)
{
    static const enum attr unknown[] = {
        ATTR_MCP_SERVER_TRANSPORT,  ATTR_MCP_SERVER_ARGUMENTS,  ATTR_MCP_SERVER_ENVIRONMENT,
        ATTR_MCP_SERVER_HEADERS,    ATTR_MCP_SERVER_AUTH,       ATTR_MCP_SERVER_SECRET_LITERALS,
        ATTR_MCP_SERVER_FILE_ROOTS, ATTR_MCP_SERVER_ENABLED,    ATTR_MCP_SERVER_CONFIGURED_BY,
        ATTR_MCP_SERVER_URL,        ATTR_MCP_SERVER_URL_SCHEME, ATTR_MCP_SERVER_URL_LOOPBACK};
    AUTO(buf) package = BUF_INIT;
    size_t slash = str_rchr(name->path, '/');
    struct str short_name =
        slash == SIZE_MAX ? name->path : str_sub(name->path, slash + 1, name->path.n);

    buf_addf(&package, "oci:" STR_FMT "%s" STR_FMT, STR_ARG(name->registry),
             name->registry.n ? "/" : "", STR_ARG(name->path));
    if (buf_result(&package) || is_hole(name->registry)) {
        if (buf_result(&package))
            emit_fail(e, E_NOMEM);
        return;
    }
    uint32_t asset =
        emit_asset(e, KIND_MCP_SERVER, short_name.n ? short_name : str_z(entry->name), at);
    emit_str(e, asset, ATTR_MCP_SERVER_LAUNCHER, STR("docker"), at);
    emit_str(e, asset, ATTR_MCP_SERVER_PACKAGE, buf_str(&package), at);
    tell_version(e, asset, name, at);
    emit_absent(e, asset, ATTR_MCP_SERVER_COMMAND, at);
    emit_absent(e, asset, ATTR_MCP_SERVER_HOST, at);
    emit_absent(e, asset, ATTR_MCP_SERVER_AUTO_APPROVE, at);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        emit_unresolved(e, asset, unknown[i], "an image does not say how it is used", at);
    emit_str(e, asset, ATTR_MCP_SERVER_CATALOG_ROW, row, at);
    emit_state(e, known);
}
