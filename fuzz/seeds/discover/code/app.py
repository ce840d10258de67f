d"""Demo."""
import os
from openai import OpenAI, AsyncOpenAI
from agents import Agent, Runner, function_tool, WebSearchTool
import anthropic

MODEL = os.getenv("MODEL", "gpt-4o-mini")
client = OpenAI(base_url="https://openrouter.ai/api/v1")
SYSTEM = "You are helpful"

@function_tool
def get_weather(city: str, unit: str = "c") -> str:
    """Tells the weather of a city."""
    return "ok"

@function_tool("rm_files")
def remove(path: str):
    "Remove files."
    os.remove(path)

spanish = Agent(name="Spanish agent", instructions="You only speak Spanish.", model="gpt-4o-2024-08-06", tools=[get_weather])
triage = Agent(
    name="Triage", instructions=SYSTEM + "!", handoffs=[spanish], model=MODEL,
    tools=[get_weather, remove, WebSearchTool(), spanish.as_tool("x", "y")],
)

class Svc:
    def __init__(self, model: str = "claude-3-5-sonnet-20241022"):
        self.c = anthropic.Anthropic()
        self.model = model
    def ask(self, q):
        return self.c.messages.create(model=self.model, max_tokens=1024, messages=[])

def chat(m):
    return client.chat.completions.create(model="anthropic/claude-3-haiku", temperature=0.2, messages=m)

def chat2(m, model):
    return client.chat.completions.create(model=model, messages=m)
