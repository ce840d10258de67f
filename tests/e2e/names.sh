# Names of files and words in them that write on terminals, turn text round, or are no UTF-8: nothing of
# them reaches an output for people, and what machines get is UTF-8 in which they are escaped.
. "$(dirname "$0")/lib.bash"
t=$work/t
python3 "$(dirname "$0")/hostile.py" names "$t" || fail "names cannot be made"
# Controls, code points that show nothing or turn what is around them, and bytes that are no UTF-8.
inert() { # WHAT FILE...
  local what=$1
  shift
  python3 - "$@" <<'P' || fail "$what"
import sys, unicodedata
bad = []
for name in sys.argv[1:]:
    raw = open(name, "rb").read()
    try:
        text = raw.decode()
    except UnicodeDecodeError as e:
        bad.append(f"{name}: no UTF-8: {raw[max(0, e.start - 20):e.start + 9]!r}")
        continue
    # DEL is ignored by terminals, and JSON need not escape it.
    bad += [f"{name}: {text[max(0, i - 20):i + 9]!r}" for i, c in enumerate(text)
            if c not in "\n\x7f" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co")][:1]
sys.exit("   | " + "\n   | ".join(bad) if bad else 0)
P
}
o=$work/o
db=$work/s.db
mkdir "$o"
n=0
say() { # COMMAND...: both of its streams
  n=$((n + 1))
  timeout -k 5 60 "$@" >"$o/$n.out" 2>"$o/$n.err" </dev/null
  status=$?
  [ $status -le 4 ] || fail "$(printf '%q ' "$@"): status $status"
}
for f in table json sarif markdown; do
  say "$STANCE" scan --db "$db" -f $f --evidence all --fail-on never --stats "$t"
  [ $status -eq 3 ] || fail "a scan of odd names: status $status"
  cp "$o/$n.out" "$work/$f"
  say "$STANCE" report $f --db "$db"
done
hold "$work/json" <<'EOF'
all of them are read :: sum(a["places"] for a in assets("mcp_server", "named")) == 28
their gaps, too :: len({c["path"] for c in gaps("broken/.mcp.json")}) == 28
and their findings, each with a place of its own :: len({w["evidence"]["path"] for a in assets("credential") for w in a["where"]}) == 28
the honest server is found :: len(assets("mcp_server", "fine")) == 1
EOF
# Nothing is escaped twice, and a URI names the file.
col=$work/col
mkdir "$col"
python3 - "$col" "$t"/esc*/esc*.env <<'P' || fail "files cannot be made"
import os, shutil, sys
for name in (b"e\\x1b.env", b"n\xff.env", b"n\\xff.env", b"e\x1b.env"):
    shutil.copyfile(os.fsencode(sys.argv[2]), os.path.join(os.fsencode(sys.argv[1]), name))
P
say "$STANCE" scan --db "$work/col.db" -f sarif --fail-on never "$col"
for uri in e%5Cx1b.env n%FF.env n%5Cxff.env e%1B.env; do
  grep -qF "\"uri\":\"$uri\"" "$o/$n.out" || fail "SARIF does not name $uri"
done
for form in "" "-f csv"; do
  # shellcheck disable=SC2086
  say "$STANCE" findings --db "$work/col.db" --all $form
  for name in 'e\\x1b.env' 'n\xff.env' 'n\\xff.env' 'e\x1b.env'; do
    grep -qE "(^|[ ,])$(printf '%s' "$name" | sed 's/\\/\\\\/g'):1" "$o/$n.out" || fail "findings $form do not show $name"
  done
done
for f in json sarif; do python3 -m json.tool "$work/$f" >/dev/null || fail "$f is not JSON"; done
say "$STANCE" findings --db "$db" --all
grep -qF 'zero\u{200b}width\u{feff}' "$o/$n.out" || fail "findings do not show an escaped name"
for c in inventory findings coverage; do
  say "$STANCE" $c --db "$db"
  say "$STANCE" $c --db "$db" -f json
  say "$STANCE" $c --db "$db" -f csv
done
say "$STANCE" query --db "$db" "SELECT * FROM mcp_servers"
say "$STANCE" query --db "$db" -f json "SELECT * FROM findings"
say "$STANCE" query --db "$db" -f csv "SELECT * FROM places"
python3 - "$work/json" >"$work/ids" <<'P'
import json, sys
d = json.load(open(sys.argv[1]))
odd = [x["id"] for x in d["assets"] if x["kind"] in ("mcp_server", "credential", "package")]
seen = {f["control"]: f["id"] for f in d["findings"]}
print(*odd[:6], *seen.values(), sep="\n")
P
while read -r id; do
  say "$STANCE" explain --db "$db" "$id"
  say "$STANCE" fix --db "$db" "$id"
  say "$STANCE" verify --db "$db" "$id"
done <"$work/ids"
for d in "$t"/*gnp.exe "$t"/esc*; do rm -rf "$d"; done
say "$STANCE" scan --db "$db" --fail-on never "$t"
say "$STANCE" diff --db "$db"
grep -q 'x1b\[31m' "$o/$n.out" || fail "diff does not name what is gone"

# What a person wrote, or another program did for them, comes back in messages.
odd=$(printf 'no\033[31m\342\200\256\n\377')
for words in "scan" "scan --db :memory: --rev" "scan --db :memory: --exclude" "scan --db" "scan --threads" "scan --read" \
  "scan --format" "scan --key" "scan --cache" "scan --" "explain --db $db" "verify --db $db" "fix --db $db" \
  "inventory --db $db --kind" "findings --db $db --severity" "query --db $db" "report" "controls test" "controls show" \
  "frameworks" "diff" "completion" "db" "db check --db" "rules" "help"; do
  # shellcheck disable=SC2086
  (cd "$t/fine" && say "$STANCE" $words "$odd"; exit $failed) || failed=1
  n=$((n + 1))
done
say "$STANCE" "$odd"
say "$STANCE" scan "--$odd"
mkdir "$work/$odd" && server "$work/$odd/.mcp.json" target
for f in table markdown json sarif; do
  say "$STANCE" scan --db :memory: -f $f --stats "$work/$odd"
  say env -C "$work/$odd" "$STANCE" scan --db :memory: -f $f
done
inert "a name reaches an output" "$o"/*

# On a terminal: the line of progress, a table as wide as the screen, and CSV.
cat >"$work/terminal.py" <<'P'
import os, pty, sys
out = []
def read(fd):
    data = os.read(fd, 65536)
    out.append(data)
    return data
status = os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read))
open(sys.argv[1], "wb").write(b"".join(out).replace(b"\r\n", b"\n").replace(b"\r\x1b[K", b"\n").replace(b"\r", b"\n"))
sys.exit(status)
P
terminal() { timeout -k 5 60 env NO_COLOR=1 TERM=xterm python3 "$work/terminal.py" "$@" </dev/null >/dev/null 2>&1; }
terminal "$work/t1" "$STANCE" scan --db :memory: --fail-on never --threads 1 --delay-us 300000 "$work/$odd" "$t"
terminal "$work/t2" "$STANCE" inventory --db "$db" -f csv
terminal "$work/t3" "$STANCE" findings --db "$db" -f csv --all
terminal "$work/t4" "$STANCE" coverage --db "$db"
grep -q 'files/s' "$work/t1" || fail "no progress on a terminal"
[ -s "$work/t2" ] && [ -s "$work/t3" ] && [ -s "$work/t4" ] || fail "nothing on a terminal"
inert "a name reaches the terminal" "$work/t1" "$work/t2" "$work/t3" "$work/t4"
finish
