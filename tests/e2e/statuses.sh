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
expect 0 "version" "$STANCE" version
expect 0 "completion" "$STANCE" completion bash
bash -n "$work/out" || fail "the bash completion is not bash"

# A pipe that nobody reads, and a full standard output.
"$STANCE" scan "${common[@]}" --format json --evidence all "$work/demo" 2>"$work/err" | head -c 10 >/dev/null
s=${PIPESTATUS[0]}
case $s in 0 | 1 | 3 | 4) ;; *) fail "a closed pipe ends with $s" ;; esac
if [ -w /dev/full ]; then
  "$STANCE" scan "${common[@]}" --format json "$work/demo" >/dev/full 2>"$work/err"
  s=$?
  case $s in 3 | 4) ;; *) fail "a full standard output ends with $s" ;; esac
  told "a full standard output" 'written|space'
fi
# Machine output stays machine output.
run "$STANCE" scan "${common[@]}" --format json "$work/demo"
python3 -m json.tool "$work/out" >/dev/null || fail "standard output is not one JSON document"
finish
