; Calls
(call function: (_) @callee) @call
(argument_list (_) @argument) @inline
(keyword_argument name: (_) @key value: (_) @value) @pair
(list_splat (_) @value) @spread
(dictionary_splat (_) @value) @spread

; Names
[(identifier) (dotted_name) (relative_import)] @name
(attribute object: (_) @object attribute: (_) @key) @member
(subscript value: (_) @object subscript: (_) @key) @index

; Values
(string (string_content) @text (interpolation) @hole) @string
(interpolation expression: (_) @same) @inline
(concatenated_string (string) @item) @binary
[(integer) (float)] @number
(true) @true
(false) @false
(none) @null
(list (_) @item) @list
(tuple (_) @item) @list
(set (_) @item) @list
(expression_list (_) @item) @list
(dictionary (_) @item) @map
(pair key: (_) @key value: (_) @value) @pair
(binary_operator left: (_) @value right: (_) @value) @binary
(boolean_operator left: (_) @value right: (_) @value) @either
(conditional_expression . (_) @value) @either
(parenthesized_expression (_) @same) @inline
(await (_) @same) @inline
(type (_) @same) @inline
(decorator (_) @same) @inline
(as_pattern_target (_) @same) @inline
(lambda body: (_) @value) @function

; Definitions
(function_definition name: (_) @name body: (_) @body) @function
(parameters (_) @parameter) @inline
(lambda_parameters (_) @parameter) @inline
(typed_parameter . (_) @name type: (_) @type) @parameter
(default_parameter name: (_) @name value: (_) @value) @parameter
(typed_default_parameter name: (_) @name type: (_) @type value: (_) @value) @parameter
(class_definition name: (_) @name body: (_) @body) @class
(decorated_definition (decorator) @decorator definition: (_) @value) @decorated
(assignment left: (_) @target type: (_) @type right: (_) @value) @assign
(named_expression name: (_) @target value: (_) @value) @assign
(as_pattern . (_) @value alias: (_) @target) @assign
(return_statement (_) @value) @return

; Imports
(import_statement name: (_) @module) @import
(import_from_statement module_name: (_) @module name: (_) @item) @import
(import_from_statement (wildcard_import) @item) @import
(aliased_import name: (_) @name alias: (_) @alias) @alias
(wildcard_import) @star

(comment) @skip
; What a loop gives changes: a target without a value.
(for_statement left: (_) @target body: (_) @body) @assign
(for_in_clause left: (_) @target) @assign
(pattern_list (_) @item) @list
(tuple_pattern (_) @item) @list
