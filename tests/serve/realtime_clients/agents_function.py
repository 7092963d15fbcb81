"""OpenAI's agents library for Python, as it is, with a function that is called by voice. Prints a line of JSON.

usage: python3 agents_function.py HOST:PORT COMMAND.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner
from pace import Pace

HOST, COMMAND, ANSWER = sys.argv[1:]
PIECE = 960
told = {"errors": [], "places": []}


@function_tool
def turn_on_lamp(place: str) -> str:
    """Turns a lamp on.

    Args:
        place: the room
    """
    told["places"].append(place)
    return "The lamp in the kitchen is on now."


async def main():
    agent = RealtimeAgent(
        name="Vivi", instructions="You are Vivi, a friendly voice assistant.", tools=[turn_on_lamp]
    )
    detection = {"type": "semantic_vad", "interrupt_response": True}
    settings = {"model_name": "vivi", "turn_detection": detection}
    runner = RealtimeRunner(agent, config={"model_settings": settings})
    url = f"ws://{HOST}/v1/realtime?model=vivi"
    async with await runner.run(model_config={"api_key": "any", "url": url}) as session:
        audio, answered = bytearray(), asyncio.Event()

        async def listen():
            async for event in session:
                if event.type == "audio":
                    audio.extend(event.audio.data)
                elif event.type == "audio_end":
                    answered.set()
                elif event.type == "error":
                    told["errors"].append(str(event.error))

        async def send(sound):
            pace = Pace()
            for at in range(0, len(sound), PIECE):
                await session.send_audio(sound[at : at + PIECE])
                await pace.tick()

        listening = asyncio.create_task(listen())
        with open(COMMAND, "rb") as sound:
            await send(sound.read())
        # A microphone goes on when nobody speaks.
        while not answered.is_set():
            await send(bytes(PIECE))
        with open(ANSWER, "wb") as file:
            file.write(audio)
        print(json.dumps(told))
        listening.cancel()


asyncio.run(main())
