# Exit statuses, wrong use, and a reader that goes away.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
r=$work/demo/repos
common=(--db :memory: --allow-weak-sandbox)
expect 0 "a clean repository" "$STANCE" scan "${common[@]}" "$r/style-guide"
expect 1 "findings" "$STANCE" scan "${common[@]}" "$r/agent-tools"
expect 0 "findings below --fail-on" "$STANCE" scan "${common[@]}" --fail-on never "$r/agent-tools"
expect 3 "a gap" "$STANCE" scan "${common[@]}" --fail-on never "$r/warehouse-kiosk"
expect 1 "findings win over gaps" "$STANCE" scan "${common[@]}" "$work/demo"
for args in "scan --nonsense" "scan --threads 0" "scan --threads x" "scan --fail-on sometimes" "scan --format nonsense" \
  "nonsense" "scann" "query" "report nonsense" "explain" "fix" "diff only-one --x"; do
  # shellcheck disable=SC2086
  expect 2 "wrong use: $args" "$STANCE" $args
  [ -s "$work/err" ] || fail "wrong use: $args: nothing was said"
  [ ! -s "$work/out" ] || fail "wrong use: $args: standard output is not empty"
done
expect 0 "help" "$STANCE" help
for c in $(sed '/^#/d' "$root/src/cli/commands/LIST"); do
  expect 0 "$c --help" "$STANCE" "$c" --help
  grep -qi usage "$work/out" || fail "$c --help tells no usage"
done
# The manual names every variable that is read, but for those of tests.
expect 0 "the manual" "$STANCE" help --man
sed -n '/^\.SH ENVIRONMENT/,$p' "$work/out" >"$work/environment"
grep -rhoP --include='*.c' --exclude='*_test.c' 'getenv\("\K[A-Z_]+(?="\))' "$root/src" | sort -u >"$work/read"
[ "$(wc -l <"$work/read")" -ge 8 ] || fail "no variable is read"
while read -r v; do
  grep -q "^\.B $v$" "$work/environment" || fail "the manual does not name the variable $v"
done <"$work/read"
expect 0 "version" "$STANCE" version
expect 0 "completion" "$STANCE" completion bash
bash -n "$work/out" || fail "the bash completion is not bash"

# A pipe that nobody reads, and a full standard output.
"$STANCE" scan "${common[@]}" --format json --evidence all "$work/demo" 2>"$work/err" | head -c 10 >/dev/null
s=${PIPESTATUS[0]}
case $s in 0 | 1 | 5) ;; *) fail "a closed pipe ends with $s" ;; esac
if [ -w /dev/full ]; then
  "$STANCE" scan "${common[@]}" --format json "$work/demo" >/dev/full 2>"$work/err"
  s=$?
  [ $s -eq 5 ] || fail "a full standard output ends with $s"
  told "a full standard output" 'written|space'
fi
# What fails beside the target is no incomplete scan.
expect 1 "a store" "$STANCE" scan --db "$work/q.db" --allow-weak-sandbox "$r/agent-tools"
expect 5 "a query that takes too long" "$STANCE" query --db "$work/q.db" --max-time 1s \
  "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
for sql in "SELEC 1" "SELECT nothing FROM findings" "SELECT json('{')" "DELETE FROM finding" "SELECT * FROM no_such_view"; do
  expect 2 "SQL that is wrong: $sql" "$STANCE" query --db "$work/q.db" "$sql"
done
expect 5 "PostgreSQL that does not answer" "$STANCE" inventory --db "postgres://127.0.0.1:1/x?connect_timeout=2"
if [ -w /dev/full ]; then
  expect 5 "a report that cannot be written" "$STANCE" report json --db "$work/q.db" -O /dev/full
  [ -c /dev/full ] || fail "a report replaced a device"
fi
expect 0 "views without a store" env XDG_DATA_HOME="$work/nothing" "$STANCE" query --views
grep -q '^mcp_servers' "$work/out" || fail "query --views lists no view"
# A scan tells when it began and when it ended, unless time stands still.
run "$STANCE" scan "${common[@]}" --format json --fail-on never --delay-us 400000 -j 1 "$r/style-guide"
holds "a scan takes time" 'd["scan"]["finished"] > d["scan"]["started"]'
run env SOURCE_DATE_EPOCH=1700000000 "$STANCE" scan "${common[@]}" --format json --fail-on never "$r/style-guide"
holds "time stands still" 'd["scan"]["finished"] == d["scan"]["started"] == "2023-11-14T22:13:20Z"'
run env SOURCE_DATE_EPOCH=soon "$STANCE" scan "${common[@]}" "$r/style-guide"
[ "$status" -eq 2 ] || fail "a wrong SOURCE_DATE_EPOCH ends with $status"

# Machine output stays machine output.
run "$STANCE" scan "${common[@]}" --format json "$work/demo"
python3 -m json.tool "$work/out" >/dev/null || fail "standard output is not one JSON document"
finish
