# The demo shows everything: each control fails and passes, something is unknown, something is a gap.
. "$(dirname "$0")/lib.bash"
demo "$work/demo"
scan "$work/demo"
[ "$status" -eq 1 ] || fail "the demo ends with $status, not 1"
{
for f in "$root"/controls/*/*.sql; do
  id=$(basename "$f" .sql)
  echo "$id fails nowhere in the demo :: fails('$id')"
  # A control about something that should not exist has no way to pass.
  if grep -q "'pass'" "$f"; then echo "$id passes nowhere in the demo :: passes('$id')"; fi
done
cat <<'END'
nothing is unknown :: any(f["verdict"] == "unknown" for f in F)
the broken configuration is no gap :: gaps("warehouse-kiosk/.cursor/mcp.json")
the notebook without a reader is no gap :: gaps("repos/demand-forecast/notebooks/explore.ipynb")
there are more gaps than that :: len(gaps()) == 2
END
for k in application package mcp_server agent_host instruction_file model_file credential service; do
  echo "no $k in the demo :: assets('$k')"
done
cat <<'END'
the server of three hosts is not one asset :: len(assets("mcp_server", "tickets")) == 1 and assets("mcp_server", "tickets")[0]["places"] >= 4
the clean repository has findings :: not [f for f in F if f["verdict"] == "fail" and "repos/style-guide" in f["evidence"][0].get("path", "")]
the disabled server has findings :: not [f for f in F if f["evidence"][0].get("pointer", "").endswith("/old-wiki") and f["category"] != "no-owner"]
the disabled server is not listed :: assets("mcp_server", "old-wiki")
the hidden text is not told :: any("curl" in json.dumps(a["what"]) for a in assets("instruction_file"))
owners differ by path :: len({a["owner"]["name"] for a in A if a["kind"] == "application" and a["owner"]["state"] == "known" and any("repos/platform" in w["evidence"]["path"] for w in a["where"])}) >= 3
an asset without controls has a score :: all(a["risk"]["band"] == "unassessed" and a["risk"]["score"] is None for a in A if not a["controls"]["items"])
an asset lacks one of its six facts :: all(a["where"] and a["owner"]["state"] and a["data"]["state"] and a["controls"]["state"] and a["risk"]["state"] for a in A)
a finding above info has no place :: all(f["evidence"] and f["evidence"][0].get("path") for f in F if f["severity"] != "info")
END
} >"$work/expected"
hold <"$work/expected"
finish
