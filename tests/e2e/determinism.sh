# Byte-identical output with any number of threads, folder order and delay.
. "$(dirname "$0")/lib.bash"
export SOURCE_DATE_EPOCH=1767225600
mkdir "$work/t" && demo "$work/t/estate"
cp -R "$root/src/inventory" "$root/knowledge/entries" "$work/t/"
n=0
variant() { # OPTIONS...
  local f
  n=$((n + 1))
  rm -f "$work"/v.db*
  for f in json sarif markdown table; do
    "$STANCE" scan --db "$work/v.db" --format $f --evidence all --fail-on never "$@" "$work/t" >"$work/$f.$n" 2>"$work/err"
    case $? in 0 | 3) ;; *) fail "scan $* -f $f ends with $?"; cat "$work/err" ;; esac
    rm -f "$work"/v.db*
    cmp -s "$work/$f.1" "$work/$f.$n" || { fail "$f differs with $*"; diff "$work/$f.1" "$work/$f.$n" | head -n 5; }
  done
}
variant --threads 1
variant --threads 1
variant --threads 4
variant --threads 4 --shuffle-seed 7
variant --threads 3 --shuffle-seed 1234567 --delay-us 2000
variant --threads 8 --delay-us 700
grep -q '"deterministic":true\|"deterministic": true' "$work/json.1" || fail "the record does not say that it is deterministic"
if grep -qF "$work" "$work"/json.1 "$work"/sarif.1 "$work"/markdown.1; then fail "an absolute path stands in the output"; fi

# The same tree elsewhere, copied in another order, is the same record.
mkdir -p "$work/elsewhere/t" && (cd "$work/t" && find . -type f | sort -r | cpio -pdm --quiet "$work/elsewhere/t" 2>/dev/null || cp -R . "$work/elsewhere/t")
"$STANCE" scan --db :memory: --format json --evidence all --fail-on never "$work/t" >"$work/a" 2>/dev/null
"$STANCE" scan --db :memory: --format json --evidence all --fail-on never "$work/elsewhere/t" >"$work/b" 2>/dev/null
cmp -s "$work/a" "$work/b" || { fail "the place of a target changes the record"; diff <(tr , '\n' <"$work/a") <(tr , '\n' <"$work/b") | head -n 5; }
finish
