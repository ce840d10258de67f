# Odd files inside a target: each is read, skipped by a rule that is told, or a coverage row.
. "$(dirname "$0")/lib.bash"
t=$work/t
server "$t/fine/.mcp.json" fine

mkdir -p "$t/odd"
mkfifo "$t/odd/.mcp.json" "$t/odd/package.json"
python3 -c 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$t/odd/s"
[ "$(id -u)" -ne 0 ] || mknod "$t/odd/requirements.txt" c 1 5
ln -s . "$t/odd/loop"
ln -s b "$t/odd/a" && ln -s a "$t/odd/b"
mkdir "$work/outside" && server "$work/outside/.mcp.json" outside
ln -s "$work/outside" "$t/odd/out"
ln -s "$work/outside/.mcp.json" "$t/odd/.cursor-link.json"
scan "$t"
[ "$status" -eq 0 ] || fail "pipes, sockets, devices and links end with $status"
holds "special files are told" 'any(c["path"] == "special-files" and c["state"] == "skipped" for c in C)'
holds "links are told" 'any(c["path"] == "symbolic-links" and c["files"] >= 4 for c in C)'
holds "links are not followed" 'not assets("mcp_server", "outside") and len(assets("mcp_server", "fine")) == 1'

# Names that are not UTF-8, and names that try to write on the terminal.
python3 - "$t" <<'P'
import os, sys
t = os.fsencode(sys.argv[1])
for name in (b"caf\xe9", b"new\nline", b"esc\x1b[31m", b"-rf", b"quote\"'"):
    os.makedirs(t + b"/" + name)
    with open(t + b"/" + name + b"/.mcp.json", "w") as f:
        f.write('{"mcpServers": {"named": {"command": "npx", "args": ["-y", "@acme/named@1.0.0"]}}}')
P
scan "$t"
python3 -c 'import json,sys; json.loads(open(sys.argv[1],"rb").read().decode("utf-8"))' "$work/out" || fail "output is not UTF-8"
holds "odd names are read" 'sum(a["places"] for a in assets("mcp_server", "named")) == 5'
run "$STANCE" scan --db :memory: --format table "$t"
if grep -q $'\x1b\[31m' "$work/out" "$work/err"; then fail "a name reached the terminal as an escape sequence"; fi
if LC_ALL=C.UTF-8 grep -axv '.*' "$work/out" | grep -q .; then fail "the table is not UTF-8"; fi

# Encodings.
e=$work/e
body='{"mcpServers": {"coded": {"command": "npx", "args": ["-y", "@acme/coded@1.0.0"]}}}'
mkdir -p "$e/bom" "$e/le" "$e/be" "$e/empty" "$e/blank"
printf '\xef\xbb\xbf%s' "$body" >"$e/bom/.mcp.json"
printf '\xff\xfe' >"$e/le/.mcp.json" && printf %s "$body" | iconv -t UTF-16LE >>"$e/le/.mcp.json"
printf '\xfe\xff' >"$e/be/.mcp.json" && printf %s "$body" | iconv -t UTF-16BE >>"$e/be/.mcp.json"
scan "$e"
holds "BOM and UTF-16 are read" 'sum(a["places"] for a in assets("mcp_server", "coded")) == 3'
: >"$e/empty/.mcp.json"
printf ' \n' >"$e/blank/.mcp.json"
: >"$e/empty/package.json"
: >"$e/empty/requirements.txt"
: >"$e/empty/AGENTS.md"
scan "$e"
case $status in 0 | 3) ;; *) fail "empty files end with $status" ;; esac
holds "an empty configuration is not a crash" 'sum(a["places"] for a in assets("mcp_server", "coded")) == 3'

# Broken, deep, huge numbers: a row each, and the neighbours are still read.
b=$work/b
server "$b/fine/.mcp.json" fine
mkdir -p "$b/broken" "$b/deep" "$b/cut" "$b/nul"
printf '{"mcpServers": {"x": {"command": "npx",}' >"$b/broken/.mcp.json"
python3 -c 'print("["*200000)' >"$b/deep/.mcp.json"
printf '{"lockfileVersion": 3, "packages": {"": {"name": "a"' >"$b/cut/package-lock.json"
printf '{"mcpServers": {"a\0b": {}}}' >"$b/nul/.mcp.json"
printf '\x08\0\0\0\0\0\0\x80{}' >"$b/cut/model.safetensors"
scan "$b"
[ "$status" -eq 3 ] || [ "$status" -eq 1 ] || fail "broken files end with $status, not 3"
for p in broken/.mcp.json deep/.mcp.json cut/package-lock.json nul/.mcp.json; do
  holds "no coverage row for $p" "gaps('$p')"
done
holds "the broken file says where" 'any(":1" in c["reason"] or "line" in c["reason"] or "column" in c["reason"] for c in gaps("broken/"))'
holds "neighbours of broken files are read" 'assets("mcp_server", "fine")'

# Folders deeper than the walk goes.
python3 - "$work/deep" <<'P'
import os, sys
os.makedirs(sys.argv[1])
os.chdir(sys.argv[1])
for _ in range(600):
    os.mkdir("d")
    os.chdir("d")
open("package.json", "w").write("{}")
P
scan "$work/deep"
[ "$status" -eq 3 ] || fail "deep folders end with $status"
holds "too deep a folder is told" 'len(gaps("d/d/d")) == 1'

# Configuration that is no object is nothing that a host reads: one row each, never silence.
n=$work/no-object
mkdir -p "$n/a/.claude" "$n/b/.cursor"
echo '[]' >"$n/a/.mcp.json"
echo 'null' >"$n/a/.claude/settings.json"
echo '"x"' >"$n/b/.cursor/mcp.json"
scan "$n"
[ "$status" -eq 3 ] || fail "configuration that is no object ends with $status"
holds "each is told once" 'sorted((c["path"], c["state"]) for c in gaps()) == [("a/.claude/settings.json", "failed"), ("a/.mcp.json", "failed"), ("b/.cursor/mcp.json", "failed")]'

# What somebody else closed.
stance=$(nobody_stance)
p=$work/p
server "$p/fine/.mcp.json" fine
server "$p/closed-file/.mcp.json" hidden
server "$p/closed-folder/.mcp.json" hidden
chmod 755 "$p" "$p"/*
chmod 000 "$p/closed-file/.mcp.json" "$p/closed-folder"
expect 3 "closed file and folder" "${nobody[@]}" "$stance" scan --db :memory: --format json --fail-on never --allow-weak-sandbox "$p"
holds "both are denied" 'sorted(c["path"] for c in C if c["state"] == "denied") == ["closed-file/.mcp.json", "closed-folder"]'
holds "the rest is read" 'assets("mcp_server", "fine") and not assets("mcp_server", "hidden")'
mkdir "$p/fine/.claude"
echo '{"permissions": {"defaultMode": "bypassPermissions"}}' >"$p/fine/.claude/settings.json"
expect 1 "findings win over gaps" "${nobody[@]}" "$stance" scan --db :memory: --fail-on info --allow-weak-sandbox "$p"
finish
