; words: using namespace
; using A.B; using static A.B.C; global using A; using X = A.B
(using_directive !name [(qualified_name) (identifier)] @module) @import
(using_directive name: (_) (qualified_name) @module) @import
(namespace_declaration name: (_) @local)
(file_scoped_namespace_declaration name: (_) @local)
