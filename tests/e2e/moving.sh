# Files that grow, shrink, vanish and change kind while the scan reads them.
. "$(dirname "$0")/lib.bash"
t=$work/t
mkdir -p "$t/churn"
server "$t/.mcp.json" fine
for i in $(seq 150); do server "$t/d$i/.mcp.json" "s$i"; done
head -c 3000000 /dev/zero | tr '\0' y >"$t/grow.txt"
(
  exec >/dev/null 2>&1
  while [ ! -e "$work/stop" ]; do
    printf 'more text\n' >>"$t/grow.txt"
    for i in 1 2 3 4 5 6 7 8; do
      rm -rf "$t/churn/x$i"
      mkdir "$t/churn/x$i" && printf '{"name":"x","dependencies":{"openai":"1.0.0"}}' >"$t/churn/x$i/package.json"
    done
    rm -rf "$t/churn/x1" && mkfifo "$t/churn/x1"
    truncate -s 1000 "$t/churn/x3/package.json"
  done
) &
writer=$!
at_exit+=("touch $work/stop; kill $writer 2>/dev/null; wait $writer 2>/dev/null")
for n in 1 2 3 4 5; do
  scan "$t" --fail-on never --delay-us $((n * 300))
  case $status in
  0 | 3) ;;
  *) fail "round $n ends with $status"; head -n 3 "$work/err" ;;
  esac
  holds "round $n: what stands still is there" 'len([a for a in assets("mcp_server")]) >= 151'
done
finish
