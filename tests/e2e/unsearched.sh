#!/usr/bin/env bash
# Kinds of text in which hosts of AI vendors are not looked for: counted, one row each, whether they
# lie there, in an archive or in a commit; what is searched has no row.
. "$(dirname "$0")/lib.bash"
rows='{c["path"][15:]: c["files"] for c in C if c["path"].startswith("no-host-search:")}'
t=$work/t
mkdir -p "$t/web" "$t/src"
echo '<a href="https://api.openai.com/v1">' >"$t/web/index.html"
echo '<p>' >"$t/web/b.htm"
echo "select 'https://api.openai.com'" >"$t/q.sql"
printf 'all:\n\tcurl https://api.openai.com/v1\n' >"$t/Makefile"
echo 'name,url' >"$t/a.csv"
echo '<x/>' >"$t/a.xml"
echo '# Shop' >"$t/README.md"
echo '{}' >"$t/package.json"
echo x >"$t/a.acme"
echo 'x = 1' >"$t/src/a.py"
echo 'x: 1' >"$t/a.yaml"
echo 'module x' >"$t/go.mod"
printf '\0\1\2' >"$t/b.html"
: >"$t/empty.md"
scan "$t"
[ "$status" -eq 0 ] || fail "texts without a search for hosts end with $status"
expected='{"pages": 2, "queries": 1, "xml": 1, "build-scripts": 1, "data": 1, "prose": 1, "lists": 1, "other-texts": 1}'
hold <<E
each kind is counted :: $rows == $expected
they are no gaps :: not gaps()
they say who does not look :: all(c["state"] == "not_looked" and c["collectors"] == ["vendor-hosts"] and "not looked for in" in c["reason"] for c in C if c["path"].startswith("no-host-search:"))
E
expect 0 "the first screen" "$STANCE" scan --db :memory: --allow-weak-sandbox "$t"
grep -q 'hosts not looked for in: pages 2, build-scripts 1, data 1' "$work/out" || fail "the first screen does not tell them"

# With a store, again, and again from the cache: the same.
expect 0 "a store" "$STANCE" scan --db "$work/s.db" --allow-weak-sandbox "$t"
echo '<p>' >"$t/c.html"
run "$STANCE" scan --db "$work/s.db" --format json --allow-weak-sandbox "$t"
holds "one more page" "$rows.get('pages') == 3"
run "$STANCE" scan --db "$work/s.db" --format json --allow-weak-sandbox "$t"
holds "nothing new" "$rows.get('pages') == 3"
mv "$t/c.html" "$t/c.py"
run "$STANCE" scan --db "$work/s.db" --format json --allow-weak-sandbox "$t"
holds "one less" "$rows.get('pages') == 2"
rm "$t/c.py"

# Members of archives count; the archive itself is no text.
mkdir "$work/z"
python3 -c 'import shutil, sys; shutil.make_archive(sys.argv[2], "zip", sys.argv[1]); shutil.make_archive(sys.argv[2], "gztar", sys.argv[1])' "$t" "$work/z/all"
printf 'PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$work/z/empty.zip"
scan "$work/z"
holds "members" "$rows == {k: 2 * n for k, n in $expected.items()}"

# So do the files of a commit.
(cd "$t" && git init -q && git add . && git -c user.name=a -c user.email=a@b commit -qm x)
scan "$t" --rev HEAD
holds "a commit" "$rows == $expected"

# What is read has none.
mkdir "$work/clean"
echo 'x = 1' >"$work/clean/a.py"
expect 0 "what is searched" "$STANCE" scan --db :memory: --allow-weak-sandbox "$work/clean"
grep -q 'nothing: every file below the target was read' "$work/out" || fail "every file was read"

# Compose files of any name have the row of Compose files.
mkdir "$work/c"
for f in compose.yaml compose.override.yaml compose.prod.yml docker-compose.ci.yml docker-stack.yml stack.yml; do
  printf 'services:\n  a: {image: "ollama/ollama:1"}\n' >"$work/c/$f"
done
scan "$work/c"
hold <<'E'
each is counted :: [c["files"] for c in C if c["path"] == "no-reader:compose"] == [6]
each is read for its images :: len({w["evidence"]["path"] for a in assets("inference_server", "Ollama") for w in a["where"]}) == 6
E
finish
