; words: import
; import a.b, c as d
(import_statement name: (dotted_name) @module) @import
(import_statement name: (aliased_import name: (dotted_name) @module)) @import

; from a.b import c, d as e; relative ones have another node in this place
(import_from_statement module_name: (dotted_name) @module name: (dotted_name) @name) @import
(import_from_statement module_name: (dotted_name) @module
  name: (aliased_import name: (dotted_name) @name)) @import
(import_from_statement module_name: (dotted_name) @module (wildcard_import)) @import

; importlib.import_module("a.b"), __import__("a")
(call function: (identifier) @_function
  arguments: (argument_list . (string (string_content) @module))
  (#any-of? @_function "import_module" "__import__")) @import
(call function: (attribute attribute: (identifier) @_function)
  arguments: (argument_list . (string (string_content) @module))
  (#any-of? @_function "import_module" "__import__")) @import
