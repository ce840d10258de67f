; What JavaScript, TypeScript and JSX have in common.
; Calls
(call_expression function: (_) @callee) @call
(new_expression constructor: (_) @callee) @call
(arguments (_) @argument) @inline

; Names
[(identifier) (property_identifier) (private_property_identifier) (this) (super)
 (shorthand_property_identifier) (shorthand_property_identifier_pattern)] @name
(member_expression object: (_) @object property: (_) @key) @member
(subscript_expression object: (_) @object index: (_) @key) @index

; Values
(string (string_fragment) @text (escape_sequence) @text) @string
(template_string (string_fragment) @text (escape_sequence) @text (template_substitution) @hole) @string
(template_substitution (_) @same) @inline
(number) @number
(true) @true
(false) @false
[(null) (undefined)] @null
(array (_) @item) @list
(object (_) @item) @map
(pair key: (_) @key value: (_) @value) @pair
(spread_element (_) @value) @spread
(binary_expression left: (_) @value right: (_) @value) @binary
(ternary_expression consequence: (_) @value alternative: (_) @value) @either
(parenthesized_expression (_) @same) @inline
(await_expression (_) @same) @inline
(sequence_expression (_) @item) @list
(computed_property_name (_) @same) @inline

; Definitions
(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(function_expression name: (_) @name body: (_) @body) @function
(generator_function name: (_) @name body: (_) @body) @function
(arrow_function parameter: (_) @parameter body: (_) @body) @function
(method_definition name: (_) @name body: (_) @body) @function
(formal_parameters (_) @parameter) @inline
(assignment_pattern left: (_) @name right: (_) @value) @parameter
(rest_pattern (_) @name) @parameter
(class_declaration decorator: (_) @decorator name: (_) @name body: (_) @body) @class
(class name: (_) @name body: (_) @body) @class
(class_heritage (_) @argument) @inline
(variable_declarator name: (_) @target value: (_) @value) @assign
(assignment_expression left: (_) @target right: (_) @value) @assign
(object_pattern (_) @item) @map
(pair_pattern key: (_) @key value: (_) @value) @pair
(array_pattern (_) @item) @list
(return_statement (_) @value) @return
(decorator (_) @decorator) @inline
; What a loop gives changes: a target without a value.
(for_in_statement left: (_) @target body: (_) @body) @assign

; Imports
(import_statement source: (_) @module) @import
(import_clause (_) @item) @inline
(named_imports (_) @item) @inline
(import_specifier name: (_) @name alias: (_) @alias) @alias
(namespace_import (_) @alias) @star
(export_statement value: (_) @value) @export
(export_statement source: (_) @module) @export
(export_clause (_) @item) @inline
(export_specifier name: (_) @name alias: (_) @alias) @alias

(comment) @skip
