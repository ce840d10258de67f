# The loop closed: plan, apply, see that it is fixed, roll back bit for bit, see it come back.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
db=$work/s.db
t=$work/demo/repos/agent-tools
expect 1 "the first scan" "$STANCE" scan --db "$db" --allow-weak-sandbox --format json "$work/demo"
cp "$work/out" "$work/first.json"
find_id() { # CONTROL PATH-END PART-OF-POINTER
  python3 - "$work/first.json" "$@" <<'P'
import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    e = f["evidence"][0]
    if f["control"] == sys.argv[2] and e["path"].endswith(sys.argv[3]) and sys.argv[4] in e.get("pointer", ""):
        print(f["id"]); break
P
}
status_of() { "$STANCE" findings --db "$db" --all --status all --format json |
  python3 -c 'import json,sys; print(next((f["status"] + " " + f["first_seen"] for f in json.load(sys.stdin)["findings"] if f["id"] == sys.argv[1]), "absent"))' "$1"; }
is() { # WHAT ID STATUS
  local s
  s=$(status_of "$2")
  [ "${s%% *}" = "$3" ] || fail "$1: the finding is ${s%% *}, not $3"
}
pin=$(find_id AISPM-MCP-003 agent-tools/.mcp.json /browser)
free=$(find_id AISPM-MCP-003 agent-tools/.mcp.json /deploy)
ask=$(find_id AISPM-AGT-002 agent-tools/.claude/settings.json "")
[ -n "$pin" ] && [ -n "$free" ] && [ -n "$ask" ] || { fail "the demo lacks what is to be fixed"; finish; }
since=$(status_of "$pin")
cp -p "$t/.mcp.json" "$work/before.json"

# A plan changes nothing; the version comes from the lock file beside it.
expect 1 "a plan in a pipe" "$STANCE" fix --db "$db" "$pin"
grep -q '^+.*@playwright/mcp@0\.0\.41"' "$work/out" || fail "the plan does not show the version of the lock file"
cmp -s "$t/.mcp.json" "$work/before.json" || fail "a plan changed the file"
expect 2 "a plan without a version" "$STANCE" fix --db "$db" "$free" --apply
told "a plan without a version" '--to'
expect 2 "a version that is none" "$STANCE" fix --db "$db" "$free" --to latest --apply
expect 2 "no such finding" "$STANCE" fix --db "$db" 0000000000000000 --apply
cmp -s "$t/.mcp.json" "$work/before.json" || fail "a refused fix changed the file"
is "before" "$pin" open

# Apply: one place of one file changes, its mode stays, and the finding closes because it was seen.
chmod 640 "$t/.mcp.json" "$work/before.json"
expect 0 "apply" "$STANCE" fix --db "$db" "$pin" --apply
action=$(grep -o 'rollback [0-9]*' "$work/out" "$work/err" -h | head -n 1 | tr -dc 0-9)
[ -n "$action" ] || fail "the action has no number"
sed 's/@playwright\/mcp@latest/@playwright\/mcp@0.0.41/' "$work/before.json" | cmp -s - "$t/.mcp.json" || fail "more than the version changed"
[ "$(stat -c %a "$t/.mcp.json")" = 640 ] || fail "the mode of the file changed"
is "after the fix" "$pin" fixed
is "the neighbour" "$free" open
[ -z "$(find "$t" -name '*stance-new*')" ] || fail "a temporary file stays"

# Roll back: bit for bit, and the finding is back with the date on which it was first seen.
expect "0 1" "roll back" "$STANCE" fix --db "$db" --rollback "$action"
cmp -s "$t/.mcp.json" "$work/before.json" || fail "rolled back, the file differs"
expect 1 "verify what came back" "$STANCE" verify --db "$db" "$pin"
[ "$(status_of "$pin")" = "reopened ${since#* }" ] || fail "the finding is $(status_of "$pin"), not reopened ${since#* }"

# A file that changed since: rolling back would lose work.
expect 0 "apply again" "$STANCE" fix --db "$db" "$pin" --apply
action=$(grep -o 'rollback [0-9]*' "$work/out" "$work/err" -h | head -n 1 | tr -dc 0-9)
printf '\n' >>"$t/.mcp.json"
cp "$t/.mcp.json" "$work/edited.json"
expect 5 "roll back over an edit" "$STANCE" fix --db "$db" --rollback "$action"
cmp -s "$t/.mcp.json" "$work/edited.json" || fail "rolling back lost an edit"

# By hand, and the second action.
sed -i 's/@tidewell\/deploy-mcp"/@tidewell\/deploy-mcp@1.6.0"/' "$t/.mcp.json"
is "a change that nobody looked at" "$free" open
expect 0 "verify a change by hand" "$STANCE" verify --db "$db" "$free"
is "after a change by hand" "$free" fixed
expect 0 "ask again before tools run" "$STANCE" fix --db "$db" "$ask" --apply
python3 -m json.tool "$t/.claude/settings.json" >"$work/out" || fail "the settings are broken"
grep -q bypassPermissions "$t/.claude/settings.json" && fail "approval is still bypassed"
grep -q 'mcp__deploy__release' "$t/.claude/settings.json" || fail "another setting was lost"
is "after the second action" "$ask" fixed

# Links and folders that may not be written are refused.
cp -R "$work/demo/repos/agent-tools" "$work/linked" && mv "$work/linked/.mcp.json" "$work/elsewhere.json"
sed -i 's/mcp@0.0.41/mcp@latest/' "$work/elsewhere.json" && cp "$work/elsewhere.json" "$work/linked/.mcp.json"
"$STANCE" scan --db "$work/l.db" --allow-weak-sandbox --format json "$work/linked" >"$work/first.json" 2>"$work/err"
linked=$(find_id AISPM-MCP-003 .mcp.json /browser)
rm "$work/linked/.mcp.json" && ln -s "$work/elsewhere.json" "$work/linked/.mcp.json"
cp "$work/elsewhere.json" "$work/kept.json"
expect 5 "fix through a link" "$STANCE" fix --db "$work/l.db" "$linked" --to 0.0.41 --apply
cmp -s "$work/elsewhere.json" "$work/kept.json" || fail "a fix followed a link out of the target"

# diff and the next scan say the same.
"$STANCE" scan --db "$db" --allow-weak-sandbox --format json "$work/demo" >"$work/second.json" 2>/dev/null
is "after the next scan" "$pin" fixed
run "$STANCE" diff "$work/first.json" "$work/second.json"
[ "$status" -le 1 ] || fail "diff of two records ends with $status"
printf '{"mcpServers": {"fresh": {"command": "npx", "args": ["-y", "fresh-mcp"]}}}' >"$work/demo/repos/style-guide/.cursor-mcp" &&
  mkdir "$work/demo/repos/style-guide/.cursor" && mv "$work/demo/repos/style-guide/.cursor-mcp" "$work/demo/repos/style-guide/.cursor/mcp.json"
rm "$work/demo/repos/legacy-quotes/quotes.py"
expect 1 "the third scan" "$STANCE" scan --db "$db" --allow-weak-sandbox "$work/demo"
expect 1 "diff of the last two scans" "$STANCE" diff --db "$db"
grep -qi 'new.*fresh' "$work/out" || fail "diff does not name the new server"
grep -qiE '(gone|fixed).*(OpenAI|quotes.py|SEC-001)' "$work/out" || fail "diff does not name what is gone"
expect 0 "db check at the end" "$STANCE" db check --db "$db"
finish
