#!/usr/bin/env bash
# What is known of AI vendors and projects: listed, shown with its sources, searched, its gaps; and
# whether a pack of one's own fits.
. "$(dirname "$0")/lib.bash"
says() { grep -qF -e "$2" "$work/out" || fail "$1: '$2' is not printed"; }

expect 0 "the list" "$STANCE" catalog list --format json
python3 - "$work/out" <<'P' || fail "the list of entries"
import json, sys
rows = {r["id"]: r for r in json.load(open(sys.argv[1]))}
assert len(rows) >= 400, len(rows)
assert rows["openai"]["category"] == "model-api" and rows["openai"]["runs"] == "vendor"
assert list(rows) == sorted(rows)
P
expect 0 "an entry" "$STANCE" catalog show openai
says "an entry" api.openai.com
says "an entry" OPENAI_API_KEY
expect 2 "an entry that is not there" "$STANCE" catalog show openia
told "an entry that is not there" 'no entry of the id, name or alias "openia"'
told "an entry that is not there" 'did you mean openai'
for word in OPENAI OpenAI "azure-OpenAI" "aws bedrock" API.Groq.com; do
  case $word in API*) expect 2 "an entry by a host" "$STANCE" catalog show "$word" ;; *)
    expect 0 "an entry by $word" "$STANCE" catalog show "$word" ;;
  esac
done
told "an entry by a host" 'did you mean groq'

# What somebody has in hand leads to the fact that knows it, under the name that `show` has for it.
leads() { # TEXT ENTRY FACT VALUE
  expect 0 "$1" "$STANCE" catalog search --format csv "$1"
  grep -q "^$2,[^,]*,$3,$4\$" "$work/out" || fail "$1 does not lead to $2 $3 $4: $(cat "$work/out")"
  expect 0 "$2" "$STANCE" catalog show --format csv "$2"
  grep -q "^$3,$4," "$work/out" || fail "show $2 does not call it $3"
}
leads https://api.groq.com/openai/v1?x=1 groq hosts.api api.groq.com
leads api.groq.com:443/x groq hosts.api api.groq.com
leads docker.io/ollama/ollama:0.5 ollama images ollama/ollama
leads npm:openai openai packages.npm openai
leads pkg:npm/groq%2Dsdk@1.0 groq packages.npm groq-sdk
leads "anthropic[bedrock]==1.0" anthropic packages.pypi anthropic
leads GROQ_API_KEY groq env GROQ_API_KEY
expect 0 "the first hit" "$STANCE" catalog search --format csv OPENAI
[ "$(sed -n 2p "$work/out")" = openai,OpenAI,name,OpenAI ] || fail "what is the text does not come first"
expect 0 "near" "$STANCE" catalog search opnai
told "near" 'near to it: openai'
expect 0 "a model" "$STANCE" catalog search gpt-4o-mini
told "a model" 'stance catalog model'
expect 0 "a host" "$STANCE" catalog search --format json api.openai.com
says "a host" '"openai"'
expect 0 "a look-alike" "$STANCE" catalog search notopenai.com
told "a look-alike" "knows nothing"
expect 0 "gaps" "$STANCE" catalog gaps openai
says "gaps" "entries are complete"
expect 0 "counts" "$STANCE" catalog check
says "counts" "without source"
expect 0 "a model" "$STANCE" catalog model ft:gpt-5:acme::x1
says "a model" gpt-5-2025-08-07
says "a model" 2026-12-11
says "a model" 400000
expect 0 "an unknown model" "$STANCE" catalog model nothing-1
says "an unknown model" unknown
expect 2 "a wrong word" "$STANCE" catalog lsit
told "a wrong word" 'did you mean `stance catalog list`'
for verb in model search show gaps check; do
  for empty in "" " "; do
    expect 2 "an empty $verb" "$STANCE" catalog $verb "$empty"
    told "an empty $verb" "catalog $verb wants .*is empty"
    told "an empty $verb" "hint: such as"
  done
done
expect 2 "no model" "$STANCE" catalog model
told "no model" "wants the NAME of a model"
expect 2 "a category" "$STANCE" catalog gaps model-apis
told "a category" 'did you mean model-api'
expect 2 "too many words" "$STANCE" catalog list openai

p=$work/pack
mkdir -p "$p/entries"
entry() { # HOST EXAMPLE
  cat >"$p/entries/acme-minds.yaml" <<END
id: acme-minds
name: Acme Minds
category: model-api
runs: vendor
sources: [{url: "https://docs.acme-minds.example/", read: 2026-11-23, says: [hosts]}]
hosts: {api: [$1]}
examples:
  hosts: {match: ["$2"], no_match: [acme-minds.example]}
END
}
entry api.acme-minds.example https://api.acme-minds.example/v1
expect 0 "a pack" "$STANCE" catalog check "$p"
says "a pack" "entries         1"
says "a pack" "replaced        0"
entry api.acme-minds.example https://acme-minds.example.evil.example/
expect 5 "an example that leads elsewhere" "$STANCE" catalog check "$p"
told "an example that leads elsewhere" 'acme-minds.yaml:8:.*leads to no entry'
entry api.openai.com https://api.openai.com/v1
expect 5 "a host of another" "$STANCE" catalog check "$p"
told "a host of another" "pack/entries/acme-minds.yaml:6:.*'api.openai.com' is claimed twice, by 'acme-minds' and 'openai' .built in"
mv "$p/entries/acme-minds.yaml" "$p/entries/acme.yaml"
expect 5 "another id than the file" "$STANCE" catalog check "$p"
expect 2 "no folder" "$STANCE" catalog check "$work/nothing"

# A pack in the data folder is part of what every command knows.
use=$XDG_DATA_HOME/stance/packs/ours
mkdir -p "$use/entries" "$use/patterns" "$work/t"
cat >"$use/entries/acme-minds.yaml" <<'END'
id: acme-minds
name: Acme Minds
category: model-api
runs: vendor
sources: [{url: "https://docs.acme-minds.example/", read: 2026-11-23, says: [packages]}]
packages: {npm: ["@acme-minds/client"]}
images: [acme-minds/server]
keys:
  - kind: acme-minds-key
    keywords: ["acm_"]
    pattern: 'acm_[A-Za-z0-9]{32}'
    examples: {match: ['ACME=acm_{alnum:32}'], no_match: ['acm_xxx']}
examples:
  packages: {match: ["npm:@acme-minds/client"], no_match: ["npm:acme-minds"]}
  images: {match: ["acme-minds/server:1"], no_match: ["acme-minds/server-ui"]}
END
echo 'kinds: [{kind: acme-minds-key, class: SECRET, means: "Acme Minds key"}]' >"$use/patterns/kinds.yaml"
echo '{"name": "shop", "dependencies": {"@acme-minds/client": "1.0.0", "openai": "4.0.0"}}' >"$work/t/package.json"
echo "ACME_KEY=acm_$(printf key | sha256sum | head -c 32)" >"$work/t/.env"
server "$work/t/.cursor/mcp.json" files
echo be kind >"$work/t/AGENTS.md"
echo 'import {Client} from "@acme-minds/client"' >"$work/t/a.ts"
echo 'fetch("https://api.groq.com/openai/v1"); fetch("https://api.groq.com.evil.example/");' >"$work/t/b.js"
echo 'MISTRAL_API_KEY=' >"$work/t/local.env"
cat >"$work/t/docker-compose.yml" <<'END'
services:
  # image: vllm/vllm-openai
  a: {image: "ollama/ollama:${T:-0.5}"}
  b: {image: acme-minds/server}
  c: {image: qdrant/qdrant-webui, command: "image: qdrant/qdrant"}
END
echo 'FROM r.example:5000/mirror/chromadb/chroma' >"$work/t/Dockerfile"
scan "$work/t"
hold <<'END'
the package of the pack :: assets("package", "@acme-minds/client")
the vendor of the pack :: any(a["name"] == "Acme Minds" for a in assets("service"))
what is built in :: assets("package", "openai")
the key of the pack :: any("acme-minds-key" in str(a) for a in assets("credential"))
each says which row saw it :: all("catalog_row" in a["what"] or "catalog_row" in str(a["where"]) for k in ("package", "service", "credential", "agent_host", "mcp_server", "instruction_file") for a in assets(k))
a package by its name :: "acme-minds packages.npm @acme-minds/client" in str(assets("package", "@acme-minds/client"))
a package by its import :: "acme-minds imports.javascript @acme-minds/client" in str(A)
a key by its shape :: "acme-minds keys acme-minds-key" in str(assets("credential"))
a vendor by its host :: "groq hosts.api api.groq.com" in str(assets("service"))
a vendor by a variable :: "mistral env MISTRAL_API_KEY" in str(assets("service"))
a server by its image :: "ollama images ollama/ollama" in str(assets("inference_server", "Ollama")) and "docker-compose.yml" in str(assets("inference_server"))
a copy of an image in a registry of one's own :: "chroma images chromadb/chroma" in str(assets("vector_store")) and len(assets("vector_store")) == 1
an image of the pack :: "acme-minds images acme-minds/server" in str(assets("deployment"))
a host by its file :: "cursor agent.file .cursor/mcp.json" in str(assets("agent_host"))
END
knowledge() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["scan"]["knowledge_version"])' "$work/out"; }
with=$(knowledge)
expect 0 "the list knows the pack" "$STANCE" catalog show acme-minds
says "the list knows the pack" "@acme-minds/client"
echo 'id: other' >"$use/entries/acme-minds.yaml"
expect 5 "a broken pack stops the check" "$STANCE" catalog check
expect 5 "a broken pack stops a scan" "$STANCE" scan --db :memory: "$work/t"
told "a broken pack stops a scan" 'entries/acme-minds.yaml'
told "a broken pack stops a scan" 'packs/ours'
rm -r "$use"
scan "$work/t"
holds "without the pack" 'not assets("package", "@acme-minds/client") and assets("package", "openai")'
[ "$with" != "$(knowledge)" ] || fail "the record does not tell which knowledge was used"

finish
