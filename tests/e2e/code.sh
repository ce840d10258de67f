#!/usr/bin/env bash
# What code makes of SDKs: models, agents and tools, which of them use which, whose they are, and that
# what only looks like one says nothing.
. "$(dirname "$0")/lib.bash"
t=$work/app
export SOURCE_DATE_EPOCH=1790000000
mkdir -p "$t/py" "$t/web" "$t/none"
printf '[project]\nname = "desk"\ndependencies = ["openai-agents==0.1.0"]\n' >"$t/py/pyproject.toml"
cat >"$t/py/desk.py" <<'E'
import os
from agents import Agent, function_tool
from openai import OpenAI

MODEL = os.getenv("DESK_MODEL", "gpt-4o-mini")
client = OpenAI(base_url="https://openrouter.ai/api/v1")

@function_tool
def remove(path: str):
    """Removes a file."""
    os.remove(path)

refunds = Agent(name="Refunds", instructions="You refund.", model=MODEL, tools=[remove])
desk = Agent(name="Desk", instructions="You route.", model="gpt-5", handoffs=[refunds])

def ask(m):
    return client.chat.completions.create(model="anthropic/claude-3-haiku", messages=m)

def other(model):
    return client.chat.completions.create(model=model, messages=[])
E
echo '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2.0.0"}}' >"$t/web/package.json"
cat >"$t/web/chat.ts" <<'E'
import { openai } from "@ai-sdk/openai";
import { generateText, tool } from "ai";
const weather = tool({ description: "Weather of a city", execute: async ({ city }) => city });
export const answer = (q: string) =>
  generateText({ model: openai("gpt-4.1"), system: "Be kind.", prompt: q, tools: { weather } });
E
printf 'from mine import Agent, OpenAI\nAgent(name="x", tools=[])\nOpenAI().chat.completions.create(model="gpt-4o")\n' >"$t/none/a.py"
printf '"""\nfrom agents import Agent\nAgent(name="x")\n"""\n' >"$t/none/b.py"
scanned() { scan "$t" "$@"; }
scanned --no-cache
cp "$work/out" "$work/first"
hold <<'E'
agents with their names and places :: {(a["name"], w["evidence"]["path"], w["evidence"]["pointer"]) for a in assets("agent") for w in a["where"]} >= {("Refunds", "py/desk.py", "/refunds"), ("Desk", "py/desk.py", "/desk")}
what an agent is told and may call :: [(a["what"]["instructions"]["value"], a["what"]["tools"]["value"], a["what"]["model"]["value"], a["what"]["model"]["state"]) for a in assets("agent", "Refunds")] == [("You refund.", ["remove"], "gpt-4o-mini", "default")]
a tool with what the model hands to it :: [(a["what"]["parameters"]["value"], a["what"]["description"]["value"]) for a in assets("tool", "remove")] == [(["path"], "Removes a file.")]
another address is another provider :: [a["what"]["provider"]["value"] for a in assets("model", "claude-3-haiku")] == ["openrouter"]
what is not known is there and says so :: [a["what"]["model"]["state"] for a in assets("model", "a model of OpenRouter")] == ["unresolved"]
the variable that decides :: [w["what"]["variable"]["value"] for a in assets("model", "gpt-4o-mini") for w in a["where"]] == ["DESK_MODEL"]
a tool of TypeScript :: [a["what"]["description"]["value"] for a in assets("tool", "weather")] == ["Weather of a city"]
a model of TypeScript :: [a["what"]["provider"]["value"] for a in assets("model", "gpt-4.1")] == ["openai"]
who uses what :: {("Refunds", "uses", "remove"), ("Desk", "delegates_to", "Refunds"), ("Refunds", "calls", "gpt-4o-mini"), ("desk", "calls", "claude-3-haiku"), ("Desk", "defined_in", "desk"), ("web", "calls", "gpt-4.1"), ("claude-3-haiku", "provided_by", "OpenRouter")} <= {(N[r["from"]], r["verb"], N[r["to"]]) for N in [{a["id"]: a["name"] for a in A}] for r in d["relations"]}
names of nobody and texts are nothing :: not [w for a in A if a["kind"] in ("agent", "model", "tool") for w in a["where"] if w["evidence"]["path"].startswith("none/")]
E
scanned --no-cache --threads 1
[ "$(plain "$work/first")" = "$(plain "$work/out")" ] || fail "one thread says something else than two"
# A line before it moves a definition, and it is the same one.
sed -i '1i # moved' "$t/py/desk.py"
scanned --no-cache
holds "definitions keep their ids when lines move" 'sorted(a["id"] for a in assets("agent")) == sorted(a["id"] for a in json.load(open(sys.argv[1].replace("/out", "/first")))["assets"] if a["kind"] == "agent")'
finish
