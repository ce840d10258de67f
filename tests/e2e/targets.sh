# Targets that cannot be scanned: a clear message, status 2 or 3, nothing stored.
. "$(dirname "$0")/lib.bash"
expect 2 "missing target" "$STANCE" scan --db "$work/s.db" "$work/nowhere"
told "missing target" 'nowhere.*no such file'
[ ! -s "$work/out" ] || fail "missing target: something was printed"

mkfifo "$work/pipe"
expect 2 "a pipe as target" "$STANCE" scan --db "$work/s.db" "$work/pipe"
told "a pipe as target" 'neither a file nor a folder'
expect 2 "a device as target" "$STANCE" scan --db "$work/s.db" /dev/null
ln -s self "$work/self"
expect "2 3" "a link to itself as target" "$STANCE" scan --db "$work/s.db" "$work/self"

# One good and one missing target: nothing is scanned by half.
server "$work/good/.mcp.json" one
expect 2 "one of two targets is missing" "$STANCE" scan --db "$work/s.db" "$work/good" "$work/nowhere"

stance=$(nobody_stance)
mkdir "$work/closed"
server "$work/closed/.mcp.json" two
chmod 700 "$work/closed"
[ "$(id -u)" -ne 0 ] && chmod 000 "$work/closed"
expect 3 "a folder of somebody else" "${nobody[@]}" "$stance" scan --db :memory: "$work/closed"
told "a folder of somebody else" 'permission denied|denied'

expect 0 "one file as target" "$STANCE" scan --db :memory: --format json --fail-on never "$work/good/.mcp.json"
holds "a single file is read" 'len(assets("mcp_server")) == 1'
mkdir "$work/empty"
expect 0 "an empty folder" "$STANCE" scan --db :memory: --format json "$work/empty"
holds "an empty folder has no assets" 'A == [] and F == []'

# What is found in one clone does not end when another one is looked at, nor in a linked worktree.
git -c init.defaultBranch=main init -q "$work/first"
commit() { git -C "$1" -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m x; }
commit "$work/first"
git clone -q "$work/first" "$work/second" && git -C "$work/first" worktree add -q "$work/third"
server "$work/first/.mcp.json" only-there
for folder in first second third; do
  expect 0 "$folder of three" "$STANCE" scan --db "$work/clones.db" --fail-on never "$work/$folder"
done
expect 0 "servers of all" "$STANCE" query --db "$work/clones.db" --format csv "SELECT name FROM mcp_servers"
grep -q '^only-there' "$work/out" || fail "a server ended when another clone was scanned"
expect 0 "all targets" "$STANCE" inventory --db "$work/clones.db" --all --format json

# --- what else the store holds -----------------------------------------------------------------
# Assets that stand in other targets, too, keep one score, and the record says so; posture, counts,
# verdicts and findings are those of the target.
mkdir "$work/alone" "$work/beside"
printf '{"dependencies": {"openai": "4.0.0", "@langchain/core": "*"}}' >"$work/alone/package.json"
printf '{"dependencies": {"openai": "*"}}' >"$work/beside/package.json"
server "$work/beside/.mcp.json" loose
for t in alone beside alone; do
  run "$STANCE" scan --db "$work/shared.db" --allow-weak-sandbox -f json "$work/$t"
  [ -s "$work/first.json" ] || cp "$work/out" "$work/first.json"
done
python3 - "$work/first.json" "$work/out" <<'EOF' || fail "another target of the store changes what is said of this one"
import json, sys
first, again = (json.load(open(f)) for f in sys.argv[1:])
verdicts = lambda d: {a["name"]: [(c["id"], c["verdict"]) for c in a["controls"]["items"]] for a in d["assets"]}
ids = lambda d: [f["id"] for f in d["findings"]]
shared = lambda d: [a["name"] for a in d["assets"] if a.get("shared")]
assert first["scan"]["posture"] == again["scan"]["posture"], (first["scan"]["posture"], again["scan"]["posture"])
assert verdicts(first) == verdicts(again) and ids(first) == ids(again)
assert not shared(first) and "openai" in shared(again), shared(again)
EOF
expect "0 1" "the first screen" "$STANCE" report table --db "$work/shared.db"
grep -q 'in other targets of this store, too' "$work/out" || fail "the first screen does not tell of shared assets"

# Targets of one name are told apart by as much of their paths as it takes.
for t in a/app b/app x/b/app; do server "$work/same/$t/.mcp.json" one; done
(cd "$work/same" && expect "0 1" "two of one name" "$STANCE" scan --db "$work/same.db" --allow-weak-sandbox a/app b/app)
grep -q '^Scanned a/app, b/app: ' "$work/out" || fail "targets of one name are alike on the first screen"
expect 0 "coverage" "$STANCE" coverage --db "$work/same.db"
grep -q '^examined  a/app ' "$work/out" && grep -q '^examined  b/app ' "$work/out" || fail "targets of one name are alike in coverage"
id=$("$STANCE" inventory --db "$work/same.db" -k mcp_server -f csv | sed -n '2s/,.*//p')
expect 0 "explain" "$STANCE" explain --db "$work/same.db" "$id"
grep -q ' b/app: .mcp.json' "$work/out" || fail "explain does not say in which target a place is"
expect "0 1" "a third one" "$STANCE" scan --db "$work/same.db" --allow-weak-sandbox "$work/same/x/b/app"
grep -q "^Scanned .*/x/b/app: " "$work/out" || fail "a third target of the name is not told apart: $(head -n 1 "$work/out")"

# One asset in files of several owners: each finding names the owner of its own file, in every
# output, whatever database holds it and whatever an earlier scan said.
own=$work/own
mkdir -p "$own/a" "$own/b" "$own/c" "$own/.github"
for t in a b c; do printf '{"mcpServers": {"loose": {"command": "npx", "args": ["-y", "@acme/loose"]}}}' >"$own/$t/.mcp.json"; done
owners() { # WHAT EXPECTED: "PATH OWNER" of each finding about the server
  run "$STANCE" scan --db "$work/own.db" --allow-weak-sandbox --fail-on never -f json "${@:3}" "$own"
  case $status in 0 | 3) ;; *) fail "$1: status $status" ;; esac
  local said
  said=$(python3 -c '
import json, sys
print(*sorted("%s=%s" % (f["evidence"][0]["path"], f.get("owner")) for f in json.load(open(sys.argv[1]))["findings"] if f["control"] == "AISPM-MCP-003"))' "$work/out")
  [ "$said" = "$2" ] || fail "$1: $said, not $2"
}
printf '/a/ @x\n/b/ @y @w\n' >"$own/.github/CODEOWNERS"
owners "two owners" 'a/.mcp.json=@x b/.mcp.json=@w c/.mcp.json=@w'
run "$STANCE" findings --db "$work/own.db" --owner @x -f csv
[ "$(grep -c MCP-003 "$work/out")" -eq 1 ] && grep -q 'MCP-003.*,a/.mcp.json' "$work/out" || { fail "--owner does not find what is whose"; cat "$work/out"; }
run "$STANCE" report sarif --db "$work/own.db"
python3 - "$work/out" <<'EOF' || fail "SARIF names another owner"
import json, sys
said = {(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], r["properties"].get("owner"))
        for r in json.load(open(sys.argv[1]))["runs"][0]["results"] if r["ruleId"] == "AISPM-MCP-003"}
assert said == {("a/.mcp.json", "@x"), ("b/.mcp.json", "@w"), ("c/.mcp.json", "@w")}, said
EOF
printf '/a/ @z\n/b/ @y\n' >"$own/.github/CODEOWNERS"
owners "other owners" 'a/.mcp.json=@z b/.mcp.json=@y c/.mcp.json=@y'
owners "a file that is passed by keeps its owner" 'a/.mcp.json=@z b/.mcp.json=@y c/.mcp.json=@y' -x 'a/**'
rm "$own/.github/CODEOWNERS"
owners "nobody's" 'a/.mcp.json=None b/.mcp.json=None c/.mcp.json=None'
expect 0 "rows of owners end" "$STANCE" db check --db "$work/own.db"

# What many places say is one line, which names them.
many=$work/many
for i in 1 2 3 4 5 6; do server "$many/$i/.mcp.json" same; done
sed -i 's/1\.2\.3/1.2.4/' "$many/4/.mcp.json"
expect "0 1 3" "many places" "$STANCE" scan --db "$work/many.db" --allow-weak-sandbox "$many"
expect 0 "many places are explained" "$STANCE" explain --db "$work/many.db" same
for line in 'package_version +1\.2\.3 .* \[1\] \[2\] \[3\] \[5\] \[6\]$' 'package_version +1\.2\.4 .* \[4\]$' \
  'pass +AISPM-MCP-003 .* \[1-6\]$' 'not set .* headers \[1-6\]' ' \[6\]  6/\.mcp\.json:'; do
  grep -qE "$line" "$work/out" || { fail "many places: $line"; sed 's/^/   | /' "$work/out"; }
done
[ "$(grep -c 'AISPM-MCP-003' "$work/out")" -eq 1 ] || fail "one verdict of many places is one line"
finish
