# Systems that lack a part of what workers are closed with: the weaker level is told, in the record, in
# the report and by the exit status, and what is found is the same.
. "$(dirname "$0")/lib.bash"
export SOURCE_DATE_EPOCH=1767225600 GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
without="python3 $(cd "$(dirname "$0")" && pwd)/without.py"
t=$work/t
demo "$t"
python3 "$(dirname "$0")/hostile.py" tar-links "$t/archives" || fail "archives cannot be made"
git init -q -b main "$t/repository" && server "$t/repository/.mcp.json" committed &&
  git -C "$t/repository" add -A && git -C "$t/repository" -c user.name=a -c user.email=a@example.com commit -q -m x ||
  fail "no repository"
chmod -R a+rX "$t"
stance=$(nobody_stance)
same() { # WHAT: $work/out holds what $work/full holds, but for the level
  python3 - "$work/full" "$work/out" <<'P' || fail "$1: other results"
import json, sys
def rest(name):
    d = json.load(open(name))
    d["scan"]["id"] = d["scan"]["sandbox"] = ""
    return d
a, b = map(rest, sys.argv[1:])
sys.exit(next((f"   | {k} differs" for k in a if a[k] != b.get(k)), 0))
P
}
record=(scan --db :memory: --format json --evidence all --fail-on never)
level() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["scan"]["sandbox"])' "$work/out"; }
# WHAT LEVEL COMMAND...: the level is reached, told, and changes nothing but the status.
reaches() {
  local what=$1 want=$2
  shift 2
  expect 3 "$what" "$@" "${record[@]}" --allow-weak-sandbox "$t"
  [ "$(level)" = "$want" ] || fail "$what: level $(level), not $want"
  same "$what"
  expect 3 "$what: not allowed" "$@" "${record[@]}" "$t"
  if [ "$want" = full ]; then
    holds "$what: no row of coverage" 'not [c for c in C if c["source"] == "sandbox"]'
    return
  fi
  hold <<EOF
$what: a row of coverage tells the level :: [("$want" in c["reason"], c["state"]) for c in C if c["source"] == "sandbox"] == [(True, "partial")]
EOF
  # Where nothing else is missing, the level alone makes the scan incomplete, unless it is allowed.
  expect 3 "$what: alone" "$@" scan --db :memory: --fail-on never "$t/repository"
  grep -q "$want" "$work/out" || fail "$what: the report does not tell the level"
  expect 3 "$what: Markdown" "$@" scan --db :memory: --fail-on never --format markdown "$t/repository"
  grep -q "$want" "$work/out" || fail "$what: Markdown does not tell the level"
  expect 0 "$what: allowed" "$@" scan --db :memory: --fail-on never --allow-weak-sandbox "$t/repository"
  expect 3 "$what: a commit" "$@" "${record[@]}" --rev HEAD "$t/repository"
  holds "$what: a commit is read" 'assets("mcp_server", "committed")'
}

expect "3" "with everything" "$STANCE" "${record[@]}" --allow-weak-sandbox "$t"
cp "$work/out" "$work/full"
best=$(level)
holds "all that is looked for" 'len(assets("mcp_server")) > 5 and assets("mcp_server", "good-mcpjson")'
reaches "without user namespaces" "$best" $without userns "$STANCE"
reaches "as nobody" "$best" "${nobody[@]}" "$stance"
reaches "without Landlock" seccomp $without landlock "$STANCE"
reaches "as nobody, without Landlock" seccomp "${nobody[@]}" $without landlock "$stance"
reaches "where filters are refused" none $without seccomp "$STANCE"
reaches "as nobody, with neither" none "${nobody[@]}" $without landlock,seccomp,userns "$stance"
if unshare -Ur true 2>/dev/null; then
  reaches "as root of a user namespace" "$best" unshare -Ur "$STANCE"
fi
finish
