"""Includes flow downwards: a folder of src/ includes only lower layers and its own files."""
import pathlib
import re
import sys

LAYERS = [
    ["base"],
    ["formats", "match", "sandbox", "net"],
    ["inventory", "values", "catalog"],
    ["store"],
    ["discover", "link", "advisories", "classify", "assess", "prioritize"],
    ["loop"],
    ["remediate", "monitor", "report"],
    ["serve", "fleet"],
    ["cli"],
]
# Same-layer neighbours that one folder may look at: link joins what discover found, values are
# described by the catalogue, and formats alone know the worker's frame.
ALLOWED = {("link", "discover"), ("values", "inventory"), ("catalog", "inventory"),
           ("values", "catalog")}
LEVEL = {name: i for i, names in enumerate(LAYERS) for name in names}

bad = []
src = pathlib.Path("src")
for path in sorted(src.rglob("*.[ch]")):
    parts = path.relative_to(src).parts
    if len(parts) == 1:
        continue  # main.c wires everything
    here = parts[0]
    if here not in LEVEL:
        bad.append(f"{path}: the folder {here} has no layer; add it to tools/check_layers.py")
        continue
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if '"tree_sitter/' in line and here == "match":
            continue  # the library, built from third_party
        match = re.match(r'\s*#\s*include\s+"([^"/]+)/', line)
        if not match or match.group(1) == here:
            continue
        there = match.group(1)
        if there not in LEVEL:
            bad.append(f"{path}:{number}: includes the unknown folder {there}")
        elif LEVEL[there] >= LEVEL[here] and (here, there) not in ALLOWED:
            if path.name.endswith("_test.c") and LEVEL[there] <= LEVEL["store"]:
                continue
            bad.append(f"{path}:{number}: {here} may not include {there}")
print("\n".join(bad))
sys.exit(bool(bad))
