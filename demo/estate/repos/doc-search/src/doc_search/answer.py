"""Answers one question from the tariff index."""
import os

import anthropic
from pinecone import Pinecone

client = anthropic.Anthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
index = Pinecone(api_key=os.environ["PINECONE_API_KEY"]).Index("tariffs")


def answer(question: str, vector: list[float]) -> str:
    pages = index.query(vector=vector, top_k=6, include_metadata=True)
    context = "\n\n".join(m["metadata"]["text"] for m in pages["matches"])
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=800,
        system="Answer from the pages only. Name the page.",
        messages=[{"role": "user", "content": f"{context}\n\n{question}"}],
    )
    return reply.content[0].text
