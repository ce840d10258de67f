# Repositories as git makes them: a commit, a range, worktrees, submodules, bare ones, hostile ones.
. "$(dirname "$0")/lib.bash"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
clock=1700000000
commit() { # FOLDER MESSAGE: everything in it
  clock=$((clock + 60))
  git -C "$1" add -A && GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" \
    git -C "$1" commit -q --allow-empty -m "$2" || fail "git commit $2"
}
repository() { git init -q -b main "$1"; }
scanned() { # TARGET [OPTION...]: a scan that must succeed
  scan "$@"
  case $status in 0 | 1 | 3) ;; *) fail "scan $*: status $status"; sed 's/^/   | /' "$work/err" ;; esac
}
key=$(python3 -c 'print("sk-ant-" + "api03-" + "".join("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[(i * 7 + 3) % 58] for i in range(93)) + "AA")')

# --- one history: a server comes, a key comes and goes, a package comes -----------------------------
app=$work/app
repository "$app"
server "$app/.mcp.json" first
commit "$app" one
printf 'ANTHROPIC_API_KEY=%s\n' "$key" >"$app/env.txt"
commit "$app" two
rm "$app/env.txt"
mkdir "$app/bot"
echo 'openai==1.2.3' >"$app/bot/requirements.txt"
commit "$app" three
git -C "$app" tag v1 HEAD~2
git -C "$app" tag -a -m x v2 HEAD~1
# Git makes the files of the middle; they must be read as a working tree of that commit is.
for rev in HEAD HEAD~1 v2 v1 main~2; do
  rm -rf "$work/tree"
  mkdir "$work/tree" && git -C "$app" archive "$rev" | tar -x -C "$work/tree"
  scanned "$work/tree" && cp "$work/out" "$work/files.json"
  scanned "$app" --rev "$rev"
  python3 - "$work/files.json" "$work/out" <<'EOF' || fail "$rev is not what its files are"
import json, sys
def parts(name):
    d = json.load(open(name))
    places = lambda a: sorted((e["path"], e.get("line"), e.get("pointer")) for w in a["where"]
                              for e in [w["evidence"]])
    return sorted((a["kind"], a["name"], places(a)) for a in d["assets"])
a, b = parts(sys.argv[1]), parts(sys.argv[2])
sys.exit(a != b)
EOF
done
scanned "$app" --rev v2
holds "the commit that was read is named" 'any(c["path"].startswith("revision:") and "v2" in c["reason"] for c in C)'

scanned "$app" --since v1
hold <<'EOF'
a range reads what it changed :: {a["name"] for a in assets("package")} == {"openai"}
and nothing else :: not assets("mcp_server")
a key that came and went is found where it came in :: [e["member"][:7] for a in assets("credential") for e in [w["evidence"] for w in a["where"]]] == ["commit:"]
its file and line are told :: [(e["path"], e["line"]) for a in assets("credential") for e in [w["evidence"] for w in a["where"]]] == [("env.txt", 1)]
it is a finding :: any(f["evidence"][0].get("member", "").startswith("commit:") for f in F if f["verdict"] == "fail")
what was not read is said :: any(c["path"] == "everything-else" for c in C)
EOF
scanned "$app" --since HEAD~1
holds "a range without the key's commit is silent about it" 'not assets("credential")'
scanned "$app/bot" --since v1
holds "a part of the repository" '[e["path"] for a in assets("package") for e in [w["evidence"] for w in a["where"]]] == ["requirements.txt"] and not assets("credential")'

# A key in an archive that came and went: evidence names the commit and the member, explain whole.
zipped=$work/zipped
repository "$zipped"
commit "$zipped" zero
(cd "$work" && printf 'ANTHROPIC_API_KEY=%s\n' "$key" >in.env && python3 -m zipfile -c "$zipped/a.zip" in.env)
commit "$zipped" one
came=$(git -C "$zipped" rev-parse HEAD)
git -C "$zipped" rm -q a.zip
commit "$zipped" two
run "$STANCE" scan --db "$work/zipped.db" --allow-weak-sandbox --since HEAD~2 "$zipped"
expect 0 "findings in history" "$STANCE" findings --db "$work/zipped.db" --severity high
grep -qF "a.zip@${came:0:7}!/in.env" "$work/out" || { fail "findings do not show the member in the history"; cat "$work/out"; }
run "$STANCE" findings --db "$work/zipped.db" -f csv --severity high
found=$(sed -n '2s/,.*//p' "$work/out")
for id in "$found" "$("$STANCE" inventory --db "$work/zipped.db" -k credential -f csv | sed -n '2s/,.*//p')"; do
  expect 0 "explain" "$STANCE" explain --db "$work/zipped.db" "$id"
  grep -qF "a.zip@${came:0:12}!/in.env" "$work/out" || fail "explain does not show commit and member"
done

# --- what is said when it cannot be done --------------------------------------------------------------
expect 2 "no such revision" "$STANCE" scan --db :memory: --rev nope "$app"
told "no such revision" 'no such revision: nope'
told "no such revision" "$app"
told "no such revision" 'branch, a tag or a commit'
expect 2 "since nothing" "$STANCE" scan --db :memory: --since nope "$app"
mkdir "$work/plain"
expect 2 "not a repository" "$STANCE" scan --db :memory: --rev HEAD "$work/plain"
told "not a repository" 'not a git repository'
told "not a repository" 'leave --rev and --since out'
expect 2 "two repositories" "$STANCE" scan --db :memory: --since v1 "$app" "$work/plain"
expect 2 "no revision" "$STANCE" scan --db :memory: --rev "" "$app"
expect 2 "a form that is not known" "$STANCE" scan --db :memory: --rev 'HEAD@{1}' "$app"

# --- the store: a range closes only what it saw go ----------------------------------------------------
db=$work/range.db
servers() { # WHAT NAME...: the servers that the store holds
  local what=$1
  shift
  expect 0 "$what: inventory" "$STANCE" inventory --db "$db" --format json
  python3 - "$work/out" "$@" <<'EOF' || fail "$what"
import json, sys
d = json.load(open(sys.argv[1]))
have = {a["name"] for a in (d["assets"] if isinstance(d, dict) else d) if a["kind"] == "mcp_server"}
sys.exit(f"   | {have}" if have != set(sys.argv[2:]) else 0)
EOF
}
same_text() { cmp -s "$2" "$3" || { fail "$1"; diff "$2" "$3" | sed 's/^/   | /'; }; }
both=$work/both
repository "$both"
server "$both/a/.mcp.json" one
server "$both/b/.mcp.json" two
commit "$both" one
expect "0 1 3" "first" "$STANCE" scan --db "$db" "$both"
rm -r "$both/a"
server "$both/b/.mcp.json" three
commit "$both" two
git -C "$both" checkout -q HEAD~1 2>/dev/null # what lies there now is not what is asked about
expect "0 1 3" "range" "$STANCE" scan --db "$db" --since main~1 --rev main "$both"
# a/.mcp.json lies in the folder again, and b/.mcp.json is another one: neither is known to be gone.
servers "a range: what it changed is new, what it cannot tell stays" one two three
git -C "$both" checkout -q main 2>/dev/null
expect "0 1 3" "range" "$STANCE" scan --db "$db" --since main~1 "$both"
servers "a range: what it took away is gone" three

# A store with other scans: what is told of a range is its own.
for what in "$work/new.db" "$db"; do
  expect "0 1 3" "range: first screen" "$STANCE" scan --db "$what" --since main~1 "$both"
  sed '/^$/,$d' "$work/out" >"$what.head"
  expect "0 1 3" "range: record" "$STANCE" scan --db "$what" --since main~1 -f json "$both"
  python3 -c '
import json, sys
print(sorted((c["path"], c["reason"], c["files"]) for c in json.load(open(sys.argv[1]))["coverage"]
             if c["state"] == "examined"))' "$work/out" >>"$what.head"
done
same_text "a range after other scans says its own commit and counts" "$work/new.db.head" "$db.head"
grep -q "its changes since" "$db.head" || fail "the range is told"

# What lies in the folder beside the commit was not looked at: it is not gone.
beside=$work/beside
repository "$beside"
server "$beside/a/.mcp.json" one
commit "$beside" one
server "$beside/b/.mcp.json" two
db=$work/beside.db
expect "0 1 3" "the folder" "$STANCE" scan --db "$db" "$beside"
expect "0 1 3" "the commit" "$STANCE" scan --db "$db" --rev HEAD "$beside"
servers "an untracked file stays when a commit is scanned" one two
rm -r "$beside/b"
expect "0 1 3" "the commit again" "$STANCE" scan --db "$db" --rev HEAD "$beside"
servers "when it is gone from the folder, it is gone" one

open_keys() { # WHAT COUNT
  expect 0 "$1" "$STANCE" query --db "$db" --format json \
    "SELECT count(*) AS n FROM findings WHERE status = 'open' AND verdict = 'fail' AND title LIKE '%key is written%'"
  grep -q "[^0-9]$2[^0-9]" "$work/out" || { fail "$1"; cat "$work/out"; }
}
# What a scan of the folder found stays, as long as the folder holds it, whatever another commit says.
lines=$work/lines
repository "$lines"
echo 'x = 1' >"$lines/a.py"
server "$lines/.mcp.json" pinned
commit "$lines" one
git -C "$lines" tag old
echo 'y = 2' >>"$lines/a.py"
commit "$lines" two
printf 'ANTHROPIC_API_KEY = "%s"\n' "$key" >>"$lines/a.py"
sed -i 's/@1.2.3//' "$lines/.mcp.json"
db=$work/lines.db
open_now() { "$STANCE" findings --db "$db" --format csv | cut -d, -f1 | sort; }
expect "0 1 3" "uncommitted lines" "$STANCE" scan --db "$db" "$lines"
found=$(open_now)
[ "$(wc -l <<<"$found")" -gt 2 ] || fail "uncommitted lines have findings"
for how in "--rev HEAD" "--rev old" "--since old" "--since old --rev old"; do
  # shellcheck disable=SC2086
  expect "0 1 3" "beside uncommitted lines: $how" "$STANCE" scan --db "$db" $how "$lines"
  [ "$(open_now)" = "$found" ] || fail "$how ends what stands in the folder"
done
git -C "$lines" checkout -q .
expect "0 1 3" "the folder is the commit" "$STANCE" scan --db "$db" --rev HEAD "$lines"
[ -z "$("$STANCE" findings --db "$db" --format csv | grep -F a.py)" ] || fail "a commit that the folder holds ends what is gone"
# What only commits were seen to hold is ended by the next commit that does not.
db=$work/commits.db
printf 'ANTHROPIC_API_KEY = "%s"\n' "$key" >"$lines/a.py"
commit "$lines" three
echo 'x = 1' >"$lines/a.py"
expect "0 1 3" "a commit" "$STANCE" scan --db "$db" --rev HEAD "$lines"
open_keys "a key of a commit" 1
expect "0 1 3" "the commit before" "$STANCE" scan --db "$db" --rev HEAD~1 "$lines"
open_keys "is gone with the next commit" 0

# A key in the history stays open until no reference reaches its commit.
leak=$work/leak
repository "$leak"
commit "$leak" one
printf 'ANTHROPIC_API_KEY=%s\n' "$key" >"$leak/env.txt"
commit "$leak" two
rm "$leak/env.txt"
commit "$leak" three
git -C "$leak" branch keep
db=$work/leak.db
expect 1 "a leak" "$STANCE" scan --db "$db" --since HEAD~2 "$leak"
open_keys "a leaked key is open" 1
run "$STANCE" report sarif --db "$db"
python3 - "$work/out" <<'EOF' || fail "SARIF of a leaked key has no line"
import json, sys
r = [x["locations"][0]["physicalLocation"] for x in json.load(open(sys.argv[1]))["runs"][0]["results"] if x["kind"] == "fail"]
sys.exit([(x["artifactLocation"]["uri"], x["region"]["startLine"]) for x in r] != [("env.txt", 1)])
EOF
finding=$("$STANCE" findings --db "$db" --format csv | sed -n 's/^\([0-9a-f]\{16\}\),.*/\1/p')
expect 0 "explain a leaked key" "$STANCE" explain --db "$db" "$finding"
grep -q "when no branch or tag holds commit" "$work/out" || { fail "how a leaked key is closed"; cat "$work/out"; }
expect 3 "verify a leaked key" "$STANCE" verify --db "$db" "$finding"
grep -q "it stands in the history" "$work/out" || { fail "what verify says of the history"; cat "$work/out"; }
expect 2 "no fix for the history" "$STANCE" fix --db "$db" "$finding"
expect "0 1 3" "the folder" "$STANCE" scan --db "$db" "$leak"
open_keys "a clean folder does not close what the history holds" 1
git -C "$leak" reset -q --hard HEAD~2
commit "$leak" anew
expect "0 1 3" "another branch" "$STANCE" scan --db "$db" --since HEAD~1 "$leak"
open_keys "another branch keeps it" 1
git -C "$leak" branch -q -D keep
expect "0 1 3" "history written anew" "$STANCE" scan --db "$db" --since HEAD~1 "$leak"
open_keys "no reference reaches it any more" 0

# --- names ---------------------------------------------------------------------------------------------
cp -r "$beside" "$work/renamed"
scanned "$beside" && cp "$work/out" "$work/one.json"
scanned "$work/renamed"
python3 - "$work/one.json" "$work/out" <<'EOF' || fail "a repository without address is not named by its first commit"
import json, sys
ids = [sorted(a["id"] for a in json.load(open(f))["assets"]) for f in sys.argv[1:]]
sys.exit(ids[0] != ids[1] or not ids[0])
EOF
mkdir "$work/estate" && git clone -q --bare "$beside" "$work/estate/base.git"
scanned "$work/estate"
hold <<'EOF'
a bare repository in a folder is not passed by in silence :: [c["path"] for c in C if c["state"] == "not_looked" and "`stance scan base.git`" in c["reason"]] == ["base.git/objects"]
and its configuration is read :: not gaps()
EOF

# A submodule and a linked worktree have the assets that a clone of theirs has; the rest of the estate
# has those of the superproject.
git -C "$beside" remote add origin https://git.example.com/acme/beside.git
super=$work/estate/super
repository "$super"
server "$super/.mcp.json" own
git -C "$super" -c protocol.file.allow=always submodule --quiet add -b main "$beside" lib
git -C "$super/lib" remote set-url origin https://git.example.com/acme/beside.git
git -C "$super" remote add origin https://git.example.com/acme/super.git
commit "$super" one
git -C "$super" worktree add -q "$work/linked" HEAD 2>/dev/null
servers_of() { # FILE WHERE: ids of the servers there
  python3 -c '
import json, sys
print(sorted(a["id"] for a in json.load(open(sys.argv[1]))["assets"] if a["kind"] == "mcp_server"
             for w in a["where"] if w["evidence"]["path"] == sys.argv[2]))' "$1" "$2"
}
same() { # WHAT FILE WHERE FILE WHERE
  local a b
  a=$(servers_of "$2" "$3") b=$(servers_of "$4" "$5")
  [ "$a" = "$b" ] && [ "$a" != "[]" ] || { fail "$1"; printf '   | %s\n   | %s\n' "$a" "$b"; }
}
scanned "$beside" && cp "$work/out" "$work/beside.json"
scanned "$super" && cp "$work/out" "$work/super.json"
same "a submodule is named by its own address" "$work/beside.json" a/.mcp.json "$work/super.json" lib/a/.mcp.json
scanned "$work/estate" && cp "$work/out" "$work/estate.json"
same "a submodule deeper in a target" "$work/beside.json" a/.mcp.json "$work/estate.json" super/lib/a/.mcp.json
same "a superproject deeper in a target" "$work/super.json" .mcp.json "$work/estate.json" super/.mcp.json
scanned "$super/lib" && cp "$work/out" "$work/sub.json"
scanned "$super" --rev HEAD
holds "at a commit a submodule is a gap with its remedy" '[c["path"] for c in C if c["state"] == "not_looked" and "git submodule update --init" in c["reason"]] == ["lib"]'
# A part of a repository: lock files and owners above it count, up to the root and no further.
mono=$work/mono
repository "$mono"
mkdir -p "$mono/.github" "$mono/packages/x" "$mono/y"
printf '/packages/x/ @team-x\n' >"$mono/.github/CODEOWNERS"
printf '{"name": "x", "dependencies": {"openai": "^4.0.0"}}' | tee "$mono/y/package.json" >"$mono/packages/x/package.json"
lock() { printf '{"name": "r", "lockfileVersion": 3, "packages": {"": {}, "node_modules/openai": {"version": "4.1.0"}, "node_modules/@anthropic-ai/sdk": {"version": "0.1.0"}}}' >"$1"; }
lock "$mono/packages/package-lock.json"
lock "$work/package-lock.json" # beside the repository: somebody else's
commit "$mono" one
scanned "$mono/packages/x"
hold <<'EOF'
a lock file above the target fixes the version :: not fails("AISPM-SCM-004") and [a["name"] for a in passes("AISPM-SCM-004")] == ["openai"]
with the evidence :: ["../package-lock.json", "package.json"] == [w["evidence"]["path"] for w in assets("package")[0]["where"]]
and nothing else of it is in the target :: [a["name"] for a in assets("package")] == ["openai"]
the owner is that of the repository :: {f["owner"]["name"] for f in A if f["kind"] == "application"} == {"@team-x"}
EOF
scanned "$mono/packages/x" --rev HEAD
hold <<'EOF'
at a commit the lock file above it fixes the version, too :: not fails("AISPM-SCM-004") and [a["name"] for a in passes("AISPM-SCM-004")] == ["openai"]
as in the folder :: ["../package-lock.json", "package.json"] == [w["evidence"]["path"] for w in assets("package")[0]["where"]]
and nothing is left to tell :: not [c for c in C if c["state"] == "not_looked" and not searched(c)]
EOF
lock2() { sed "s/4.1.0/$1/" "$work/lock" >"$mono/packages/package-lock.json"; }
cp "$mono/packages/package-lock.json" "$work/lock"
lock2 5.0.0
scanned "$mono/packages/x" --rev HEAD
holds "the lock file of the commit, not that of the folder" '"4.1.0" in str(assets("package")[0]["what"])'
cp "$work/lock" "$mono/packages/package-lock.json"
scanned "$mono/packages/x" --since HEAD
holds "nothing changed in an empty range" 'not gaps()'
scanned "$mono/y"
holds "a lock file beside or above the repository does not count" 'len(fails("AISPM-SCM-004")) == 1'
rm "$work/package-lock.json"

# A clone without its submodules has empty folders: what lies in them was not looked at, and what was
# known of them stays.
git clone -q "$super" "$work/bald"
scanned "$work/bald"
holds "a submodule that is not checked out is a gap with its remedy" '[c["path"] for c in C if c["state"] == "not_looked" and "git submodule update --init" in c["reason"]] == ["lib"]'
expect 0 "a submodule that is there" "$STANCE" scan --allow-weak-sandbox --db "$work/sub.db" -f json "$super"
mv "$super/lib" "$work/lib.away" && mkdir "$super/lib"
expect 0 "a submodule that went" "$STANCE" scan --allow-weak-sandbox --db "$work/sub.db" -f json "$super"
holds "what stands in it is not gone" '"lib/a/.mcp.json" in [w["evidence"]["path"] for a in assets("mcp_server") for w in a["where"]]'
rmdir "$super/lib" && mv "$work/lib.away" "$super/lib"
same "a submodule by itself" "$work/beside.json" a/.mcp.json "$work/sub.json" a/.mcp.json
scanned "$work/linked" && cp "$work/out" "$work/linked.json"
same "a linked worktree" "$work/super.json" .mcp.json "$work/linked.json" .mcp.json
# A submodule that no .gitmodules names: the index knows it, and says when it may not be known. What a
# sparse checkout leaves out is said, too.
lost=$work/lost
repository "$lost"
mkdir "$lost/deep"
git clone -q "$beside" "$lost/deep/in it"
echo x >"$lost/x"
(commit "$lost" one) 2>/dev/null
lost_rows() { holds "$1" "sorted(c['path'] for c in C if c['state'] == 'not_looked' and not searched(c)) == $2"; }
scanned "$lost"
lost_rows "a submodule without a line that is there" '[]'
git clone -q "$lost" "$work/lost2"
for version in 2 3 4; do
  git -C "$work/lost2" update-index --index-version "$version"
  scanned "$work/lost2"
  lost_rows "a submodule without a line, index of version $version" '["deep/in it"]'
done
holds "with its remedy" 'all("without a line in .gitmodules" in c["reason"] for c in C if c["state"] == "not_looked" and not searched(c))'
scanned "$work/lost2/deep"
lost_rows "a submodule without a line in a part of the repository" '["in it"]'
git -C "$work/lost2" worktree add -q "$work/lost3" HEAD 2>/dev/null
scanned "$work/lost3"
lost_rows "a submodule without a line in a linked worktree" '["deep/in it"]'
git -C "$work/lost2" sparse-checkout set --no-cone '/*' '!x' 2>/dev/null
scanned "$work/lost2"
lost_rows "a sparse checkout" '[".git/index", "deep/in it"]'
git -C "$work/lost3" update-index --split-index
scanned "$work/lost3"
lost_rows "a split index" '[".git/index"]'
cp "$work/lost2/.git/index" "$work/index"
head -c 90 "$work/index" >"$work/lost2/.git/index"
scanned "$work/lost2"
holds "an index that is cut" '[(c["path"], c["state"]) for c in gaps()] == [(".git/index", "partial")]'
cp "$work/index" "$work/lost2/.git/index"
# What no repository would write is not followed, and said.
mkdir "$work/estate/liar" && printf 'gitdir: %s/.git\n' "$app" >"$work/estate/liar/.git"
scanned "$work/estate"
holds "a .git that names another repository" '[c["path"] for c in C if c["state"] == "skipped" and "not followed" in c["reason"]] == ["liar/.git"]'

# --- layouts -------------------------------------------------------------------------------------------
git -C "$app" remote add origin https://git.example.com/acme/app.git
git clone -q --bare "$app" "$work/bare.git"
scanned "$work/bare.git"
holds "a bare repository is read at HEAD" '{a["name"] for a in assets("package")} == {"openai"} and len(assets("mcp_server")) == 1'
git -C "$app" gc -q
git -C "$app" pack-refs --all
scanned "$app" --rev v1
holds "packed objects and references" 'len(assets("mcp_server")) == 1 and not assets("package")'
scanned "$app" --since v1
holds "packed: the key is found" 'len(assets("credential")) == 1'
git clone -q --depth 1 "file://$app" "$work/shallow"
scanned "$work/shallow" --rev HEAD
holds "a shallow clone" '{a["name"] for a in assets("package")} == {"openai"}'
expect 2 "before a shallow clone begins" "$STANCE" scan --db :memory: --since HEAD~1 "$work/shallow"
told "before a shallow clone begins" 'shallow'
git -C "$app" worktree add -q "$work/side" v1 2>/dev/null
scanned "$work/side" --rev HEAD
holds "a worktree has its own HEAD" 'len(assets("mcp_server")) == 1 and not assets("package")'
git clone -q --shared "$work/bare.git" "$work/shared"
for how in "--rev HEAD" "--since HEAD~1"; do
  # shellcheck disable=SC2086
  expect 3 "objects that are borrowed: $how" "$STANCE" scan --db :memory: $how "$work/shared"
  told "objects that are borrowed: $how" 'borrows from one that is not read'
  told "objects that are borrowed: the remedy" 'git repack -ad'
done
git -C "$work/shared" repack -adq && rm "$work/shared/.git/objects/info/alternates"
scanned "$work/shared" --rev HEAD
holds "objects that were borrowed are its own after the remedy" '{a["name"] for a in assets("package")} == {"openai"} and not gaps()'

# What a reader would need that we have not is said in words, never read as something else.
git init -q -b main --object-format=sha256 "$work/long"
server "$work/long/.mcp.json" one
commit "$work/long" one
expect 2 "names of 256 bits" "$STANCE" scan --db :memory: --rev HEAD "$work/long"
told "names of 256 bits" 'SHA-256'
told "names of 256 bits: the remedy" 'leave --rev and --since out .*git archive'
scanned "$work/long"
holds "its files are read all the same" 'len(assets("mcp_server")) == 1'
cp -r "$beside" "$work/table"
git -C "$work/table" config extensions.refStorage reftable
expect 2 "references in a table" "$STANCE" scan --db :memory: --rev HEAD "$work/table"
told "references in a table" 'table'
told "references in a table: the remedy" 'git archive'
scanned "$work/table"
holds "references in a table: its files are read" 'len(assets("mcp_server")) >= 1'
git clone -q --bare "$work/long" "$work/long.git"
scanned "$work/long.git"
holds "a bare repository with names of 256 bits says the remedy" '["git archive" in c["reason"] for c in gaps()] == [True]'
git -C "$work/long" archive -o "$work/long.tar" HEAD
scanned "$work/long.tar"
holds "which is true" 'len(assets("mcp_server")) == 1'
git -C "$app" config uploadpack.allowFilter true
git clone -q --filter=blob:none --no-checkout "file://$app" "$work/partial"
scanned "$work/partial" --rev HEAD
holds "a clone without contents: they are gaps" 'not assets("package") and len(gaps("requirements.txt")) == 1'
holds "a clone without contents: why" '"partial clone" in gaps("requirements.txt")[0]["reason"]'
# Files of a repository that have no end: what can be read without them is read, the rest is told.
for file in config shallow objects/info/alternates objects/pack/pack-x.idx; do
  rm -rf "$work/endless" && cp -r "$beside" "$work/endless"
  truncate -s 0 "$work/endless/.git/objects/pack/pack-x.pack"
  truncate -s 1T "$work/endless/.git/$file"
  scanned "$work/endless" --rev HEAD
  holds "$file without end is told, and the commit is read" 'len(assets("mcp_server")) >= 1 and len([c for c in gaps() if c["path"] == ".git/'"$file"'"]) == 1'
done
# The index is not asked which files there are: what it says may be old, damaged or a lie.
cp -r "$beside" "$work/stale"
server "$work/stale/new/.mcp.json" untracked
rm "$work/stale/.git/index"
scanned "$work/stale" && cp "$work/out" "$work/gone.json"
printf 'DIRC\377\377\377\377 junk' >"$work/stale/.git/index"
scanned "$work/stale"
same "an index that is none" "$work/gone.json" new/.mcp.json "$work/out" new/.mcp.json
holds "what is in no index is read" 'len(assets("mcp_server")) == 2 and not gaps()'
scanned "$work/stale" --rev HEAD
holds "a commit needs no index" 'len(assets("mcp_server")) == 1'

# --- hostile ----------------------------------------------------------------------------------------------
evil=$work/evil
repository "$evil"
server "$evil/.mcp.json" first
commit "$evil" one
printf 'x\n' >"$evil/x"
commit "$evil" two
blob=$(git -C "$evil" rev-parse HEAD:.mcp.json)
file=$(git -C "$evil" rev-parse HEAD:x | sed "s|^..|$evil/.git/objects/&/|")
# Names that no checkout would make, as a tree of an attacker holds them.
odd=$(python3 - "$evil/.git/objects" "$blob" <<'EOF'
import hashlib, os, sys, zlib
def put(kind, data):
    raw = kind + b" %d\0" % len(data) + data
    name = hashlib.sha1(raw).hexdigest()
    folder = os.path.join(sys.argv[1], name[:2])
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, name[2:]), "wb").write(zlib.compress(raw))
    return name.encode()
blob = bytes.fromhex(sys.argv[2])
names = (b"../up", b".git", b"..", b"\x1b[2J\n", b".mcp.json")
tree = put(b"tree", b"".join(b"100644 " + n + b"\0" + blob for n in names))
who = b"a <a@example.com> 1700000000 +0000\n"
print(put(b"commit", b"tree " + tree + b"\nauthor " + who + b"committer " + who + b"\nodd\n").decode())
EOF
)
cat >"$work/run" <<EOF
#!/bin/sh
touch "$work/ran"
EOF
chmod +x "$work/run"
cat >>"$evil/.git/config" <<EOF
[core]
	fsmonitor = $work/run
	hooksPath = $work
	sshCommand = $work/run
	pager = $work/run
	worktree = /
[filter "x"]
	clean = $work/run
	smudge = $work/run
	process = $work/run
	required = true
[include]
	path = /etc/passwd
[url "/etc/"]
	insteadOf = https://
[remote "origin"]
	url = ext::$work/run
	promisor = true
EOF
printf '* filter=x diff=x\n' >"$evil/.git/info/attributes"
for hook in post-checkout reference-transaction post-index-change; do cp "$work/run" "$evil/.git/hooks/$hook"; done
if command -v strace >/dev/null; then
  run strace -f -qq -y -e trace=execve,execveat,openat,open,openat2,connect,socket -o "$work/trace" \
    "$STANCE" scan --db :memory: --allow-weak-sandbox --since HEAD~1 "$evil"
  case $status in 0 | 1 | 3) ;; *) fail "a hostile configuration: status $status"; cat "$work/err" ;; esac
  [ "$(grep -cE 'execve(at)?\(' "$work/trace")" -eq 1 ] || fail "a repository makes the scan start a program"
  # After the worker has closed its doors it opens only what lies in the repository.
  sed -n 's/^\([0-9]*\) .*/\1/p' "$work/trace" | sort -u >/dev/null
  python3 - "$work/trace" "$evil" <<'EOF' || fail "a repository makes the scan open something else"
import re, sys
evil = sys.argv[2]
bad = []
for line in open(sys.argv[1], errors="replace"):
    m = re.search(r'open(?:at|at2)?\((?:AT_FDCWD[^,]*, )?(?:(\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', line)
    if not m or " = -1 " in line:
        continue
    folder, name = m.group(2) or "", m.group(3)
    path = name if name.startswith("/") else folder + "/" + name
    if re.match(r"/(usr|lib|lib64|proc|sys|dev|etc/(ld\.so|ssl|localtime|nsswitch|passwd$))", path):
        bad += [path] if path == "/etc/passwd" else []
        continue
    if not path.startswith((evil, "/tmp", "/memfd")) and path not in ("/", "."):
        bad.append(path)
sys.exit("   | " + "\n   | ".join(bad[:5]) if bad else 0)
EOF
fi
[ ! -e "$work/ran" ] || fail "a repository made the scan run something"
holds_server() { holds "$1" 'len(assets("mcp_server")) == 1'; }
scanned "$evil" --rev HEAD
holds_server "a hostile configuration changes nothing"
printf 'gitdir: /etc\n' >"$work/plain/.git"
expect 2 "a .git that names another place" "$STANCE" scan --db :memory: --rev HEAD "$work/plain"
told "a .git that names another place" 'does not lie where git would put it'
chmod u+w "$file" && printf 'junk' >"$file"
scanned "$evil" --rev HEAD
holds_server "beside a damaged object"
holds "a damaged object is a gap" 'len(gaps("x")) == 1'
[ "$status" -eq 3 ] || [ "$status" -eq 1 ] || fail "a damaged object: status $status"
python3 -c 'import sys, zlib; open(sys.argv[1], "wb").write(zlib.compress(b"blob 2\0x\n")[:-6])' "$file"
scanned "$evil" --rev HEAD
holds "an object that is cut off is a gap" 'len(gaps("x")) == 1 and "cut off" in gaps("x")[0]["reason"]'
pack=$work/cut.git
git clone -q --bare "$app" "$pack" && git -C "$pack" gc -q
for p in "$pack"/objects/pack/*.pack; do chmod u+w "$p" && truncate -s 200 "$p"; done
expect 3 "a truncated pack" "$STANCE" scan --db :memory: --rev HEAD "$pack"
expect 3 "a truncated pack of a bare repository" "$STANCE" scan --db :memory: "$pack"
printf 'ref: refs/heads/a\n' >"$evil/.git/refs/heads/b"
printf 'ref: refs/heads/b\n' >"$evil/.git/refs/heads/a"
expect 3 "references in a circle" "$STANCE" scan --db :memory: --rev a "$evil"
told "references in a circle" 'circle'
scanned "$evil" --rev "$odd"
holds_server "beside names that no file has"
holds "names that no file has are gaps" 'sum(c["files"] for c in gaps()) >= 3'
"$STANCE" scan --db :memory: --rev "$odd" "$evil" >"$work/shown" 2>&1
if grep -q "$(printf '\033\[2J')" "$work/shown"; then fail "a name of a tree reaches the terminal"; fi
finish
