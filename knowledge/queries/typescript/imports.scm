; inherits: ecma
; import x = require("m")
(import_statement (import_require_clause source: (string (string_fragment) @module))) @import
