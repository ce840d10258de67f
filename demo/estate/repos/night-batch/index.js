import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic();
const reply = await client.messages.create({
  model: "claude-haiku-4-5",
  max_tokens: 400,
  messages: [{ role: "user", content: "Summarise the delays of last night." }],
});
console.log(reply.content[0].text);
