; words: use extern mod ::
; use a::b::{c, d as e}; the crate is the first part
(use_declaration argument: [(scoped_identifier) (identifier) (scoped_use_list) (use_wildcard)
  (use_as_clause)] @module) @import
(use_declaration argument: (use_list [(scoped_identifier) (identifier) (scoped_use_list)
  (use_wildcard) (use_as_clause)] @module)) @import
(extern_crate_declaration name: (identifier) @module) @import

; a::b() and a::B in code need no import; inside of a use they are parts of it
(scoped_identifier path: (identifier) @module)
(scoped_type_identifier path: (identifier) @module)

(mod_item name: (identifier) @local)
