# Bad input, one tree each (hostile.py; the table of docs/hostile.md): it ends in time with the right
# status, what was not read has a row, and the honest file beside it is found.
. "$(dirname "$0")/lib.bash"
here=$(dirname "$0")
tree() { # ITEM STATUS...: makes and scans the tree $work/ITEM, and removes it again
  local item=$1
  shift
  python3 "$here/hostile.py" "$item" "$work/$item" || { fail "$item cannot be made"; return 1; }
  scan "$work/$item" --fail-on never
  case " $* " in *" $status "*) ;; *) fail "$item: status $status, not $*"; head -n 3 "$work/err" ;; esac
  holds "$item: the honest server beside it" 'len(assets("mcp_server", "fine")) == 1'
  holds "$item: the same on every machine" 'd["scan"]["deterministic"]'
  rm -rf "${work:?}/$item"
}

# Zip bombs, members that overlap, sizes that lie, links and ".." in a tar: archives.sh.

tree yaml-laughs 3
hold <<'EOF'
what stands beside the laughs is read :: len({w["evidence"]["path"] for a in assets("mcp_server", "laughed") for w in a["where"]}) == 6
servers that are only laughs are told :: {"laughs", "merges", "itself"} == {c["path"].split("/")[0] for c in gaps("alias/.continue/config.yaml")}
EOF

tree brackets 3
hold <<'EOF'
code before and behind brackets is read in each language :: {"async-openai", "com.openai:openai-java", "openai", "github.com/sashabaranov/go-openai", "openai-php/client", "OpenAI"} <= {a["name"] for a in assets("package")}
keys in a shell script, in HCL and in notebooks are found :: {"code/round.sh", "code/round.tf", "array/book.ipynb", "object/book.ipynb"} <= {w["evidence"]["path"] for a in assets("credential") for w in a["where"]}
each file of code gave its import :: {f"code/round.{e}" for e in "cs go java js kt php py rb rs tsx ts".split()} <= {w["evidence"]["path"] for a in assets("package") for w in a["where"]}
each JSON document is told :: all(gaps(f"{d}/{f}") for d in ("array", "object") for f in (".mcp.json", "package.json", "package-lock.json", ".claude/settings.json", "bun.lock"))
each YAML document is told :: all(gaps(f"yaml-{d}/{f}") for d in ("flow", "map", "block", "keys") for f in ("pnpm-lock.yaml", ".continue/config.yaml"))
each TOML document is told :: all(gaps(f"toml-{d}/{f}") for d in ("array", "table", "dots", "head") for f in ("pyproject.toml", "uv.lock", ".codex/config.toml"))
why is told :: all(any("nests deeper" in g["reason"] for g in gaps(p)) for p in ("array/.mcp.json", "yaml-flow/pnpm-lock.yaml", "toml-array/uv.lock"))
EOF

tree minified 3
hold <<'EOF'
the key in the middle of 20 MB is found :: [w["evidence"]["path"] for a in assets("credential") for w in a["where"]] == ["dist/app.min.js"]
the import at its end is found :: assets("package", "openai")
that no tree was made of it is told :: [c["state"] for c in gaps("dist/app.min.js")] == ["partial"]
EOF

tree generated 3
hold <<'EOF'
imports before and behind a million lines are found :: {"openai", "anthropic", "github.com/sashabaranov/go-openai"} <= {a["name"] for a in assets("package")}
the last one has its line :: [w["evidence"]["line"] for a in assets("package", "anthropic") for w in a["where"]] == [1000003]
they are told to be partial :: len(gaps("gen/")) == 2
EOF

tree documents 3
hold <<'EOF'
documents that need too much memory are told :: all(any("memory" in g["reason"] for g in gaps(p)) for p in ("json/package.json", "yaml/pnpm-lock.yaml", "toml/uv.lock", "many/.mcp.json"))
servers that come first in a file of too many are kept :: len(assets("mcp_server")) > 1000
the key behind 24 MB of UTF-16 is found :: [w["evidence"]["path"] for a in assets("credential") for w in a["where"]] == ["wide/notes.txt"]
EOF

tree notebook 3
holds "that its cells are not read is a gap" '[(c["path"], c["state"]) for c in gaps()] == [("nb/train.ipynb", "unsupported")]'
holds "the key behind 200 MB of pictures is found" '[(w["evidence"]["path"], w["evidence"]["line"]) for a in assets("credential") for w in a["where"]] == [("nb/train.ipynb", 21)]'

tree codecs 3
hold <<'EOF'
what would take gigabytes to unpack is told :: all(gaps(p) for p in ("dictionary.xz", "window.zst", "same.zst", "random.7z"))
frames that hold nothing are told :: gaps("skipped.zst")
what stands behind 300,000 streams is found :: assets("mcp_server", "last")
EOF

tree members 3
hold <<'EOF'
what is too much for one file is told :: any("memory" in g["reason"] for g in gaps("many.zip"))
and what was read before is kept :: d["scan"]["deterministic"] and sum(c["files"] for c in C if c["path"] == "in-archives") > 10000
a name of 60 KB is told :: any("path is too long" in g["reason"] for g in gaps("long.zip"))
sizes of 64 bits are read :: assets("mcp_server", "zip64")
those that lie are told :: gaps("lie64.zip")
headers that lie are told :: all(gaps(p) for p in ("name.tar", "chain.tar", "holes.tar", "negative.tar"))
EOF

tree git-odd 3
hold <<'EOF'
what names no repository is told :: {"itself/.git", "one/.git", "two/.git", "long/.git", "link/.git", "pipe/.git"} <= {c["path"] for c in C}
an index that is none is told :: all(gaps(p) for p in ("huge/.git/index", "lies/.git/index"))
one that nobody opens is told :: {c["path"] for c in C if c["state"] == "skipped" and c["path"].endswith("/index")} == {"piped/.git/index", "linked/.git/index", "folder/.git/index"}
EOF

tree encodings 3
hold <<'EOF'
servers in UTF-16 with and without mark :: {w["evidence"]["path"] for a in assets("mcp_server", "coded") for w in a["where"]} == {f"{d}/.mcp.json" for d in ("le", "be", "le-bare", "be-bare", "bom")}
keys in UTF-16 with and without mark, beside other scripts, between NULs and in no UTF-8 :: {w["evidence"]["path"] for a in assets("credential") for w in a["where"]} == {"bad/latin.txt", "bad/notes.txt", "be-bare/notes.txt", "be/notes.txt", "be/wide.txt", "bom/notes.txt", "bom/wide.txt", "le-bare/notes.txt", "le/notes.txt", "le/wide.txt", "nul/inside.txt", "nul/notes.txt", "odd/half.txt", "odd/notes.txt"}
documents that are no UTF-8, or hold a NUL, are told :: all(gaps(p) for p in ("bad/.mcp.json", "nul/.mcp.json"))
UTF-32 is told: documents one by one, texts counted :: gaps("le32/.mcp.json") and gaps("be32/.mcp.json") and [c["files"] for c in C if c["path"] == "binary-content"] == [6]
UTF-16 cut inside a character is told :: gaps("odd/notes.txt")
EOF

tree noise 3
hold <<'EOF'
10,000 files of noise are all accounted for :: [c["files"] for c in C if c["state"] == "examined"][0] >= 10001 - len([c for c in C if c["state"] in ("failed", "denied")])
no worker was lost on one :: not any("killed" in c["reason"] or "limit" in c["reason"] or "took more" in c["reason"] for c in C)
manifests and locks of noise are told :: len({c["path"] for c in gaps() if c["path"].endswith(("package-lock.json", "package.json", "uv.lock", "pnpm-lock.yaml", "settings.json"))}) > 900
archives of noise are told :: len({c["path"] for c in gaps() if c["path"].endswith((".zip", ".7z", ".xz", ".zst"))}) > 40
EOF

tree special 0
hold <<'EOF'
pipes, sockets and devices are told :: [c["files"] for c in C if c["path"] == "special-files"][0] >= 2
those under names that detectors know are told one by one :: {"odd/.mcp.json", "odd/package.json", "odd/AGENTS.md"} <= {c["path"] for c in C if c["state"] in ("skipped", "not_looked")}
links round in circles and out are told, those with rows of their own not again :: [c["files"] for c in C if c["path"] == "symbolic-links"] == [4]
a hard link is a place of its own :: [a["places"] for a in assets("mcp_server", "hard")] == [2]
folders named like files are folders :: [w["evidence"]["path"] for a in assets("mcp_server", "inside") for w in a["where"]] == ["folders/.mcp.json/inner/.mcp.json"]
files and folders named like options are read :: [a["places"] for a in assets("mcp_server", "option")] == [3] and {w["evidence"]["path"] for a in assets("credential") for w in a["where"]} == {f"options/{n}.env" for n in ("-", "--help", "-rf")}
files of 1 TB that are holes end at once :: assets("model_file", "m.safetensors")
EOF
python3 "$here/hostile.py" special "$work/o"
for name in - --help -rf; do
  (cd "$work/o/options" && run "$STANCE" scan --db :memory: --format json --fail-on never -- "$name")
  holds "a target named $name" '[a["places"] for a in assets("mcp_server", "option")] == [1]'
done

python3 "$here/hostile.py" deep "$work/deep"
scan "$work/deep" --fail-on never
holds "paths longer than a path may be are read" '{a["name"] for a in assets("mcp_server")} == {"fine", "level5", "level40"}'
holds "and named in full" 'any(len(w["evidence"]["path"]) > 8000 for a in assets("mcp_server", "level40") for w in a["where"])'
expect 0 "such paths in a store" "$STANCE" scan --db "$work/deep.db" --fail-on never "$work/deep"
expect 0 "and again" "$STANCE" scan --db "$work/deep.db" --fail-on never "$work/deep"

# Files that the kernel makes: no size, endless, or a view of other files. /proc/self/root leads out.
[ ! -d /proc/self/fdinfo ] || { scan /proc/self/fdinfo --fail-on never; case $status in 0 | 3) ;; *) fail "a folder of /proc: status $status" ;; esac; }
for p in /proc/self/environ /proc/self/maps /sys/kernel/notes; do
  [ -r $p ] || continue
  scan $p --fail-on never
  case $status in 0 | 3) ;; *) fail "$p: status $status" ;; esac
  holds "$p of no size is not called clean" 'gaps() or any(c["state"] == "not_looked" and not searched(c) for c in C) or assets("credential")'
done

# The tree goes away under the scan: it ends, and says that something vanished or how much it saw.
t=$work/gone
for n in 1 2 3; do
  mkdir -p "$t"
  for i in $(seq 60); do server "$t/d$i/a/b/.mcp.json" "s$i"; done
  "$STANCE" scan --db :memory: --format json --allow-weak-sandbox --fail-on never -j 1 --delay-us 20000 "$t" \
    >"$work/out" 2>"$work/err" </dev/null &
  pid=$!
  sleep 0.$((n * 4 - 3))
  rm -rf "$t"
  wait $pid
  status=$?
  case $status in
  0 | 3) holds "round $n: read or told" 'len(assets("mcp_server")) == 60 or gaps()' ;;
  2) told "round $n: a target that is gone" 'no such file|cannot' ;;
  *) fail "the tree is deleted: status $status" ;;
  esac
done

# A worker is killed while it works: its files are read by another one.
for i in $(seq 400); do server "$work/kill/d$i/.mcp.json" "s$((i % 40))"; done
head -c 3000000 /dev/zero | tr '\0' y >"$work/kill/long.txt"
export SOURCE_DATE_EPOCH=1767225600
scan "$work/kill" --fail-on never && plain "$work/out" >"$work/calm"
"$STANCE" scan --db :memory: --format json --evidence all --allow-weak-sandbox --fail-on never --delay-us 30000 \
  --stats "$work/kill" >"$work/out" 2>"$work/err" </dev/null &
pid=$!
killed=0
for _ in $(seq 200); do
  kill -0 $pid 2>/dev/null || break
  for z in $(cat /proc/$pid/task/*/children 2>/dev/null); do
    for w in $(cat /proc/$z/task/*/children 2>/dev/null); do
      [ $killed -lt 6 ] && kill -9 "$w" 2>/dev/null && killed=$((killed + 1)) && sleep 0.03
    done
  done
  sleep 0.005
done
wait $pid
status=$?
[ $status -eq 0 ] || [ $status -eq 3 ] || { fail "workers are killed: status $status"; cat "$work/err"; }
[ $killed -gt 0 ] || fail "no worker was there to be killed"
if python3 -c 'import json,sys; sys.exit(not [c for c in json.load(open(sys.argv[1]))["coverage"] if c["state"] == "failed"])' "$work/out"; then
  holds "what was lost twice is told" 'all("killed" in c["reason"] for c in gaps())'
else
  plain "$work/out" | cmp -s - "$work/calm" || fail "a scan whose workers were killed says something else"
fi

# The store is full after so many blocks: an error that says so, and the store is as it was before.
server "$work/small/a/.mcp.json" kept
db=$work/full.db
expect 0 "a store" "$STANCE" scan --db "$db" --fail-on never "$work/small"
"$STANCE" db check --db "$db" >/dev/null || fail "db check before"
for i in $(seq 2000); do server "$work/many/d$i/.mcp.json" "t$i"; done
size=$(($(stat -c %s "$db") / 1024))
fulls=0
for more in 1 4 40 200 1000 3000; do
  cp "$db" "$work/f.db"
  rm -f "$work"/f.db-*
  run bash -c "trap '' XFSZ; ulimit -f $((size + more)); exec \"\$@\"" - \
    "$STANCE" scan --db "$work/f.db" --no-cache --fail-on never "$work/many"
  case $status in
  0) ;;
  5) fulls=$((fulls + 1))
    told "a store that is full after $more KiB" 'full|large|space|disk|I/O|written'
    run "$STANCE" inventory --db "$work/f.db" --kind mcp_server --format csv
    [ "$(grep -c ',kept,' "$work/out")" -eq 1 ] && ! grep -q ',t1,' "$work/out" || fail "full after $more KiB: the store is not what it was" ;;
  *) fail "a store that is full after $more KiB: status $status" ;;
  esac
  expect 0 "db check, full after $more KiB" "$STANCE" db check --db "$work/f.db"
done
[ $fulls -ge 3 ] || fail "the store was full in $fulls of 6 runs only"
finish
