; words: require
; require "a/b"; require_relative is another word
(call method: (identifier) @_function
  arguments: (argument_list . (string (string_content) @module))
  (#eq? @_function "require")) @import
