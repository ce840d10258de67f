# Stores that are broken, foreign, newer, full, or may not be written.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
db=$work/good.db
expect "1" "a scan into a new store" "$STANCE" scan --db "$db" --allow-weak-sandbox "$work/demo"
expect 0 "db check of a good store" "$STANCE" db check --db "$db"

refused() { # WHAT FILE: no command may accept or change it
  cp "$2" "$work/before"
  run "$STANCE" scan --db "$2" --allow-weak-sandbox "$work/demo/repos/style-guide"
  case $status in 5) ;; *) fail "$1: scan ended with $status" ;; esac
  [ -s "$work/err" ] || fail "$1: nothing was said"
  cmp -s "$2" "$work/before" || fail "$1: the file was changed"
  run "$STANCE" inventory --db "$2"
  case $status in 5) ;; *) fail "$1: inventory ended with $status" ;; esac
}
head -c 40000 /dev/urandom >"$work/noise.db" && refused "noise" "$work/noise.db"
printf 'dear diary\n' >"$work/text.db" && refused "a text file" "$work/text.db"
python3 -c 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("create table bills(a)"); c.commit()' "$work/foreign.db"
refused "a database of another program" "$work/foreign.db"
cp "$db" "$work/newer.db"
python3 - "$work/newer.db" <<'P'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
if c.execute("update meta set value = '1000' where key = 'schema'").rowcount != 1:
    sys.exit("the schema of a store stands elsewhere now: mend this test")
c.commit()
c.execute("pragma wal_checkpoint(truncate)")
P
refused "a store of a newer version" "$work/newer.db"
told "a store of a newer version" 'newer'

# A page in the middle is overwritten: told, never a crash.
cp "$db" "$work/torn.db"
python3 - "$work/torn.db" <<'P'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(0, 2)
    size = f.tell()
    for at in range(8192, size - 4096, 16384):
        f.seek(at)
        f.write(b"\xa5" * 600)
P
expect "1 5" "db check of a torn store" "$STANCE" db check --db "$work/torn.db"
run "$STANCE" inventory --db "$work/torn.db"
[ "$status" -le 5 ] || fail "a torn store crashes inventory: $status"
cut=$work/cut.db
head -c 9000 "$db" >"$cut"
run "$STANCE" scan --db "$cut" --allow-weak-sandbox "$work/demo/repos/style-guide"
case $status in 5) ;; *) fail "a truncated store: status $status" ;; esac

# No more room: an error, and the store holds what it held before.
cp "$db" "$work/full.db"
"$STANCE" inventory --db "$work/full.db" --format json >"$work/before.json" 2>/dev/null
blocks=$(($(stat -c %s "$work/full.db") / 1024 + 8))
run bash -c "trap '' XFSZ; ulimit -f $blocks; exec \"\$@\"" - "$STANCE" scan --db "$work/full.db" --allow-weak-sandbox "$root/src" "$work/demo"
case $status in
5) told "a full disk" 'full|large|space|written|write|disk|I/O' ;;
0 | 1) ;; # it fitted
*) fail "a full disk ends with $status" ;;
esac
expect 0 "db check after a full disk" "$STANCE" db check --db "$work/full.db"
if [ "$status" -eq 0 ] && [ "$(id -u)" -eq 0 ] && mkdir "$work/small" && mount -t tmpfs -o size=96k tmpfs "$work/small" 2>/dev/null; then
  at_exit+=("umount $work/small")
  run "$STANCE" scan --db "$work/small/s.db" --allow-weak-sandbox "$work/demo"
  case $status in 5) ;; *) fail "a full file system ends with $status" ;; esac
  told "a full file system" 'full|space|disk'
  head -c 200000 /dev/zero >"$work/small/fill" 2>/dev/null
  run "$STANCE" scan --db :memory: --allow-weak-sandbox --fail-on never --stats --cache "$work/small/facts" "$work/demo"
  case $status in 0 | 3) ;; *) fail "a cache on a full file system ends the scan with $status" ;; esac
  [ "$(grep -c 'the next scan reads every file again$' "$work/err")" -eq 1 ] || fail "a cache that cannot be kept is not one warning"
  grep -qF "stance: $work/small/facts" "$work/err" || fail "the warning does not name the folder"
  grep -q '^  not kept for the next scan: ' "$work/err" || fail "--stats does not say that facts are not kept"
fi

# A folder that may not be written.
stance=$(nobody_stance)
mkdir "$work/ro" && cp "$db" "$work/ro/s.db" && chmod 644 "$work/ro/s.db" && chmod 555 "$work/ro"
chmod -R a+rX "$work/demo"
expect 5 "a new store in a read-only folder" "${nobody[@]}" "$stance" scan --db "$work/ro/new.db" "$work/demo"
told "a new store in a read-only folder" 'permission|denied|read-only|open'
expect 5 "a read-only store" "${nobody[@]}" "$stance" scan --db "$work/ro/s.db" "$work/demo"
mkdir "$work/closed" && chmod 700 "$work/closed"
for c in findings inventory "report json" "explain x" "db check" diff; do
  # shellcheck disable=SC2086
  expect 5 "$c in a closed data folder" "${nobody[@]}" XDG_DATA_HOME="$work/closed" "$stance" $c
  told "$c in a closed data folder" "^stance: $work/closed/stance/stance.db: cannot open the store: Permission denied"
  told "$c in a closed data folder" 'hint: run as the owner of the file and of its folder, or name another store with --db'
done
mkdir "$work/unmade"
expect 2 "findings before any scan" env XDG_DATA_HOME="$work/unmade" "$STANCE" findings
[ -z "$(ls "$work/unmade")" ] || fail "a command that reads makes a data folder"
expect 2 "a folder as store" "$STANCE" scan --db "$work/ro" "$work/demo"
expect 2 "a store in a missing folder" "$STANCE" scan --db "$work/none/s.db" "$work/demo"
finish
