# Archives and images as people and attackers make them: what lies in them is found at its member, what
# cannot be read of them is told, and none of them costs more than its budget.
. "$(dirname "$0")/lib.bash"

# --- the same server in every kind of container -----------------------------------------------------
all=$work/all
mkdir -p "$all"
PYTHONPATH=$root/tests/e2e python3 -B - "$all" <<'EOF' || fail "archives cannot be made"
import bz2, gzip, io, lzma, os, sys, tarfile
from hostile import put, server as text, zipped
os.chdir(sys.argv[1])
def server(name):
    return text(name).encode()
def tarred(*files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            t.addfile(entry, io.BytesIO(data))
    return out.getvalue()
at = "p/.mcp.json"
put("a.zip", zipped((at, server("zip"))))
put("acme-1-py3-none-any.whl", zipped((at, server("whl"))))
put("app.jar", zipped((at, server("jar"))))
put("a.tar", tarred((at, server("tar"))))
put("a.tgz", gzip.compress(tarred((at, server("gz")))))
put("a.tar.xz", lzma.compress(tarred((at, server("xz")))))
put("a.tar.bz2", bz2.compress(tarred((at, server("bz2")))))
put("no-suffix", zipped((at, server("magic"))))
put("nested.zip", zipped(("in.tar", tarred(("deep.jar", zipped((at, server("nested"))))))))
put("sfx.zip", b"\0not a zip yet\n" * 4 + zipped((at, server("sfx"))))
put("ext.crx", b"Cr24\3\0\0\0\4\0\0\0abcd" + zipped((at, server("crx"))))
put("program", b"#!/bin/sh\nexec java -jar $0\n" + zipped((at, server("program"))))
EOF
if command -v zstd >/dev/null; then zstd -q "$all/a.tar" -o "$all/a.tar.zst"; fi
names='bz2 crx gz jar magic nested program sfx tar whl xz zip'
scan "$all"
hold <<EOF
every container is opened :: sorted({a["name"] for a in assets("mcp_server")}) == "$names".split()
at the path of the member :: {(e["path"], e["member"]) for a in assets("mcp_server", "nested") for e in [w["evidence"] for w in a["where"]]} == {("nested.zip", "in.tar!/deep.jar!/p/.mcp.json")}
nothing is left out :: not gaps()
EOF
db=$work/all.db
expect "0 1 3" "archives in a store" "$STANCE" scan --db "$db" "$all"
expect 0 "inventory" "$STANCE" inventory --db "$db" --kind mcp_server
grep -q 'nested.zip!/in.tar!/deep.jar!/p/.mcp.json' "$work/out" || fail "the inventory does not show the member"
# One archive less: only what was in it is gone.
rm "$all/app.jar"
expect "0 1 3" "one less" "$STANCE" scan --db "$db" "$all"
expect 0 "inventory" "$STANCE" inventory --db "$db" --kind mcp_server
if grep -q 'app.jar' "$work/out"; then fail "what was in a removed archive stays"; fi
[ "$(grep -c '!/p/.mcp.json' "$work/out")" -eq 11 ] || fail "a removed archive takes others with it"

# --- an image: the upper layer counts, what it hides is gone, but not its secrets --------------------
key=$(python3 -c 'print("sk-ant-" + "api03-" + "".join("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[(i * 7 + 3) % 58] for i in range(93)) + "AA")')
mkdir "$work/image"
KEY=$key python3 - "$work/image/saved.tar" <<'EOF' || fail "an image cannot be made"
import hashlib, io, json, os, sys, tarfile
def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            t.addfile(entry, io.BytesIO(data))
    return out.getvalue()
def server(name):
    return json.dumps({"mcpServers": {name: {"command": "npx", "args": ["-y", f"@acme/{name}@1.2.3"]}}}).encode()
lower = tarred([("srv/.mcp.json", server("lower")), ("gone/.mcp.json", server("gone")),
                ("etc/key.env", f"ANTHROPIC_API_KEY={os.environ['KEY']}\n".encode())])
upper = tarred([("srv/.mcp.json", server("upper")), (".wh.gone", b""), ("etc/.wh.key.env", b"")])
layers = [lower, upper]
ids = [hashlib.sha256(x).hexdigest() for x in layers]
config = json.dumps({"rootfs": {"type": "layers", "diff_ids": ["sha256:" + i for i in ids]},
                     "history": [{"created_by": "ADD x"}, {"created_by": "ENV ANTHROPIC_API_KEY=" + os.environ["KEY"]}]}).encode()
c = hashlib.sha256(config).hexdigest()
manifest = json.dumps([{"Config": c + ".json", "RepoTags": ["acme/app:1"], "Layers": [i + "/layer.tar" for i in ids]}]).encode()
with open(sys.argv[1], "wb") as f:
    f.write(tarred([(c + ".json", config), ("manifest.json", manifest)] +
                   [(i + "/layer.tar", d) for i, d in zip(ids, layers)]))
EOF
scan "$work/image"
hold <<'EOF'
the upper layer wins :: {a["name"] for a in assets("mcp_server")} == {"upper"}
a key below a whiteout is found all the same, in its layer :: [w["member"][:7] for a in assets("credential") for w in [p["evidence"] for p in a["where"]] if "etc/key.env" in w["member"]] == ["sha256:"]
a key in the history of the image names the entry :: [(w["member"][:7], w.get("pointer")) for a in assets("credential") for w in [p["evidence"] for p in a["where"]] if "etc/" not in w["member"]] == [("config:", "/history/1/created_by")]
no action is offered for it :: all(f["remediation"]["action"] is None for f in F if f["evidence"][0].get("member"))
EOF

# --- a wheel is called what its metadata says, and nobody knows whom that names ----------------------
mkdir "$work/wheel"
python3 - "$work/wheel" <<'EOF' || fail "a wheel cannot be made"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/acme_bot-1.2-py3-none-any.whl", "w") as z:
    z.writestr("acme_bot/__init__.py", "import openai\nopenai.OpenAI()\n")
    z.writestr("acme_bot-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme-bot\nVersion: 1.2\n")
with zipfile.ZipFile(sys.argv[1] + "/plain.zip", "w") as z:
    z.writestr("main.py", "import openai\nopenai.OpenAI()\n")
EOF
scan "$work/wheel"
hold <<'EOF'
names of archives :: sorted(a["name"] for a in assets("application")) == ["acme-bot", "plain.zip"]
EOF

# --- what is named as an archive and is none -----------------------------------------------------------
named=$work/named
server "$named/.mcp.json" fine
printf 'not a zip' >"$named/a.zip"
printf x >"$named/b.tar.gz"
printf x >"$named/c.whl"
printf '\0\1\2\3' >"$named/d.zip"
{ printf '7z\274\257\047\034' && head -c 26 /dev/zero; } >"$named/e.7z"
{ printf '7z\274\257\047\034\0\4\215\233\325\017' && head -c 20 /dev/zero; } >"$named/empty.7z"
head -c 10240 /dev/zero >"$named/empty.tar"
: >"$named/empty.zip"
printf 'words' >"$named/about-a.zip.txt"
scan "$named"
[ "$status" -eq 3 ] || fail "files named as archives that are none: status $status"
hold <<'EOF'
each is told, and nothing else :: {c["path"] for c in gaps()} == {"a.zip", "b.tar.gz", "c.whl", "d.zip", "e.7z"}
as failed :: all(c["state"] == "failed" for c in gaps())
why :: all("named as a" in c["reason"] or c["path"] == "e.7z" and "no directory" in c["reason"] for c in gaps())
EOF

# --- hostile -----------------------------------------------------------------------------------------
bad=$work/bad
mkdir "$bad" "$work/outside"
server "$work/outside/.mcp.json" outside
for item in zip-bombs zip-overlap zip-sizes; do
  python3 "$(dirname "$0")/hostile.py" $item "$bad" || fail "$item cannot be made"
done
python3 "$(dirname "$0")/hostile.py" tar-links "$bad" "$work/outside" || fail "tar-links cannot be made"
before=$(ls -R "$work/outside" | cksum)
scan "$bad"
case $status in 1 | 3) ;; *) fail "hostile archives: status $status" ;; esac
hold <<'EOF'
zeros are told :: any(c["state"] == "not_looked" and c["path"].startswith("zeros.gz!/") for c in C)
lines without end are told :: any("unpacks to more than" in c["reason"] for c in gaps("lines.gz"))
nested zips are told :: gaps("nested.zip")
members that overlap are told :: any("overlap" in c["reason"] for c in gaps("overlap.zip"))
a wrong size is told :: gaps("size.zip")
a cut archive is told :: gaps("cut.zip")
what follows a link is not what it names :: "outside" not in {a["name"] for a in assets("mcp_server")}
the honest member beside them is found :: any("good" in a["name"] for a in assets("mcp_server"))
links are told :: any(c["path"].startswith("links.tar!/") and c["state"] in ("skipped", "not_looked") for c in C)
a name that leads out is only a name :: all(w["evidence"]["path"] == "links.tar" for a in assets("mcp_server") if "up-" in a["name"] or "abs-" in a["name"] for w in a["where"])
EOF
[ "$before" = "$(ls -R "$work/outside" | cksum)" ] || fail "an archive changed what lies outside"
[ ! -e "$work/up" ] || fail "a member was unpacked"
"$STANCE" scan --db :memory: "$bad" >"$work/shown" 2>&1
if grep -q "$(printf '\033\[2J')" "$work/shown"; then fail "a name of a member reaches the terminal"; fi
SOURCE_DATE_EPOCH=1 "$STANCE" scan --db :memory: --format json --threads 1 --allow-weak-sandbox "$bad" >"$work/one.json" 2>/dev/null
SOURCE_DATE_EPOCH=1 "$STANCE" scan --db :memory: --format json --threads 4 --allow-weak-sandbox "$bad" >"$work/four.json" 2>/dev/null
[ "$(plain "$work/one.json")" = "$(plain "$work/four.json")" ] || fail "bombs end elsewhere with more threads"
finish
