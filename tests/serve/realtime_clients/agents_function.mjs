// OpenAI's agents library for JavaScript, as it is, with a function that is called by voice. Prints a line of
// JSON.
// usage: node agents_function.mjs HOST:PORT COMMAND.pcm ANSWER.pcm

import fs from "node:fs";
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from "@openai/agents/realtime";
import { z } from "zod";

const [host, command, answer] = process.argv.slice(2);
const told = { errors: [], places: [] };
const lamp = tool({
  name: "turn_on_lamp",
  description: "Turns a lamp on.",
  parameters: z.object({ place: z.string() }),
  execute: async ({ place }) => {
    told.places.push(place);
    return "The lamp in the kitchen is on now.";
  },
});
const transport = new OpenAIRealtimeWebSocket({ url: `ws://${host}/v1/realtime`, useInsecureApiKey: true });
const instructions = "You are Vivi, a friendly voice assistant.";
const agent = new RealtimeAgent({ name: "Vivi", instructions, tools: [lamp] });
const session = new RealtimeSession(agent, { transport, model: "vivi" });
const audio = [];
session.on("audio", ({ data }) => audio.push(Buffer.from(data)));
session.on("error", (error) => told.errors.push(JSON.stringify(error)));

// The first response is the call; the answer comes with the next.
const answered = new Promise((came) => {
  session.on("transport_event", (event) => {
    if (event.type === "response.done" && audio.length > 0) came();
  });
});

const PIECE = 960;
await session.connect({ apiKey: "any" });
const bytes = new Uint8Array(fs.readFileSync(command));
for (let at = 0; at < bytes.length; at += PIECE) {
  session.sendAudio(bytes.slice(at, at + PIECE).buffer);
  await new Promise((done) => setTimeout(done, 20));
}
// A microphone goes on when nobody speaks.
const silence = setInterval(() => session.sendAudio(new ArrayBuffer(PIECE)), 20);
await answered;
clearInterval(silence);
fs.writeFileSync(answer, Buffer.concat(audio));
console.log(JSON.stringify(told));
process.exit(0);
