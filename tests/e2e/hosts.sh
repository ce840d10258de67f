# Which vendors code and settings talk to: addresses and variables, and what only looks like them.
. "$(dirname "$0")/lib.bash"
t=$work/t
mkdir -p "$t"/{yes,no}
cd "$t/yes" || exit 1
printf 'def f(r):\n    """See https://api.cohere.com"""\n    return post(f"https://bedrock-runtime.{r}.amazonaws.com/m")\n' >a.py
printf 'x({ placeholder: "https://api.cohere.com", hostname: "api.mistral.ai", path })\n' >a.ts
printf 'services:\n  a:\n    image: alpine\n    environment:\n      - GROQ_API_KEY=${GROQ_API_KEY}\n' >compose.yml
printf 'spec:\n  containers:\n  - env:\n    - name: ANTHROPIC_API_KEY\n      valueFrom: {}\n' >pod.yaml
printf 'llm:\n  host: api.deepseek.com\n' >settings.yaml
printf '{"cells": [\n{"cell_type": "code", "metadata": {}, "source": [\n"u = \\"https://api.x.ai/v1\\"\\n"]},\n{"cell_type": "markdown", "metadata": {}, "source": [\n"https://api.cohere.com\\n"]}]}\n' >a.ipynb
cd "$t/no" || exit 1
printf 'BLOCKED_HOSTS = ["api.openai.com", "api.cohere.com"]\nif host == "api.openai.com": pass\n' >a.py
printf 'x(" // ", "https://api.openai.com.evil.example", "https://notopenai.com") // https://api.openai.com\n' >a.js
printf 'rules:\n  - api.openai.com\n  # host: api.openai.com\ndescription: https://api.openai.com\n' >a.yaml
printf 'https://api.openai.com\n' >README.md
cd "$root" || exit 1
scan "$t" --fail-on never
hold <<'EOF'
nothing is invented :: not [e for a in A for w in a["where"] for e in [w["evidence"]] if e["path"].startswith("no/")]
a region that is put in :: [(w["evidence"]["path"], w["evidence"]["line"], w["evidence"]["column"]) for a in assets("service", "Amazon Bedrock") for w in a["where"]] == [("yes/a.py", 3, 27)]
a host without a scheme :: assets("service", "Mistral AI") and assets("service", "DeepSeek")
a variable of Compose :: [a["what"]["catalog_row"]["value"] for a in assets("service", "Groq")] == ["groq env GROQ_API_KEY"]
a variable of a manifest :: [a["what"]["catalog_row"]["value"] for a in assets("service", "Anthropic")] == ["anthropic env ANTHROPIC_API_KEY"]
a cell of code :: assets("service", "xAI")
docstrings, placeholders and cells of text :: not assets("service", "Cohere")
nothing else :: len(assets("service")) == 6
EOF
finish
