; words: import require from
; import x from "m"; import "m"; export * from "m"
(import_statement source: (string (string_fragment) @module)) @import
(export_statement source: (string (string_fragment) @module)) @import

; import {a as b} from "m"
(import_statement
  (import_clause (named_imports (import_specifier name: (identifier) @name)))
  source: (string (string_fragment) @module)) @import

; import("m"), require("m"), require.resolve("m")
(call_expression function: (import)
  arguments: (arguments . (string (string_fragment) @module))) @import
(call_expression function: (identifier) @_function
  arguments: (arguments . (string (string_fragment) @module))
  (#eq? @_function "require")) @import
(call_expression
  function: (member_expression object: (identifier) @_object property: (property_identifier) @_function)
  arguments: (arguments . (string (string_fragment) @module))
  (#eq? @_object "require") (#eq? @_function "resolve")) @import
