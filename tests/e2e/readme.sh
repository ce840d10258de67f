#!/usr/bin/env bash
# The commands of README.md about one finding of the demo, word for word: each line that stands below
# them there must be printed. The first screen is not compared: its numbers follow the controls.
. "$(dirname "$0")/lib.bash"
mkdir "$work/build"
demo "$work/build/demo"
run "$STANCE" scan --db "$work/build/demo.db" "$work/build/demo"
ln -s "$STANCE" "$work/build/stance"
cd "$work" || exit 1
seen=0 out=
while IFS= read -r line; do
  case $line in
  '$ build/stance '*)
    seen=$((seen + 1))
    out=$(${line#\$ } 2>&1 </dev/null) || fail "$line"$'\n'"$out"
    ;;
  *...) ;;
  *) grep -qF -- "$line" <<<"$out" || fail "README.md says, and the program does not: $line" ;;
  esac
done < <(awk '/^\$ build\/stance/ {on = 1} /^```/ {on = 0} on' "$root/README.md")
[ "$seen" -ge 2 ] || fail "README.md has $seen commands"
finish
