; inherits: ecma
(type_identifier) @name
(nested_identifier object: (_) @object property: (_) @key) @member
(nested_type_identifier module: (_) @object name: (_) @key) @member

(as_expression . (_) @same) @inline
(satisfies_expression . (_) @same) @inline
(non_null_expression (_) @same) @inline

(required_parameter pattern: (_) @name type: (_) @type value: (_) @value) @parameter
(optional_parameter pattern: (_) @name type: (_) @type value: (_) @value) @parameter
(type_annotation (_) @same) @inline
[(type_arguments) (type_parameters) (interface_declaration) (type_alias_declaration)
 (implements_clause)] @skip

(abstract_class_declaration name: (_) @name body: (_) @body) @class
(extends_clause value: (_) @argument) @inline
(public_field_definition name: (_) @target type: (_) @type value: (_) @value) @assign
(enum_declaration name: (_) @name body: (_) @body) @class
(enum_assignment name: (_) @target value: (_) @value) @assign
