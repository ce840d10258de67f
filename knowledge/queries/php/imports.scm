; words: use namespace \
; use A\B\C; use A\B\{C, D}
(namespace_use_declaration (namespace_use_clause [(qualified_name) (name)] @module)) @import
(namespace_use_declaration (namespace_name) @module body: (namespace_use_group)) @import

; \A\B::c(), new \A\B(): a name that begins at the root needs no import
(scoped_call_expression scope: (qualified_name) @module)
(object_creation_expression (qualified_name) @module)

(namespace_definition name: (namespace_name) @local)
