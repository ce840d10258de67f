# kill -9 at many moments, Ctrl-C, two scans at once: the store is whole and loses nothing.
. "$(dirname "$0")/lib.bash"
export SOURCE_DATE_EPOCH=1767225600
demo "$work/demo"
# Without a function around it: the signals must reach the program and not a shell.
scan=("$STANCE" scan --format json --evidence all --allow-weak-sandbox --fail-on never "$work/demo")
now_ms() { echo $(($(date +%s%N) / 1000000)); }

t0=$(now_ms)
"${scan[@]}" --db "$work/fresh.db" >"$work/fresh.json" 2>/dev/null
took=$(($(now_ms) - t0))
plain "$work/fresh.json" >"$work/fresh.plain"

workers_left() { # PID...: processes of the killed group that still live
  local n=0 p
  for p in "$@"; do [ -d "/proc/$p" ] && ! grep -q '^State:.Z' "/proc/$p/status" 2>/dev/null && n=$((n + 1)); done
  echo $n
}
db=$work/k.db
for step in $(seq 0 19); do
  "${scan[@]}" --db "$db" >/dev/null 2>&1 &
  pid=$!
  sleep "$(printf '0.%03d' $((took * step / 18 > 999 ? 999 : took * step / 18)))"
  below=$(cat "/proc/$pid/task/"*/children 2>/dev/null)
  below="$below $(for c in $below; do cat /proc/$c/task/*/children 2>/dev/null; done)"
  kill -9 $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [ -e "$db" ]; then
    run "$STANCE" db check --db "$db"
    # Before its first transaction is whole, a store is not one yet.
    [ "$status" -eq 0 ] || grep -q 'no store yet' "$work/err" || { fail "db check after kill -9 at step $step: $status"; sed 's/^/   | /' "$work/err"; }
  fi
done
sleep 0.3
[ "$(workers_left $below)" -eq 0 ] || fail "workers outlive a killed scan"
expect "0 3" "a scan after kill -9" "${scan[@]}" --db "$db"
cp "$work/out" "$work/after.json"
plain "$work/after.json" | cmp -s - "$work/fresh.plain" || fail "a scan after kill -9 differs from a fresh one"
ls "$work"/k.db* | grep -vE 'k\.db(-wal|-shm)?$' && fail "a killed scan leaves files behind"

# Ctrl-C while workers read: status 130, words, nothing stored.
cp "$work/fresh.db" "$work/c.db"
"$STANCE" inventory --db "$work/c.db" --format json >"$work/i1" 2>/dev/null
for signal in INT TERM; do
  "${scan[@]}" --no-cache --db "$work/c.db" --delay-us 1500000 -j 1 >"$work/out" 2>"$work/err" &
  pid=$!
  sleep 0.5
  kill -$signal $pid
  t0=$(now_ms)
  wait $pid
  status=$?
  [ $status -eq 130 ] || fail "SIG$signal ends with $status, not 130"
  [ $(($(now_ms) - t0)) -lt 3000 ] || fail "SIG$signal takes $(($(now_ms) - t0)) ms"
  told "SIG$signal" 'interrupt|stopped|cancel'
  "$STANCE" inventory --db "$work/c.db" --format json >"$work/i2" 2>/dev/null
  cmp -s "$work/i1" "$work/i2" || fail "SIG$signal changed the store"
done

# Two scans of one store at once: both are kept, or the later one says that it must wait.
rm -f "$work"/two.db*
"${scan[@]}" --db "$work/two.db" >"$work/o1" 2>"$work/e1" & a=$!
"${scan[@]}" --db "$work/two.db" >"$work/o2" 2>"$work/e2" & b=$!
wait $a; sa=$?
wait $b; sb=$?
for n in 1 2; do
  s=$sa && [ $n -eq 1 ] || s=$sb
  case $s in
  0 | 3) if [ -s "$work/o$n" ]; then plain "$work/o$n" | cmp -s - "$work/fresh.plain" || fail "scan $n of two differs"; fi
    [ -s "$work/o$n" ] || grep -qi 'busy\|lock\|another\|use' "$work/e$n" || fail "scan $n of two neither worked nor said why" ;;
  *) fail "scan $n of two ends with $s" ;;
  esac
done
[ -s "$work/o1" ] || [ -s "$work/o2" ] || fail "neither of two scans worked"
expect 0 "db check after two scans at once" "$STANCE" db check --db "$work/two.db"
finish
