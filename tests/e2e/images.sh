# Container images wherever a file names one, and what only looks like one.
. "$(dirname "$0")/lib.bash"
t=$work/t
mkdir -p "$t"/{yes/.github/workflows,no}
cd "$t/yes" || exit 1
printf 'up:\n\t@docker run -d --name x \\\n\t  ollama/ollama:0.5\n' >Makefile
printf 'jobs:\n  a:\n    steps:\n    - run: |\n        docker pull qdrant/qdrant\n' >.github/workflows/ci.yml
printf 'resource "docker_container" "c" {\n  image = "chromadb/chroma:1.0"\n}\n' >main.tf
printf 'images:\n- name: app\n  newName: ghcr.io/berriai/litellm\n  newTag: v1\n' >kustomization.yaml
printf '[Container]\nImage=docker.io/vllm/vllm-openai:latest\n' >v.container
printf 'services:\n  f: {image: mcp/fetch}\n' >compose.override.yml
printf '{"mcpServers": {"n": {"url": "https://mcp.notion.com/mcp"}}}\n' >.mcp.json
cd "$t/no" || exit 1
printf '# docker run ollama/ollama\necho docker run ollama/ollama\ndocker run alpine ollama/ollama\n' >a.sh
printf 'name = "ollama/ollama"\n# image = "ollama/ollama"\n' >main.tf
printf 'docker run ollama/ollama\n' >README.md
cd "$root" || exit 1
scan "$t" --fail-on never
hold <<'EOF'
nothing is invented :: not [e for a in A for w in a["where"] for e in [w["evidence"]] if e["path"].startswith("no/")]
a command that goes on over lines :: [(w["evidence"]["path"], w["evidence"]["line"], w["what"]["tag"]["value"] if "tag" in w.get("what", {}) else a["what"]["tag"]["value"]) for a in assets("inference_server", "Ollama") for w in a["where"]] == [("yes/Makefile", 3, "0.5")]
a step of a workflow :: [(w["evidence"]["line"], a["what"]["defined_by"]["value"]) for a in assets("vector_store", "Qdrant") for w in a["where"]] == [(5, "script")]
Terraform :: [a["what"]["catalog_row"]["value"] for a in assets("vector_store", "Chroma")] == ["chroma images chromadb/chroma"]
a new name in Kustomize :: [a["what"]["tag"]["value"] for a in assets("gateway", "LiteLLM")] == ["v1"]
a unit of Podman :: [a["what"]["version_state"]["value"] for a in assets("inference_server", "vLLM")] == ["floating"]
the image of an MCP server is one :: [a["what"]["package"]["value"] for a in assets("mcp_server", "fetch")] == ["oci:mcp/fetch"]
a remote server is its vendor's :: [r for r in d["relations"] if r["verb"] == "provided_by" and r["from"] == assets("mcp_server", "n")[0]["id"] and r["to"] == assets("service", "Notion AI")[0]["id"]]
nothing else :: {a["kind"] for a in A} == {"inference_server", "vector_store", "gateway", "mcp_server", "service", "agent_host"}
EOF
finish
