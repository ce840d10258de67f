# watch tells what comes, goes, is fixed and comes back as files change, and stops on Ctrl-C.
. "$(dirname "$0")/lib.bash"
t=$work/t
db=$work/s.db
server "$t/a/.mcp.json" calm
"$STANCE" watch --db "$db" --allow-weak-sandbox -x 'left-out/**' "$t" >"$work/log" 2>"$work/err" </dev/null &
pid=$!
at_exit+=("kill -9 $pid 2>/dev/null")
seen() { # WHAT REGEX: within 8 seconds
  local i
  for i in $(seq 80); do
    grep -qiE "$2" "$work/log" && return 0
    kill -0 $pid 2>/dev/null || break
    sleep 0.1
  done
  fail "$1: watch does not tell /$2/"
  sed 's/^/   | /' "$work/log" "$work/err" | tail -n 8
}
settle() { sleep 0.3; : >"$work/log"; }
for i in $(seq 50); do [ -s "$db" ] && "$STANCE" inventory --db "$db" 2>/dev/null | grep -q calm && break; sleep 0.1; done
settle
mkdir "$t/b" && printf '{"mcpServers": {"loose": {"command": "npx", "args": ["-y", "@acme/loose"]}}}' >"$t/b/.mcp.json"
seen "a new folder with a server" 'new.*AISPM-MCP-003|AISPM-MCP-003.*new|loose'
settle
sed -i 's/@acme\/loose/@acme\/loose@1.0.0/' "$t/b/.mcp.json"
seen "the server is pinned" 'fixed'
settle
sed -i 's/@acme\/loose@1.0.0/@acme\/loose/' "$t/b/.mcp.json"
seen "the server floats again" 'reopened'
settle
rm -r "$t/b"
seen "the folder is gone" 'gone'
settle
mkdir "$t/d" && printf '{"mcpServers": {"late": {"command": "npx", "args": ["-y", "@acme/late@1.0.0"]}}}' >"$t/d/.mcp.json"
seen "another server" 'new.*late'
settle
printf '{"mcpServers": {"late": {' >"$t/d/.mcp.json"
seen "a file that breaks" 'new +gap +d/\.mcp\.json is (not examined|examined only in part)'
settle
printf '{"mcpServers": {}}' >"$t/d/.mcp.json"
seen "a file that is whole again" 'gone +gap +d/\.mcp\.json is no gap any more'
settle
rm -r "$t/d"
mkdir "$t/left-out" && printf '{"mcpServers": {"hidden": {"command": "npx", "args": ["-y", "@acme/hidden"]}}}' >"$t/left-out/.mcp.json"
sleep 1
if grep -q hidden "$work/log"; then fail "watch reads what is excluded"; fi
mv "$t/a" "$t/c"
sleep 1
kill -INT $pid
wait $pid
status=$?
case $status in 0 | 1 | 3) ;; *) fail "Ctrl-C ends watch with $status" ;; esac
cp "$work/err" "$work/err0"
expect 0 "db check after watch" "$STANCE" db check --db "$db"
# What watch left is what a fresh scan sees.
"$STANCE" inventory --db "$db" --format json >"$work/watched" 2>"$work/err"
grep -qE '^watching [0-9]+ folders?;' "$work/err0" && grep -qE '[0-9]+ assets?, [0-9]+ open findings?, [0-9]+ gaps?;' "$work/err0" || fail "watch does not tell where it begins"
# So does one on a store that is known.
mkdir "$work/one" && server "$work/one/.mcp.json" one
"$STANCE" scan --db "$work/o.db" --allow-weak-sandbox "$work/one" >/dev/null 2>&1
expect 0 "a second watch" "$STANCE" watch --db "$work/o.db" --allow-weak-sandbox --turns 1 "$work/one"
grep -q '^watching 1 folder;' "$work/err" || fail "watch counts folders wrongly: $(cat "$work/err")"
grep -qE '^[0-9]+ assets?, [0-9]+ open findings?, 0 gaps;' "$work/err" || fail "a second watch does not tell where it begins: $(cat "$work/err")"
# On a store that knows other targets, what a first look finds is counted, not told as new.
mkdir "$work/two" && printf '{"mcpServers": {"loose": {"command": "npx", "args": ["-y", "@acme/loose"]}}}' >"$work/two/.mcp.json"
printf '{"mcpServers": {' >"$work/two/broken.mcp.json" && mkdir "$work/two/x" && mv "$work/two/broken.mcp.json" "$work/two/x/.mcp.json"
expect "0 3" "a first look" "$STANCE" watch --db "$work/o.db" --allow-weak-sandbox --turns 1 "$work/two"
grep -qE '^first look at two: [0-9]+ assets?, [0-9]+ open findings?, 1 gap;' "$work/err" || fail "a first look is not said: $(cat "$work/err")"
[ -s "$work/out" ] && { fail "a first look is told as news"; cat "$work/out"; }
# diff takes the last two scans of one target, and says when two scans are of different ones.
"$STANCE" scan --db "$work/o.db" --allow-weak-sandbox "$work/one" >/dev/null 2>&1
expect 0 "diff of one target" "$STANCE" diff --db "$work/o.db"
[ -s "$work/out" ] && fail "diff tells what a scan of another target found"
expect "0 1" "diff of two targets" "$STANCE" diff --db "$work/o.db" 1 3
told "diff of two targets" 'scan 1 looked at one, scan 3 at two: these are different targets'
grep -q calm "$work/watched" || fail "a renamed folder lost its server"
finish
