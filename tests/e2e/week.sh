# About 700 random changes below a watch that is stopped, killed and hindered: in the end its store
# is what a fresh scan stores.
. "$(dirname "$0")/lib.bash"
"$root/bench/week" --stance "$STANCE" --seed "${WEEK_SEED:-1}" "${WEEK_CHANGES:-700}" >"$work/out" 2>"$work/err" ||
  { fail "a simulated week"; tail -n 40 "$work/out" "$work/err"; }
finish
