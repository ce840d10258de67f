; words: import package
; import a.b.C; import static a.b.C.d; import a.b.*
(import_declaration [(scoped_identifier) (identifier)] @module) @import
(package_declaration [(scoped_identifier) (identifier)] @local)
