# A scan opens no internet socket and starts no program but itself.
. "$(dirname "$0")/lib.bash"
command -v strace >/dev/null || { fail "strace is missing"; finish; }
demo "$work/demo"
traced() {
  rm -f "$work/trace"
  run strace -f -qq -e trace=network,execve,execveat -o "$work/trace" "$@"
  case $status in 0 | 1 | 3) ;; *) fail "under strace, ${*:2:1} ends with $status"; head -n 3 "$work/err" ;; esac
  if grep -E 'AF_INET|AF_INET6|AF_NETLINK' "$work/trace"; then fail "${*:2:1} opens a network socket"; fi
  [ "$(grep -cE 'execve(at)?\(' "$work/trace")" -eq 1 ] || { fail "${*:2:1} starts programs"; grep -E 'execve' "$work/trace" | head -n 5; }
}
traced "$STANCE" scan --db "$work/s.db" --format json --threads 4 --allow-weak-sandbox "$work/demo"
traced "$STANCE" findings --db "$work/s.db"
traced "$STANCE" report sarif --db "$work/s.db"
traced "$STANCE" version
finish
