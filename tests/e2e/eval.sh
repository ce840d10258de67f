# The judge of eval/ is itself tested.
. "$(dirname "$0")/lib.bash"
run python3 "$root/eval/test_match.py"
[ "$status" -eq 0 ] || { fail "eval/test_match.py"; tail -n 20 "$work/err"; }
finish
