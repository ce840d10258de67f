# Formats that this version has no reader for: told, one row a format or a model, never a clean bill.
. "$(dirname "$0")/lib.bash"
t=$work/models
mkdir -p "$t"
printf 'GGUF\3\0\0\0' >"$t/m.gguf"
cp "$t/m.gguf" "$t/sha256-00ff"
printf '\200\004\225\001' >"$t/model.pkl"
printf '\200\002x' >"$t/pytorch_model.bin"
printf '\200\002x' >"$t/x.pt"
printf '\010\007' >"$t/model.onnx"
echo '{}' >"$t/a.ipynb"
scan "$t"
[ "$status" -eq 3 ] || fail "models without a reader end with $status"
hold <<'E'
each is a gap :: [c["path"] for c in C if c["state"] == "unsupported"] == ["a.ipynb", "m.gguf", "model.onnx", "model.pkl", "pytorch_model.bin", "sha256-00ff", "x.pt"]
what is missing is told :: all("no reader in this version" in c["reason"] for c in C if c["state"] == "unsupported")
none is told twice :: not [c for c in C if c["path"].startswith("no-reader:")]
E
clean_words='every file|Nothing: |nothing: '
first_screen() { # WHAT FOLDER STATUS LINE
  expect "$3" "$1" "$STANCE" scan --db :memory: --allow-weak-sandbox "$2"
  grep -qE "$clean_words" "$work/out" && fail "$1: the first screen says that all was read"
  grep -q "$4" "$work/out" || fail "$1: the first screen does not say what has no reader"
  grep -qE 'passed over|could not be examined may hold some' "$work/out" || fail "$1: \"none found\" does not say what was passed over"
}
first_screen "models" "$t" 3 "unsupported *m.gguf  *no reader in this version: GGUF models; "

m=$work/manifests
mkdir -p "$m/.github/workflows" "$m/.git"
for f in Gemfile Cargo.toml go.mod pom.xml build.gradle build.gradle.kts composer.json a.csproj \
  Pipfile setup.py setup.cfg environment.yml Dockerfile docker-compose.yml; do
  echo '{}' >"$m/$f"
done
echo 'gem "ruby-openai"' >"$m/Gemfile"
printf '[dependencies]\nasync-openai = "0.20"\n' >"$m/Cargo.toml"
echo 'on: push' >"$m/.github/workflows/ci.yml"
scan "$m"
[ "$status" -eq 0 ] || fail "manifests without a reader end with $status"
hold <<'E'
each manifest is counted :: sum(c["files"] for c in C if c["path"].startswith("no-reader:")) == 15
they are no gaps :: {c["state"] for c in C if c["path"].startswith("no-reader:")} == {"not_looked"}
E
formats=$(python3 -c 'import json, sys; print(sum(c["path"].startswith("no-reader:") for c in json.load(open(sys.argv[1]))["coverage"]))' "$work/out")
first_screen "manifests" "$m" 0 "not_looked  no reader: "
expect 0 "Markdown" "$STANCE" scan --db :memory: --allow-weak-sandbox --format markdown "$m"
shown=$(grep -c '^- not_looked: `no-reader:.*`, [0-9]* files\?, no reader in this version: ' "$work/out")
more=$(sed -n 's/^- not_looked: \([0-9]*\) more, `stance coverage --state not_looked`$/\1/p' "$work/out")
[ "$shown" -gt 0 ] && [ $((shown + ${more:-0})) -eq "$formats" ] || fail "Markdown shows $shown formats and tells of ${more:-0} more, not $formats"
expect 3 "Markdown of gaps" "$STANCE" scan --db :memory: --allow-weak-sandbox --format markdown "$t"
grep -q '^- unsupported: `m.gguf`, no reader in this version: GGUF models; ' "$work/out" || fail "Markdown does not tell a model that is not read"
expect 0 "SARIF" "$STANCE" scan --db :memory: --allow-weak-sandbox --format sarif "$m"
grep -q 'no-reader:go-modules was not looked at (1): no reader in this version: Go modules (go.mod)' "$work/out" || fail "SARIF does not tell them"
expect 0 "a store" "$STANCE" scan --db "$work/s.db" --allow-weak-sandbox "$m"
expect 0 "coverage" "$STANCE" coverage --db "$work/s.db" --format csv
grep -q 'no-reader:cargo' "$work/out" || fail "coverage does not list them"

# Archives without a reader are told by their name or by what they begin with.
a=$work/packed
mkdir "$a"
for e in rar iso deb rpm cab lz4 lzma cpio; do printf '\0\1\2' >"$a/x.$e"; done
printf 'Rar!\032\007\0' >"$a/part"
printf '!<arch>\nx.o/' >"$a/lib.a"
scan "$a"
[ "$status" -eq 0 ] || fail "archives without a reader end with $status"
holds "archives without a reader" '{c["path"]: c["files"] for c in C if c["path"].startswith("no-reader:")} == {**{"no-reader:" + e: 1 for e in "iso deb rpm cab lz4 lzma cpio".split()}, "no-reader:rar": 2}'
first_screen "packed" "$a" 0 "not_looked  no reader: "

# A database may hold anything: it is told. One that holds chats or embeddings is a gap.
b=$work/bases
mkdir "$b" "$b/chroma"
python3 -c '
import sqlite3, sys
for name in ("app.db", "chroma/chroma.sqlite3"):
    db = sqlite3.connect(sys.argv[1] + "/" + name)
    db.execute("CREATE TABLE t (x)")
    db.commit()' "$b"
scan "$b"
[ "$status" -eq 3 ] || fail "a vector store without a reader ends with $status"
hold <<'E'
a database is told :: [(c["path"], c["state"]) for c in C if c["path"].startswith("no-reader:")] == [("no-reader:sqlite", "not_looked")]
a vector store is a gap :: [(c["path"], c["state"]) for c in gaps()] == [("chroma/chroma.sqlite3", "unsupported")]
E

# What has a reader is none of them, and an archive is looked into.
r=$work/read
server "$r/.mcp.json" fine
echo '{"dependencies": {}}' >"$r/package.json"
echo 'openai==1.0' >"$r/requirements.txt"
scan "$r"
holds "what is read has no such row" 'not [c for c in C if c["path"].startswith("no-reader:")]'
(cd "$work" && python3 -c 'import shutil; shutil.make_archive("all", "zip", "manifests")')
mkdir "$work/z" && mv "$work/all.zip" "$work/z"
scan "$work/z"
holds "members are counted" '[c["files"] for c in C if c["path"] == "no-reader:go-modules"] == [1]'
# Who made a thing may stand in a manifest that is not read: nobody knows that it has no owner.
p=$work/people
mkdir -p "$p/php/skills/x" "$p/ruby" "$p/plain"
printf '{"name": "acme/bot", "authors": [{"name": "Ann"}]}' >"$p/php/composer.json"
printf 'Gem::Specification.new { |s| s.authors = ["Ann"] }\n' >"$p/ruby/x.gemspec"
for f in php/skills/x/SKILL.md ruby/AGENTS.md plain/AGENTS.md; do printf -- '---\nname: x\n---\nBe kind.\n' >"$p/$f"; done
scan "$p"
holds "silence of what was not read" '{a["where"][0]["evidence"]["path"]: a["owner"]["state"] for a in assets("instruction_file") + assets("skill")} == {"php/skills/x/SKILL.md": "unknown", "ruby/AGENTS.md": "unknown", "plain/AGENTS.md": "none"}'

# A file without a reader is searched for keys all the same: one that was taken out is gone.
k=$work/keys
mkdir "$k"
key=$(python3 -c 'print("sk-ant-" + "api03-" + "".join("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[(i * 7 + 3) % 58] for i in range(93)) + "AA")')
notebook() { printf '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": ["k = \"%s\""]}]}' "$1" >"$k/a.ipynb"; }
keys_left() { "$STANCE" inventory --db "$work/keys.db" -k credential -f csv | sed 1d | wc -l; }
notebook "$key"
expect "1 3" "a key in a notebook" "$STANCE" scan --db "$work/keys.db" --allow-weak-sandbox "$k"
[ "$(keys_left)" -eq 1 ] || fail "a key in a notebook is not found"
notebook x
expect "0 3" "a key that was taken out" "$STANCE" scan --db "$work/keys.db" --allow-weak-sandbox "$k"
[ "$(keys_left)" -eq 0 ] || fail "a key that was taken out of a notebook is still there"
finish
