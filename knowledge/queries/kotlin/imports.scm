; words: import package
; import a.b.C; import a.b.*; import a.b as c
(import (qualified_identifier) @module) @import
(package_header (qualified_identifier) @local)
