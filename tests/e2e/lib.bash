# Shared by the end-to-end tests: a work folder, runs with a known status, questions to a record.
# shellcheck shell=bash
set -u
export LC_ALL=C
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${STANCE:=$root/build/stance}"
work=$(mktemp -d "${TMPDIR:-/tmp}/stance-e2e.XXXXXX")
chmod 755 "$work"
export XDG_DATA_HOME=$work/data XDG_CACHE_HOME=$work/cache STANCE
failed=0
at_exit=()
clean_up() {
  local c
  for c in "${at_exit[@]}"; do eval "$c"; done
  chmod -R u+rwX "$work" 2>/dev/null
  rm -rf "$work"
}
trap clean_up EXIT
[ -x "$STANCE" ] || { echo "there is no $STANCE: ./run --build"; exit 1; }

fail() { failed=1; printf 'FAILED %s\n' "$*"; }
finish() { exit $failed; }

# Run with a time limit; output in $work/out and $work/err, status in $status.
run() {
  timeout -k 5 60 "$@" >"$work/out" 2>"$work/err" </dev/null
  status=$?
}
# expect "0 3" what COMMAND...: the status must be one of the words.
expect() {
  local good=$1 what=$2
  shift 2
  run "$@"
  case " $good " in
  *" $status "*) return 0 ;;
  esac
  fail "$what: status $status, not $good"
  head -n 3 "$work/err" | sed 's/^/   | /'
  return 1
}
# The error stream must say something that matches, and nothing may look like a crash.
told() { # WHAT REGEX
  grep -qiE -e "$2" "$work/err" || { fail "$1: the message says nothing of /$2/"; sed 's/^/   | /' "$work/err"; }
}
scan() { # TARGET [OPTION...]: the record in $work/out
  local target=$1
  shift
  run "$STANCE" scan --db :memory: --format json --evidence all --allow-weak-sandbox "$@" -- "$target"
}
# Expressions over the record `d` of $work/out (or FILE), each "WHAT :: EXPRESSION" on a line of
# standard input, must be true.
hold() { # [FILE]
  python3 -c '
import json, sys
try:
    d = json.load(open(sys.argv[1], encoding="utf-8"))
except ValueError:
    sys.exit("   | no record was printed")
A, F, C = d["assets"], d["findings"], d["coverage"]
def fails(control, path=""):
    return [f for f in F if f["control"] == control and f["verdict"] == "fail"
            and f["evidence"][0].get("path", "").startswith(path)]
def passes(control):
    return [a for a in A for i in a["controls"]["items"] if i["id"] == control and i["verdict"] == "pass"]
def gaps(path=""):
    return [c for c in C if c["state"] in ("partial", "denied", "failed", "unsupported")
            and path in c.get("path", "")]
def searched(c): # but not for hosts of vendors: nearly every folder has some prose
    return c["path"].startswith("no-host-search:")
def assets(kind, name=None):
    return [a for a in A if a["kind"] == kind and name in (None, a["name"])]
bad = 0
for line in sys.stdin:
    what, expression = line.rstrip("\n").split(" :: ", 1)
    if not eval(expression):
        bad = 1
        print("FAILED", what)
sys.exit(bad)' "${1:-$work/out}" || failed=1
}
holds() { hold "${3:-$work/out}" < <(printf "%s :: %s\n" "$1" "$2"); } # WHAT EXPRESSION [FILE]
# The record without what two scans of the same thing may differ in.
plain() { # FILE
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); d["scan"]["id"]=""; print(json.dumps(d,sort_keys=True))' "$1"
}
demo() { "$root/demo/make" "$1" || fail "demo/make"; }
# Before a command: run it as somebody who is not root. nobody_stance copies the program to where
# all may read it.
nobody=(env "XDG_DATA_HOME=$work/nobody" "XDG_CACHE_HOME=$work/nobody")
[ "$(id -u)" -ne 0 ] || nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups "${nobody[@]}")
nobody_stance() {
  [ -x "$work/bin/stance" ] || { mkdir -p "$work/bin" "$work/nobody" && cp "$STANCE" "$work/bin/stance" &&
    chmod 755 "$work/bin" "$work/bin/stance" && chmod 777 "$work/nobody"; }
  echo "$work/bin/stance"
}
server() { # FILE NAME: a project configuration with one pinned server
  mkdir -p "$(dirname "$1")"
  printf '{"mcpServers": {"%s": {"command": "npx", "args": ["-y", "@acme/%s@1.2.3"]}}}\n' "$2" "$2" >"$1"
}
