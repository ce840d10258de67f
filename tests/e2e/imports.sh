# What source code imports: by tree and by tokens, in every language, from new files and known ones.
. "$(dirname "$0")/lib.bash"
t=$work/t
mkdir -p "$t"/{web,py/openai_helpers,own/anthropic,rs,go,jvm,net,vendor/x,tests,big,deep}
scanned() { # [OPTION...]
  scan "$t" --fail-on never "$@"
  case $status in 0 | 3) ;; *) fail "scan $*: status $status"; sed 's/^/   | /' "$work/err" ;; esac
}

echo '{"name": "web", "dependencies": {"openai": "4.0.0"}}' >"$t/web/package.json"
printf "import OpenAI from 'openai';\nconst { x } = await import('@anthropic-ai/sdk');\n" >"$t/web/a.ts"
printf "<template>openai</template>\n<script setup>\nimport { useChat } from '@ai-sdk/vue';\n</script>\n" >"$t/web/a.vue"
printf "import x from './openai';\n// import y from 'cohere-ai'\nconst s = \"import z from 'cohere-ai'\";\n" >"$t/web/none.js"
printf 'from google import (\n    genai,\n)\n\ndef f():\n    import openai\n' >"$t/py/a.py"
printf '"""\nimport cohere\n"""\n# import cohere\nfrom . import cohere\nfrom .cohere import x\n' >"$t/py/none.py"
touch "$t/own/anthropic/__init__.py"
echo 'import anthropic' >"$t/own/main.py"
echo 'use async_openai::Client;' >"$t/rs/main.rs"
printf 'package main\n\nimport (\n\t"github.com/sashabaranov/go-openai"\n)\n' >"$t/go/main.go"
echo 'import com.openai.client.OpenAIClient;' >"$t/jvm/A.java"
echo 'using OpenAI.Chat;' >"$t/net/A.cs"
echo 'import groq' >"$t/tests/test_a.py"
{ printf 'import mistralai\n'; head -c 600000 /dev/zero | tr '\0' '\n'; printf 'import cohere\n'; } >"$t/big/a.py"
{ printf 'import together\nx = '; head -c 100000 /dev/zero | tr '\0' '('; } >"$t/deep/a.py"
scanned --no-cache
cp "$work/out" "$work/first"
hold <<'EOF'
an import is a place of the package :: {("web/a.ts", 1), ("web/package.json", 1)} <= {(e["path"], e["line"]) for a in assets("package", "openai") for w in a["where"] for e in [w["evidence"]]}
declared and imported is one package of one application :: len([r for r in d["relations"] if r["verb"] == "uses" and r["from"] in [a["id"] for a in assets("application", "web")] and r["to"] in [a["id"] for a in assets("package", "openai")]]) == 1
a package that no manifest names says so :: [w["what"]["undeclared"]["value"] for a in assets("package", "@anthropic-ai/sdk") for w in a["where"]] == [True]
one that a manifest names says so, too :: [w["what"]["undeclared"]["value"] for a in assets("package", "openai") for w in a["where"] if w["evidence"]["path"] == "web/a.ts"] == [False]
code in a component :: [(e["path"], e["line"]) for a in assets("package", "@ai-sdk/vue") for w in a["where"] for e in [w["evidence"]]] == [("web/a.vue", 3)]
several lines :: [(e["path"], e["line"]) for a in assets("package", "google-genai") for w in a["where"] for e in [w["evidence"]]] == [("py/a.py", 1)]
inside a function :: any(w["evidence"]["path"] == "py/a.py" and w["evidence"]["line"] == 6 for a in A for w in a["where"] if a["name"] == "openai")
texts, comments and relative imports are none :: not [w for a in assets("package") for w in a["where"] if "none." in w["evidence"]["path"]]
a folder of the repository hides a package :: not assets("package", "anthropic")
other languages :: {"async-openai", "github.com/sashabaranov/go-openai", "com.openai:openai-java", "OpenAI"} <= {a["name"] for a in assets("package")}
a test is labelled :: [w["labels"] for a in assets("package", "groq") for w in a["where"]] == [["test"]]
a large file is read by its tokens :: {"mistralai", "cohere"} <= {a["name"] for a in assets("package")}
and is partial :: [c["reason"] for c in gaps("big/a.py")] == ["too large for a syntax tree: only imports are read, from its tokens"]
of other languages it is told that only imports are read :: [c["files"] for c in C if c["path"] == "no-reader:code-uses"] == [4]
what stands before a thousand brackets :: assets("package", "together")
EOF

# Facts that were kept say the same, and so does the code after a change elsewhere.
places() { python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
print(sorted((a["id"], e["path"], e.get("line")) for a in d["assets"] for w in a["where"]
             for e in [w["evidence"]]), sorted((r["from"], r["verb"], r["to"]) for r in d["relations"]))' "$1"; }
scanned --cache "$work/kept"
scanned --cache "$work/kept" --threads 1
[ "$(places "$work/first")" = "$(places "$work/out")" ] || fail "a scan of known files says something else"
mv "$t/own/anthropic" "$t/own/other"
scanned --cache "$work/kept"
holds "what hid a package is gone" '[e["path"] for a in assets("package", "anthropic") for w in a["where"] for e in [w["evidence"]]] == ["own/main.py"]'
echo '{"name": "web"}' >"$t/web/package.json"
scanned --cache "$work/kept"
holds "what a manifest no longer names is undeclared" '[w["what"]["undeclared"]["value"] for a in assets("package", "openai") for w in a["where"] if w["evidence"]["path"] == "web/a.ts"] == [True]'

# Of a commit the same code is parsed, and is no gap.
git -C "$t" init -q && git -C "$t" add -A &&
  git -C "$t" -c user.name=a -c user.email=a@b.c commit -qm all || fail "no repository"
scanned --rev HEAD
holds "code of a commit is parsed" '[c["path"] for c in gaps() if c["path"].endswith((".ts", ".py")) and "big/" not in c["path"]] == []'
finish
