# Ids of findings do not depend on the installation key, nor on having one.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
ids() { # NAME OPTION...: the ids of all findings, in $work/NAME
  local name=$1
  shift
  expect 1 "scan with key $name" "$STANCE" scan "$@" --allow-weak-sandbox --format json "$work/demo"
  python3 -c 'import json, sys
print("\n".join(sorted(f["id"] for f in json.load(open(sys.argv[1]))["findings"])))' \
    "$work/out" >"$work/$name"
}
ids a --db "$work/a.db" --key "$work/a.key"
ids b --db "$work/b.db" --key "$work/b.key"
ids none --db :memory:
cmp -s "$work/a.key" "$work/b.key" && fail "two installations have one key"
[ -s "$work/a" ] || fail "no finding"
cmp "$work/a" "$work/b" || fail "ids of findings depend on the key"
cmp "$work/a" "$work/none" || fail "ids of findings depend on having a key"
finish
