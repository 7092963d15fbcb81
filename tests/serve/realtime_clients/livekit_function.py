"""LiveKit's agents with their plugin for Realtime, as they are, with a function that is called by voice. Prints a line
of JSON.

usage: python3 livekit_function.py HOST:PORT COMMAND.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

from livekit.agents import Agent, AgentSession, function_tool
from livekit.plugins import openai
from livekit_devices import LIMIT_S, Loudspeaker, Microphone
from openai.types.realtime.realtime_audio_input_turn_detection import SemanticVad

HOST, COMMAND, ANSWER = sys.argv[1:]
told = {"errors": [], "places": []}


@function_tool
async def turn_on_lamp(place: str) -> str:
    """Turns a lamp on.

    Args:
        place: the room
    """
    told["places"].append(place)
    return "The lamp in the kitchen is on now."


async def main():
    model = openai.realtime.RealtimeModel(
        base_url=f"http://{HOST}/v1",
        api_key="any",
        model="vivi",
        # Named, it is the server that detects turns, not a model of LiveKit's.
        turn_detection=SemanticVad(type="semantic_vad", interrupt_response=True),
    )
    session = AgentSession(llm=model)
    microphone, loudspeaker = Microphone(), Loudspeaker()
    session.input.audio, session.output.audio = microphone, loudspeaker
    session.on("error", lambda event: told["errors"].append(str(event.error)))
    instructions = "You are Vivi, a friendly voice assistant."
    await session.start(Agent(instructions=instructions, tools=[turn_on_lamp]))
    microphone.say(COMMAND)
    # Nothing is said before the call: what sounds is the answer.
    await loudspeaker.is_silent.wait()
    with open(ANSWER, "wb") as file:
        file.write(loudspeaker.played)
    print(json.dumps(told))
    loudspeaker.playing.cancel()
    await session.aclose()
    await model.aclose()


asyncio.run(asyncio.wait_for(main(), LIMIT_S))
