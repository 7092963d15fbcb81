"""OpenAI's agents library for Python, as it is: a question, a long reply to a written one that is interrupted,
and what it then takes for the conversation. Prints a line of JSON.

usage: python3 agents_client.py HOST:PORT QUESTION.pcm STOP.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

from agents.realtime import RealtimeAgent, RealtimeRunner
from pace import Pace

HOST, QUESTION, STOP, ANSWER = sys.argv[1:]
PIECE = 960


async def main():
    agent = RealtimeAgent(name="Vivi", instructions="You are Vivi, a voice assistant.")
    detection = {"type": "semantic_vad", "interrupt_response": True}
    settings = {"model_name": "vivi", "turn_detection": detection}
    runner = RealtimeRunner(agent, config={"model_settings": settings})
    url = f"ws://{HOST}/v1/realtime?model=vivi"
    async with await runner.run(model_config={"api_key": "any", "url": url}) as session:
        told = {"errors": [], "interrupted": 0}
        audio = bytearray()
        answered, begins, cut = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def listen():
            async for event in session:
                if event.type == "audio" and answered.is_set():
                    begins.set()
                elif event.type == "audio":
                    audio.extend(event.audio.data)
                elif event.type == "audio_end":
                    answered.set()
                elif event.type == "audio_interrupted":
                    told["interrupted"] += 1
                    cut.set()
                elif event.type == "error":
                    told["errors"].append(str(event.error))

        async def send(sound):
            pace = Pace()
            for at in range(0, len(sound), PIECE):
                await session.send_audio(sound[at : at + PIECE])
                await pace.tick()

        async def say(file):
            with open(file, "rb") as sound:
                await send(sound.read())

        async def silence_until(event):
            """A microphone goes on when nobody speaks."""
            while not event.is_set():
                await send(bytes(PIECE))

        listening = asyncio.create_task(listen())
        await say(QUESTION)
        await silence_until(answered)
        with open(ANSWER, "wb") as file:
            file.write(audio)
        await session.send_message("What can you do?")
        await silence_until(begins)
        await send(bytes(35 * PIECE))
        await say(STOP)
        await silence_until(cut)
        await send(bytes(25 * PIECE))
        told["history"] = [
            {
                "role": getattr(item, "role", None),
                "status": getattr(item, "status", None),
                "text": " ".join(
                    getattr(part, "transcript", None) or getattr(part, "text", None) or ""
                    for part in getattr(item, "content", [])
                ),
            }
            for item in session._history
        ]
        print(json.dumps(told))
        listening.cancel()


asyncio.run(main())
