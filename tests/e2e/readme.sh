#!/usr/bin/env bash
# The commands of README.md about the demo, word for word: each line that stands below them there must
# be printed. Ids of keys are other ones in each installation, so ids of the first screen are not compared.
. "$(dirname "$0")/lib.bash"
mkdir "$work/build"
demo "$work/build/demo"
ln -s "$STANCE" "$work/build/stance"
cd "$work" || exit 1
run build/stance scan --no-cache --db build/demo.db build/demo
ids() { sed -E 's/\b[0-9a-f]{8}\b/ID/g'; }
ids <"$work/out" >"$work/screen"
awk '/^\$ \.\/run/ {on = 1; next} /^```/ {on = 0} on && !/^  \.\.\.$/' "$root/README.md" | ids >"$work/shown"
[ "$(wc -l <"$work/shown")" -gt 30 ] || fail "README.md shows no first screen"
while IFS= read -r line; do
  grep -qxF -- "$line" "$work/screen" || fail "README.md shows, and the demo does not: $line"
done <"$work/shown"
# The others line by line, in their order; only "..." stands for what is left out.
seen=0 rest='' left_out=
while IFS= read -r line; do
  case $line in
  '$ build/stance '*)
    seen=$((seen + 1))
    rest=$(${line#\$ } 2>&1 </dev/null) || fail "$line"$'\n'"$rest"
    rest+=$'\n' left_out=
    ;;
  *...) left_out=1 ;;
  *)
    [ -z "$left_out" ] || [[ $rest != *$'\n'"$line"$'\n'* ]] || rest=$line$'\n'${rest#*$'\n'"$line"$'\n'}
    [[ $rest == "$line"$'\n'* ]] || fail "README.md says, and the program does not: $line"
    rest=${rest#"$line"$'\n'} left_out=
    ;;
  esac
done < <(awk '/^\$ build\/stance/ {on = 1} /^```/ {on = 0} on' "$root/README.md")
[ "$seen" -ge 2 ] || fail "README.md has $seen commands"
finish
