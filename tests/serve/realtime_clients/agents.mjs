// OpenAI's agents library for JavaScript, as it is: a question, a long reply to a written one that is
// interrupted, and what it then takes for the conversation. Prints a line of JSON.
// usage: node agents.mjs HOST:PORT QUESTION.pcm STOP.pcm ANSWER.pcm

import fs from "node:fs";
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from "@openai/agents/realtime";

const [host, question, stop, answer] = process.argv.slice(2);
const instructions = "You are Vivi, a voice assistant.";
const transport = new OpenAIRealtimeWebSocket({ url: `ws://${host}/v1/realtime`, useInsecureApiKey: true });
const session = new RealtimeSession(new RealtimeAgent({ name: "Vivi", instructions }), { transport, model: "vivi" });
const told = { errors: [], interrupted: 0 };
const audio = [];
session.on("audio", ({ data }) => audio.push(Buffer.from(data)));
session.on("audio_interrupted", () => told.interrupted++);
session.on("error", (error) => told.errors.push(JSON.stringify(error)));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const PIECE = 960;

async function say(file) {
  const bytes = new Uint8Array(fs.readFileSync(file));
  const begun = performance.now();
  for (let at = 0; at < bytes.length; at += PIECE) {
    session.sendAudio(bytes.slice(at, at + PIECE).buffer);
    // By the clock: on a busy machine, too, it is not sent slower than it was said.
    await sleep(begun + (20 * at) / PIECE + 20 - performance.now());
  }
}

// A microphone goes on when nobody speaks.
async function silenceUntil(event) {
  const silence = setInterval(() => session.sendAudio(new ArrayBuffer(PIECE)), 20);
  const came = await event;
  clearInterval(silence);
  return came;
}

const next = (type) =>
  new Promise((came) => {
    const look = (event) => {
      if (event.type !== type) return;
      session.off("transport_event", look);
      came(event);
    };
    session.on("transport_event", look);
  });

await session.connect({ apiKey: "any" });
const answered = next("response.done");
await say(question);
await silenceUntil(answered);
fs.writeFileSync(answer, Buffer.concat(audio));

const begins = next("response.output_audio.delta");
const ends = next("response.done");
session.sendMessage("What can you do?");
await silenceUntil(begins);
await silenceUntil(sleep(700));
await say(stop);
told.status = (await silenceUntil(ends)).response.status;
await silenceUntil(sleep(500));
told.history = session.history.map((item) => ({
  role: item.role,
  status: item.status,
  text: item.content?.map((part) => part.transcript ?? part.text).join(" "),
}));
console.log(JSON.stringify(told));
process.exit(0);
