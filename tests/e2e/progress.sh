# What a person at a terminal sees while a scan runs, and what nobody sees in a pipe. --stats.
. "$(dirname "$0")/lib.bash"
t=$work/$'tree\e[31m'
python3 - "$t" <<'P'
import os, sys
for i in range(12):
    d = f"{sys.argv[1]}/p{i}/src"
    os.makedirs(d)
    with open(f"{sys.argv[1]}/p{i}/.mcp.json", "w") as f:
        f.write('{"mcpServers": {"s%d": {"command": "npx", "args": ["-y", "@acme/s%d"]}}}' % (i, i))
    for k in range(60):
        with open(f"{d}/f{k}.py", "w") as f:
            f.write("x = 1\n" * 2000)
P
cat >"$work/terminal.py" <<'P'
"""terminal.py COLUMNS SIGNAL-AFTER COMMAND...: the command with its error stream on a terminal; what
it wrote there goes to standard output, byte for byte."""
import fcntl, os, pty, select, signal, struct, sys, termios, time
columns, after, argv = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
master, slave = pty.openpty()
mode = termios.tcgetattr(slave)
mode[1] &= ~termios.OPOST
termios.tcsetattr(slave, termios.TCSANOW, mode)
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
pid = os.fork()
if pid == 0:
    os.dup2(slave, 2)
    null = os.open("/dev/null", os.O_WRONLY)
    os.dup2(null, 1)
    os.execvp(argv[0], argv)
os.close(slave)
begin, out = time.monotonic(), b""
while True:
    if after and time.monotonic() - begin > after:
        os.kill(pid, signal.SIGINT)
        after = 0
    ready, _, _ = select.select([master], [], [], 0.1)
    try:
        part = os.read(master, 65536) if ready else None
    except OSError:
        part = b""
    if part == b"":
        break
    out += part or b""
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(status))
P
slow=("$STANCE" scan --db :memory: --allow-weak-sandbox --fail-on never --threads 1 --delay-us 120000)
on_terminal() { # COLUMNS SIGNAL-AFTER COMMAND...: what was drawn in $work/out
  run env TERM=xterm python3 "$work/terminal.py" "$@"
}
drawn() { # WHAT EXPRESSION over `lines` (each without the start that clears), `raw`
  python3 - "$work/out" "$2" <<'P' || { fail "$1"; cat -v "$work/out" | tail -c 600; }
import re, sys
raw = open(sys.argv[1], "rb").read().decode("utf-8")
lines = raw.split("\r\x1b[K")
sys.exit(not eval(sys.argv[2]))
P
}
on_terminal 100 0 "${slow[@]}" "$t"
drawn "files, bytes, rate and assets are shown" \
  'any(re.match(r"[\d,]+ files  [\d.]+ (KiB|MiB)  [\d,]+ files/s  \d+ assets  ", l) for l in lines)'
drawn "the line stays one line" 'raw.count("\n") == 0 and all(len(re.sub("\x1b\\[[0-9]*m", "", l)) < 100 for l in lines)'
drawn "names are inert" '"\x1b[31m" not in raw and "x1b[31m" in raw'
drawn "the line is cleared at the end" 'lines[-1] == "" and len(lines) > 3'
on_terminal 24 0 "${slow[@]}" "$t"
drawn "a narrow terminal gets a short line" 'len(lines) > 3 and all(len(l) < 24 for l in lines) and "files" in raw'
on_terminal 100 0 env NO_COLOR=1 "${slow[@]}" "$t"
drawn "no colour where none is wished" 'len(lines) > 3 and not re.search("\x1b\\[[0-9]*m", raw)'
on_terminal 100 0 env TERM=dumb "${slow[@]}" "$t"
drawn "a dumb terminal gets nothing" 'raw == ""'
on_terminal 100 0.8 "${slow[@]}" "$t"
drawn "a message stands on a line of its own" 'len(lines) > 2 and lines[-1].startswith("stance: stopped by the user\n")'
expect 0 "in a pipe" "${slow[@]}" "$t"
[ ! -s "$work/err" ] || fail "progress in a pipe"

# --stats: on the error stream, after everything else, and not in the record.
fast=("$STANCE" scan --allow-weak-sandbox --fail-on never --format json)
expect 0 "--stats" "${fast[@]}" --db "$work/s.db" --stats "$t"
python3 - "$work/err" <<'P' || { fail "--stats"; cat "$work/err"; }
import re, sys
text = open(sys.argv[1]).read()
heads = re.findall(r"^(\w.*)$", text, re.M)
assert heads == ["time", "discovery", "threads of discovery, together", "workers",
                 "requests to workers, together", "memory", "store"], heads
assert re.search(r"^  files +732    [\d,]+/s$", text, re.M), text
assert re.search(r"^  size +[\d.]+ (KiB|MiB)$", text, re.M), text
shares = [float(x) for x in re.findall(r"ms +([\d.]+) %$", text.split("discovery\n")[0], re.M)]
assert len(shares) == 6 and 98 < sum(shares) < 102, shares
spent = text.split("requests to workers, together\n")[1].split("memory\n")[0]
shares = [float(x) for x in re.findall(r"ms +([\d.]+) %$", spent, re.M)]
assert len(shares) == 7 and 98 < sum(shares) < 102, shares
P
python3 -c 'import json,sys; assert "stats" not in json.load(open(sys.argv[1]))["scan"]' "$work/out" || fail "--stats is in the record"
expect 0 "without --stats" "${fast[@]}" --db "$work/s.db" "$t"
[ ! -s "$work/err" ] || fail "stats that nobody asked for"

# Where facts are kept: beside stores that last, nowhere else unless asked for.
kept() { # WHAT FOLDER WANT
  local n
  n=$(find "$2" -type f 2>/dev/null | wc -l)
  [ "$n" -eq "$3" ] || fail "$1: $n files in the cache folder, not $3"
}
known() { # WHAT REGEX of the number of files that were known by their stamp
  grep -qE "files known by stamp +($2)\$" "$work/err" || { fail "$1"; sed 's/^/   | /' "$work/err"; }
}
rm -rf "$XDG_CACHE_HOME"
sleep 2.1 # what changed a moment ago may change again within the same tick
expect 0 "nothing is kept of a scan that keeps nothing" "${fast[@]}" --db :memory: "$t"
kept "--db :memory:" "$XDG_CACHE_HOME" 0
expect 0 "no cache" "${fast[@]}" --db "$work/s.db" --no-cache "$t"
kept "--no-cache" "$XDG_CACHE_HOME" 0
expect 0 "the default" "${fast[@]}" --db "$work/s.db" "$t"
kept "the default" "$XDG_CACHE_HOME/stance" 1
expect 0 "a rescan" "${fast[@]}" --db "$work/s.db" --stats "$t"
known "a rescan knows the files" '[1-9][0-9]*'
expect 0 "a rescan without cache" "${fast[@]}" --db "$work/s.db" --no-cache --stats "$t"
known "--no-cache reads the files" 0
expect 0 "a folder of one's own" "${fast[@]}" --db :memory: --cache "$work/own" "$t"
kept "--cache" "$work/own" 1
expect 0 "a home without folders" env -u XDG_CACHE_HOME HOME="$work/home" "${fast[@]}" --db "$work/s.db" "$t"
kept "the home" "$work/home/.cache/stance" 1
expect 0 "no home at all" env -u XDG_CACHE_HOME -u HOME "${fast[@]}" --db "$work/s.db" "$t"
expect 2 "both cache options" "${fast[@]}" --db :memory: --cache "$work/c" --no-cache "$t"
expect 2 "an empty cache folder" "${fast[@]}" --db :memory: --cache "" "$t"

# How many files there were last time tells how many are left.
find "$t" -name '*.py' -exec sh -c 'echo "y = 2" >>"$0"' {} \;
on_terminal 100 0 "${slow[@]}" --cache "$work/own" "$t"
drawn "the time that is left" \
  'any(re.match(r"[\d,]+ of 732 files  .*  0:0\d left", l) for l in lines)'
mkdir -p "$work/more" && printf 'x = 1\n' | tee "$work/more/a.py" >"$work/more/b.py"
on_terminal 100 0 "${slow[@]}" --cache "$work/own" "$t" "$work/more"
drawn "no time that is left, with a target of which nothing is known" \
  'not any(" of " in l or " left" in l for l in lines)'
find "$t" -name '*.py' -exec sh -c 'echo "y = 3" >>"$0"' {} \;
on_terminal 100 0 "${slow[@]}" --cache "$work/own" "$t" "$work/more"
drawn "files of all targets" 'any(re.match(r"[\d,]+ of 734 files", l) for l in lines)'
finish
