# No planted key reaches any output or the store, not even a part of one.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
"$root/demo/make" --keys >"$work/keys"
# Pieces of 10 characters from the random part of each key: a cut value is a leak, too.
awk '{ print; n = length($0); for (i = n - 9; i > 14 || (n < 20 && i > 0); i -= 5) print substr($0, i, 10) }' "$work/keys" | sort -u >"$work/needles"
[ "$(grep -rlaFf "$work/needles" "$work/demo" | wc -l)" -ge 8 ] || fail "the estate does not hold the keys"
db=$work/s.db
mkdir "$work/outputs"
n=0
keep() { n=$((n + 1)); "$@" >"$work/outputs/$n.out" 2>"$work/outputs/$n.err" </dev/null; echo "$*" >"$work/outputs/$n.cmd"; }
for f in table json sarif markdown; do
  keep "$STANCE" scan --db "$db" --allow-weak-sandbox --evidence all --format $f "$work/demo"
  keep "$STANCE" scan --db :memory: --allow-weak-sandbox --evidence all --format $f "$work/demo"
  keep "$STANCE" report $f --db "$db"
done
STANCE_LOG=debug keep "$STANCE" scan --db :memory: --allow-weak-sandbox "$work/demo"
keep "$STANCE" inventory --db "$db"
keep "$STANCE" findings --db "$db"
keep "$STANCE" coverage --db "$db"
keep "$STANCE" query --db "$db" 'SELECT * FROM credentials'
keep "$STANCE" query --db "$db" 'SELECT * FROM mcp_servers'
keep "$STANCE" query --db "$db" 'SELECT * FROM findings'
python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(*[a["id"] for a in d["assets"]], *[f["id"] for f in d["findings"]], sep="\n")' "$work/outputs/4.out" >"$work/ids"
[ -s "$work/ids" ] || fail "no ids to explain"
while read -r id; do
  keep "$STANCE" explain --db "$db" "$id"
done <"$work/ids"
python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(*[f["id"] for f in d["findings"] if f["category"] not in ("no-owner", "model-layout")], sep="\n")' "$work/outputs/4.out" >"$work/ids"
while read -r id; do
  keep "$STANCE" fix --db "$db" "$id"
done <"$work/ids"
for f in "$work"/outputs/*.out "$work"/outputs/*.err; do
  if grep -qaFf "$work/needles" "$f"; then fail "a secret in the output of: $(cat "${f%.*}.cmd")"; fi
done
if grep -qaFf "$work/needles" "$db"*; then fail "a secret in the store"; fi
if grep -rqaFf "$work/needles" "$XDG_DATA_HOME" 2>/dev/null; then fail "a secret in the data folder"; fi
[ -n "$(ls "$XDG_CACHE_HOME/stance")" ] || fail "facts are not kept"
if grep -rqaFf "$work/needles" "$XDG_CACHE_HOME"; then fail "a secret in the cache folder"; fi
# A key in settings that nobody can parse is written there all the same.
mkdir "$work/broken"
key=$(grep -m 1 '^sk-ant-api' "$work/keys")
for text in 'oops {"env": {"A": "%s"}}' '["%s"]' '{"env": {"A": "%s", }'; do
  # shellcheck disable=SC2059
  printf "$text" "$key" >"$work/broken/.mcp.json"
  run "$STANCE" scan --db :memory: --allow-weak-sandbox --format json "$work/broken"
  python3 - "$work/out" <<'P' || fail "a key in settings that are broken: $text"
import json, sys
d = json.load(open(sys.argv[1]))
assert [f for f in d["findings"] if f["verdict"] == "fail" and f["category"].startswith("secret-in")]
assert [c for c in d["coverage"] if c["path"] == ".mcp.json" and c["state"] in ("failed", "partial")]
P
done
[ "$(stat -c %a "$XDG_DATA_HOME/stance/key")" = 600 ] || fail "the installation key is not private"
if grep -qa "$(head -c 16 "$XDG_DATA_HOME/stance/key" | od -An -tx1 | tr -d ' \n')" "$work"/outputs/*.out; then fail "the installation key is printed"; fi
finish
