bimport OpenAI from "openai";
import { Agent, tool, run } from "@openai/agents";
const openai = new OpenAI({ apiKey: process.env.K });
export async function ask(q: string) {
  return await openai.chat.completions.create({ model: process.env.MODEL ?? "gpt-4.1", messages: [] });
}
const getWeather = tool({ name: "get_weather", description: "Weather", parameters: {}, execute: async ({ city }) => city });
export const agent = new Agent({ name: "W", instructions: "x", model: "gpt-5", tools: [getWeather] });
