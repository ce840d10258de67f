# Files without end: memory stays flat, the limit is told, what lies inside is found.
. "$(dirname "$0")/lib.bash"
t=$work/t
mkdir -p "$t"
key=$("$root/demo/make" --keys | grep '^gsk')
# 200 MB on one line, with a key in the middle of it.
{ head -c 100000000 /dev/zero | tr '\0' a; printf ' GROQ_API_KEY=%s ' "$key"; head -c 100000000 /dev/zero | tr '\0' b; } >"$t/one-line.txt"
mkdir "$t/p" "$t/q"
{ printf '{"name": "'; head -c 200000000 /dev/zero | tr '\0' c; printf '"}'; } >"$t/p/package.json"
truncate -s 4G "$t/sparse.bin"
{ printf '\x02\0\0\0\0\0\0\0{}'; } >"$t/sparse.safetensors" && truncate -s 4G "$t/sparse.safetensors"
server "$t/q/.mcp.json" fine
python3 - "$work" "$STANCE" "$t" <<'P' || fail "the scan of large files"
import resource, subprocess, sys
work, stance, t = sys.argv[1:]
with open(work + "/out", "wb") as out:
    done = subprocess.run([stance, "scan", "--db", ":memory:", "--format", "json", "--evidence", "all",
                           "--allow-weak-sandbox", t], stdout=out, timeout=60)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
if done.returncode not in (1, 3) or peak > 300:
    sys.exit(f"status {done.returncode}, {peak:.0f} MiB")
P
holds "the key in the long line is found" 'any(f["evidence"][0]["path"] == "one-line.txt" for f in F if f["control"].startswith("AISPM-SEC"))'
holds "a manifest over the limit is told" 'gaps("p/package.json")'
holds "a neighbour is read" 'assets("mcp_server", "fine")'
holds "a sparse model file is listed or told" 'assets("model_file") or gaps("sparse.safetensors")'

# Text first, then nothing for long: it must end. (1 GB, so that it does so soon.)
mkdir "$work/s"
head -c 8192 /dev/zero | tr '\0' x >"$work/s/sparse.txt"
truncate -s 1G "$work/s/sparse.txt"
scan "$work/s"
case $status in 0 | 3) ;; *) fail "a sparse text ends with $status" ;; esac
finish
