#!/usr/bin/env bash
# Packs of knowledge, from the first folder to signed updates: what is tried, what is refused with
# which status, where and what to do, and what an entry that replaces another one takes away.
. "$(dirname "$0")/lib.bash"
says() { grep -qF -e "$2" "$work/out" || fail "$1: '$2' is not printed: $(cat "$work/out")"; }
# Refused with one status, in whatever place the pack is, and each time with the file.
refused() { # WHAT REGEX COMMAND...
  local what=$1 regex=$2
  shift 2
  expect 5 "$what" "$STANCE" catalog "$@"
  told "$what" "$regex"
}
packs=$XDG_DATA_HOME/stance/packs
trust=$XDG_DATA_HOME/stance/trust
entry() { # FOLDER ID HOST
  mkdir -p "$1/entries"
  cat >"$1/entries/$2.yaml" <<END2
id: $2
name: Name of $2
category: model-api
runs: vendor
sources: [{url: "https://docs.acme.example/", read: 2026-11-23, says: [hosts]}]
hosts: {api: [$3]}
examples:
  hosts: {match: ["https://$3/v1"], no_match: [acme.example]}
END2
}

# What is checked is what a scan would load, and it is said.
expect 0 "what is built in" "$STANCE" catalog check
says "what is built in" "what a scan knows: what is built in"
grep -q ^pack "$work/out" && fail "there is no pack"
entry "$packs/ours" acme-minds api.acme-minds.example
expect 0 "with a pack" "$STANCE" catalog check
says "with a pack" "what is built in and of packs: ours"
says "with a pack" "ours: 1 files in $packs/ours"
expect 0 "as JSON" "$STANCE" catalog check --format json
python3 - "$work/out" <<'P' || fail "the JSON of check"
import json, sys
rows = json.load(open(sys.argv[1]))
assert ["pack", "entries"] == [w for w in ("pack", "entries") if w in [r["what"] for r in rows]]
P
expect 0 "the list" "$STANCE" catalog list --format json
python3 - "$work/out" "$packs/ours/" <<'P' || fail "the list does not say what is of a pack"
import json, sys
rows = {r["id"]: r["pack"] for r in json.load(open(sys.argv[1]))}
assert rows["acme-minds"] == sys.argv[2] and rows["openai"] is None
P
expect 0 "an entry of a pack" "$STANCE" catalog show acme-minds
says "an entry of a pack" "pack      $packs/ours/"

# A folder, one file and a bundle are tried with that.
f=$work/f
entry "$f" acme-cloud api.acme-cloud.example
expect 0 "a folder" "$STANCE" catalog check "$f"
says "a folder" "the pack $f, with what is built in and of packs: ours"
says "a folder" "entries         1,"
expect 0 "a file" "$STANCE" catalog check "$f/entries/acme-cloud.yaml"
says "a file" "the entry $f/entries/acme-cloud.yaml, with what is built in"
(cd "$f/entries" && expect 0 "a file here" "$STANCE" catalog check acme-cloud.yaml) || failed=1
expect 0 "a bundle" "$STANCE" catalog pack "$f" acme 1
cp "$work/out" "$work/acme.pack"
expect 0 "a bundle" "$STANCE" catalog check "$work/acme.pack"
says "a bundle" "number 1 of the pack acme in $work/acme.pack"
echo hello >"$work/notes"
refused "another file" "$work/notes: this is neither a bundle nor a file of a pack" check "$work/notes"
refused "another file" "this is no part of a pack|neither entries" check "$work"
expect 2 "no file" "$STANCE" catalog check "$work/nothing"
told "no file" "$work/nothing.*No such file"

# Two packs that claim one name: both are named, whichever comes first.
entry "$f" acme-cloud api.acme-minds.example
both="claimed twice, by 'acme-cloud' and 'acme-minds' .$packs/ours/entries/acme-minds.yaml:6"
refused "a claim" "by 'acme-minds' and 'acme-cloud' .$f/entries/acme-cloud.yaml:6" check "$f"
told "a claim" "$packs/ours/entries/acme-minds.yaml:6:15: "
refused "a claim" "$f/entries/acme-cloud.yaml:6:.*$both" check "$f/entries/acme-cloud.yaml"
cp -r "$f" "$packs/theirs"
refused "a claim that is installed" "$packs/theirs/entries/acme-cloud.yaml:6:.*$both" check
refused "a claim that is installed" "the id|hint" list
mkdir -p "$work/t"
expect 5 "a claim stops a scan" "$STANCE" scan --db :memory: "$work/t"
mv "$packs/theirs" "$packs/a-first"
refused "a claim, the other way round" "$packs/ours/entries/acme-minds.yaml:6:.*by 'acme-cloud' .$packs/a-first/entries/acme-cloud.yaml:6. and 'acme-minds'|by 'acme-minds' and 'acme-cloud' .$packs/a-first/entries/acme-cloud.yaml:6" check
rm -r "$packs/a-first"
entry "$f" acme-cloud api.openai.com
refused "a claim on what is built in" "by .*'openai' .built in.*|hint: leave it out; or write 'openai'" check "$f"
told "a claim on what is built in" "entries/openai.yaml"

# What would be ignored in silence is refused.
entry "$f" acme-cloud api.acme-cloud.example
odd() { # NAME REGEX
  refused "odd $1" "$f/$1: this is no part of a pack" check "$f"
  told "odd $1" "hint: .*$2"
  refused "odd $1" "$f/$1: this is no part of a pack" pack "$f" acme 1
  rm -r "${f:?}/${1:?}"
}
mkdir "$f/rules" && odd rules "a pack has entries/ID.yaml"
echo 'id: x' >"$f/x.yaml" && odd x.yaml "a pack has entries/ID.yaml"
echo 'id: x' >"$f/entries/x.yml" && odd entries/x.yml "ends in .yaml"
mkdir "$f/entries/more" && odd entries/more "a pack has"
echo hello >"$f/README.md"
expect 0 "a README" "$STANCE" catalog check "$f"
mkdir "$packs/empty"
refused "an empty folder" "$packs/empty/: this pack is empty" check "$packs/empty"
refused "an empty pack" "$packs/empty/: this pack is empty" list
told "an empty pack" "mend it, or move it away"
rmdir "$packs/empty"
echo x >"$packs/odd"
refused "a file among packs" "$packs/odd.*Not a directory" list
rm "$packs/odd"
printf 'id: huge\n#' >"$f/entries/huge.yaml"
head -c 17000000 /dev/zero | tr '\0' x >>"$f/entries/huge.yaml"
refused "a huge file" "entries/huge.yaml: with this file the pack is too large" check "$f"
refused "a huge file" "too large: more than 16384 KiB" check "$f/entries/huge.yaml"
rm "$f/entries/huge.yaml"

# An entry that replaces another one: what nobody says any more is listed.
entry "$packs/ours" groq api.groq.com
expect 0 "a replaced entry" "$STANCE" catalog check
says "a replaced entry" "replaces        groq (built in), of which"
says "a replaced entry" "lost            groq env GROQ_API_KEY"
says "a replaced entry" "replaced        1 entries"
grep -q '^lost .* api.groq.com' "$work/out" && fail "api.groq.com is not lost"
expect 0 "a folder that replaces" "$STANCE" catalog check "$packs/ours"
says "a folder that replaces" "lost            groq env GROQ_API_KEY"
cp -r "$packs/ours" "$packs/zz"
expect 0 "a pack that replaces a pack" "$STANCE" catalog check
says "a pack that replaces a pack" "replaces        groq (of $packs/ours/), of which 0 facts no entry says any more"
rm -r "$packs/zz" "$packs/ours"

# Signed, by somebody who is trusted, newer than what is there.
openssl genpkey -algorithm ed25519 -out "$work/key.pem"
sign() { openssl pkeyutl -sign -rawin -inkey "${2:-$work/key.pem}" -in "$1" -out "$1.sig"; }
bundle() { # SERIAL FILE
  expect 0 "bundle $1" "$STANCE" catalog pack "$f" acme "$1"
  cp "$work/out" "$2"
  sign "$2"
}
bundle 3 "$work/acme.pack"
rm "$work/acme.pack.sig"
expect 2 "no signature" "$STANCE" catalog update "$work/acme.pack"
told "no signature" "acme.pack.sig.*No such file"
told "no signature" "hint: .*openssl pkeyutl -sign"
expect 2 "no file" "$STANCE" catalog update "$work/none.pack"
printf x >"$work/acme.pack.sig"
refused "half a signature" "acme.pack.sig: a signature has 64 bytes" update "$work/acme.pack"
sign "$work/acme.pack"
refused "nobody is trusted" "no key is trusted" update "$work/acme.pack"
told "nobody is trusted" "hint: .*$trust/NAME.pem"
mkdir -p "$trust/folder.pem"
openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out "$trust/other.pem"
cp "$work/key.pem" "$trust/private.pem"
openssl genpkey -algorithm x25519 | openssl pkey -pubout -out "$trust/x.pem"
openssl pkey -in "$work/key.pem" -pubout -out "$trust/acme.pub"
refused "another is trusted" "none of the trusted keys .1. made the signature" update "$work/acme.pack"
told "a private key" "note: .*/private.pem trusts nobody: it is a private key"
told "another algorithm" "note: .*/x.pem trusts nobody: .*Ed25519"
told "another name" "note: .*/acme.pub trusts nobody: the name of a key ends in .pem"
told "a folder" "note: .*/folder.pem trusts nobody: .*directory"
[ -e "$packs/acme" ] && fail "it was installed all the same"
mv "$trust/acme.pub" "$trust/zz.pem"
expect 0 "a trusted key, whatever lies beside it" "$STANCE" catalog update "$work/acme.pack"
says "a trusted key" "pack acme is number 3 now; it has 1 file"
rm -r "$trust/folder.pem" "$trust/private.pem" "$trust/x.pem"
expect 0 "what it brought" "$STANCE" catalog show acme-cloud
says "what it brought" "pack      $packs/acme/"
refused "the same again" "number 3 of the pack acme is there, 3 is not newer" update "$work/acme.pack"
told "the same again" "catalog pack FOLDER acme 4"
bundle 2 "$work/old.pack"
refused "a downgrade" "number 3 of the pack acme is there, 2 is not newer" update "$work/old.pack"
sed 's/Name of/Fame of/' "$work/acme.pack" >"$work/changed.pack"
cp "$work/acme.pack.sig" "$work/changed.pack.sig"
refused "tampered" "not as it was signed" update "$work/changed.pack"
sed 's/^serial: 3/serial: 9\nexpires: 2020-01-01/' "$work/acme.pack" >"$work/more.pack"
sign "$work/more.pack"
refused "a member that is unknown" "more.pack:3:.*'expires'" update "$work/more.pack"
sed 's/^serial: 3/serial: 9/; s/api.acme-cloud.example/api.openai.com/' "$work/acme.pack" >"$work/wrong.pack"
sign "$work/wrong.pack"
refused "one that does not fit" "wrong.pack!/entries/acme-cloud.yaml:6:.*by 'acme-cloud' and 'openai' .built in" update "$work/wrong.pack"
expect 0 "the one before stays" "$STANCE" catalog show acme-cloud
says "the one before stays" api.acme-cloud.example
refused "a folder" "Is a directory" update "$work"
head -c 17000000 /dev/zero >"$work/huge.pack"
cp "$work/acme.pack.sig" "$work/huge.pack.sig"
refused "a huge bundle" "too large: more than 16384 KiB" update "$work/huge.pack"
entry "$f" groq api.groq.com
bundle 5 "$work/next.pack"
expect 0 "the next" "$STANCE" catalog update "$work/next.pack" "$work/next.pack.sig"
says "the next" "pack acme is number 5 now, it was 3; it has 2 files"
says "the next" "it replaces the entry groq, of which"
[ "$(ls -A "$packs")" = acme ] || fail "something is left beside the pack: $(ls -A "$packs")"
rm "$packs/acme/serial"
bundle 6 "$work/last.pack"
refused "a pack of one's own in its place" "did not come by an update" update "$work/last.pack"
expect 2 "a number" "$STANCE" catalog pack "$f" acme 0
told "a number" "no serial number"
expect 2 "a name" "$STANCE" catalog pack "$f" "Acme Ltd" 7
finish
