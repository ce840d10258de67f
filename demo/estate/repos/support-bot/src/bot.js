// Drafts a reply to a customer; a person sends it.
import OpenAI from "openai";

const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });

export async function draft(ticket) {
  const reply = await client.chat.completions.create({
    model: "gpt-4.1-mini",
    messages: [
      { role: "system", content: "Draft a short, friendly reply. Promise nothing." },
      { role: "user", content: ticket.text },
    ],
  });
  return reply.choices[0].message.content;
}
