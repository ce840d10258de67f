"""Files of at most 800 lines, functions of at most one screen (70 lines), a sentence on top."""
import pathlib
import re
import sys

FILE_LINES, FUNCTION_LINES, LINE_CHARS = 800, 70, 100
bad = []
for path in sorted(list(pathlib.Path("src").rglob("*.[ch]")) + list(pathlib.Path("tools").rglob("*.[ch]"))):
    lines = path.read_text(errors="replace").splitlines()
    if len(lines) > FILE_LINES:
        bad.append(f"{path}: {len(lines)} lines, at most {FILE_LINES}: split it by responsibility")
    if not lines or not lines[0].startswith("/* SPDX-License-Identifier: Apache-2.0 */"):
        bad.append(f"{path}:1: the licence tag comes first")
    if path.suffix == ".c" and (len(lines) < 2 or not lines[1].startswith("/*")):
        bad.append(f"{path}:2: say in one sentence what this file decides")
    start = None
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_CHARS:
            bad.append(f"{path}:{number}: {len(line)} characters, at most {LINE_CHARS}")
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start > FUNCTION_LINES:
                bad.append(f"{path}:{start}: a function of {number - start} lines, at most {FUNCTION_LINES}")
            start = None
print("\n".join(bad))
sys.exit(bool(bad))
