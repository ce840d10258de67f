# Rules of the walk: what is passed by is told and can be read all the same; what is excluded is not
# gone; the second look leaves out what the first one did.
. "$(dirname "$0")/lib.bash"
t=$work/t
server "$t/fine/.mcp.json" fine
server "$t/node_modules/m/.mcp.json" installed
server "$t/env/lib/m/.mcp.json" environment
touch "$t/env/pyvenv.cfg"
server "$t/in-place/.mcp.json" in-place
touch "$t/in-place/pyvenv.cfg"
server "$t/build/.mcp.json" built
server "$t/models/.mcp.json" tagged
echo 'Signature: 8a477f597d28d172789f06886806bc55' >"$t/models/CACHEDIR.TAG"
server "$t/ignored/.mcp.json" ignored
git init -q "$t" && echo ignored >"$t/.gitignore"

expect 0 "rules are listed" "$STANCE" rules --format json
python3 - "$work/out" <<'P' || fail "the list of rules"
import json, sys
rows = {r["id"]: r for r in json.load(open(sys.argv[1]))}
assert rows["node-modules"]["action"] == "skip" and rows["git-ignored"]["action"] == "read", rows
assert rows["build-output"]["action"] == "label generated"
assert rows["symbolic-links"]["action"] == "skip, always"
assert all(r["reason"] and r["what"] and r["source"].startswith("https://") for r in rows.values())
P

scan "$t"
names='sorted(a["name"] for a in assets("mcp_server"))'
holds "installed copies are passed by, the rest is read" \
  "$names == ['built', 'fine', 'ignored', 'in-place', 'tagged']"
holds "each rule that met something is a row" \
  '{"node_modules", "env"} <= {c["path"] for c in C if c["state"] == "skipped"}'
holds "build output has its label" 'assets("mcp_server", "built")[0]["labels"] == ["generated"]'
scan "$t" --all
holds "--all reads everything" "$names == ['built', 'environment', 'fine', 'ignored', 'in-place', 'installed', 'tagged']"
holds "an installed copy has its label" 'assets("mcp_server", "installed")[0]["labels"] == ["vendored"]'
scan "$t" --read node-modules --read virtual-environment
holds "--read turns rules off" '{"installed", "environment"} <= {a["name"] for a in assets("mcp_server")}'
holds "the others stay" 'any("/.git/" in c["path"] for c in C)'
expect 2 "a rule that is not there" "$STANCE" scan --db :memory: --read nodemodules "$t"
told "a rule that is not there" 'no such rule'
told "a rule that is not there" 'node-modules, bower-components, virtual-environment.*kernel-file-systems$'
expect 2 "a rule that cannot be turned off" "$STANCE" scan --db :memory: --read symbolic-links "$t"
expect 2 "a glob outside" "$STANCE" scan --db :memory: --exclude ../x "$t"
told "a glob outside" 'hint'

scan "$t" --exclude 'no-such/**' --exclude '*.no-such'
holds "a glob that matches nothing is told as such" 'sorted((c["path"], c["files"]) for c in C if c["reason"] == "excluded by --exclude: matches nothing") == [("*.no-such", 0), ("no-such", 0)]'
run "$STANCE" scan --db :memory: --allow-weak-sandbox --exclude '*.no-such' "$t"
grep -qF '*.no-such (matches nothing)' "$work/out" || fail "the first screen does not tell a glob that matches nothing"
# What is excluded is told, and is not gone.
keep() { # WHAT [OPTION...]
  local what=$1
  shift
  expect "0 3" "$what" "$STANCE" scan --db "$work/s.db" --allow-weak-sandbox --fail-on never "$@" "$t"
}
present() { # WHAT NAMES
  run "$STANCE" query --db "$work/s.db" --format csv "SELECT name FROM mcp_servers ORDER BY name"
  [ "$(tail -n +2 "$work/out" | paste -sd ' ')" = "$2" ] || { fail "$1"; sed 's/^/   | /' "$work/out"; }
}
excluded() { # WHAT ROWS
  run "$STANCE" coverage --db "$work/s.db" --state skipped --format csv
  [ "$(grep 'excluded by --exclude' "$work/out" | cut -d, -f3,4 | paste -sd ' ')" = "$2" ] ||
    { fail "$1"; sed 's/^/   | /' "$work/out"; }
}
keep "the first scan"
keep "a scan without some" -x fine -x 'b*/**' -x '**/no-such'
present "what is excluded is not gone" "built fine ignored in-place tagged"
excluded "each glob is a row, also one that met nothing" "**/no-such,0 b*,1 fine,1"
rm -r "$t/ignored" "$t/fine" "$t/build"
keep "a scan after files went away" -x fine -x 'b*'
present "of what went away only what was looked for is gone" "built fine in-place tagged"
keep "a scan without globs"
present "what went away is gone when it is looked for" "in-place tagged"

# verify looks at what the scan looked at.
v=$work/v
mkdir -p "$v/left" && printf '{"mcpServers": {"loose": {"command": "npx", "args": ["-y", "@acme/loose"]}}}\n' >"$v/.mcp.json"
cp "$v/.mcp.json" "$v/left/.mcp.json"
sed -i s/loose/other/g "$v/left/.mcp.json"
work_db=$work/v.db
expect "0 3" "a scan for verify" "$STANCE" scan --db "$work_db" --allow-weak-sandbox --fail-on never -x left "$v"
expect "1 3" "verify of all" "$STANCE" verify --db "$work_db" --allow-weak-sandbox --all
run "$STANCE" query --db "$work_db" --format csv "SELECT name FROM mcp_servers ORDER BY name"
[ "$(tail -n +2 "$work/out" | paste -sd ' ')" = loose ] || fail "verify read what the scan left out"
# An earlier version took a glob that this one refuses: it is told and dropped, not an error for ever.
expect "0 3" "a scan again" "$STANCE" scan --db "$work_db" --allow-weak-sandbox --fail-on never -x left -x old "$v"
python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
assert c.execute("UPDATE coverage SET path = ? WHERE path = ?", ("[old", "old")).rowcount > 0
c.commit()' "$work_db"
expect 1 "verify with a glob of an earlier version" "$STANCE" verify --db "$work_db" --allow-weak-sandbox --all
told "verify with a glob of an earlier version" 'the last scan was told --exclude \[old: .*reads what it left out'
run "$STANCE" query --db "$work_db" --format csv "SELECT name FROM mcp_servers ORDER BY name"
[ "$(tail -n +2 "$work/out" | paste -sd ' ')" = loose ] || fail "a glob that is refused takes the others along"
expect 1 "verify once more" "$STANCE" verify --db "$work_db" --allow-weak-sandbox --all
grep -q exclude "$work/err" && fail "a dropped glob is told for ever"
# The store, the key and the cache may lie in the target: they are told, and nothing of them is read.
o=$work/own
mkdir -p "$o/src" && cp "$v/.mcp.json" "$o"
for turn in 1 2; do
  expect 0 "a store in the target, turn $turn" "$STANCE" scan --db "$o/s.db" --cache "$o/cache" --key "$o/key" --allow-weak-sandbox --fail-on never --format json "$o"
  hold <<E
turn $turn: own files are told :: [(c["state"], c["files"]) for c in C if c["path"] == "own-files"] == [("skipped", 3)]
turn $turn: own files are not read :: [c["files"] for c in C if c["state"] == "examined"] == [1] and not [c for c in C if c["path"] == "binary-content"]
E
done
# A slash at the end, a folder that is not there yet, one that others use, and the target itself.
rm -rf "$o/cache"
for cache in "$o/cache/" "$o/none/../src/" "$o"; do
  for turn in 1 2; do
    expect 0 "cache in $cache, turn $turn" "$STANCE" scan --db "$o/s.db" --cache "$cache" --key "$o/key" --allow-weak-sandbox --fail-on never --format json "$o"
    hold <<E
$cache, turn $turn: own files are not read :: [c["files"] for c in C if c["state"] == "examined"] == [1] and not [c for c in C if c["path"] == "binary-content"]
E
  done
  find "$o" -regextype posix-extended -regex '.*/[0-9a-f]{64}' -delete
done
finish
