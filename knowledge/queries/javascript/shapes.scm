; inherits: ecma
(field_definition property: (_) @target value: (_) @value) @assign
