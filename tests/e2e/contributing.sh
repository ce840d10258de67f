#!/usr/bin/env bash
# The transcripts of CONTRIBUTING.md, run word for word on a copy of the tree.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" /tmp/stance-add-vendor' EXIT
git ls-files -z | xargs -0 tar cf - | tar xf - -C "$work"
ln -s "$PWD/third_party/node_modules" "$work/third_party/node_modules"
# The build folder comes along so that only what changed is compiled again.
cd "$work"
awk '/^```console/ {on = 1; next} /^```/ {on = 0} on' CONTRIBUTING.md >transcript
python3 - <<'END'
"""Run each command; after "# => TEXT" the last output must contain TEXT."""
import subprocess
import sys

command, output, heredoc = "", "", None
for line in open("transcript"):
    if line.startswith("# => "):
        want = line[5:].strip()
        if want not in output:
            sys.exit(f"{command.strip()}\n  printed:\n{output}\n  without: {want}")
        continue
    command = command + line if heredoc else line
    if heredoc is None and "<<'END'" in line:
        heredoc = "END"
    elif heredoc and line.strip() == heredoc:
        heredoc = None
    if heredoc is None:
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
        output = done.stdout + done.stderr
        if done.returncode not in (0, 1, 3):
            sys.exit(f"{command.strip()}\n  ended with {done.returncode}:\n{output}")
END
