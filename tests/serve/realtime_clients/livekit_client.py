"""LiveKit's agents with their plugin for Realtime, as they are: a question, a long reply to a written one that is
interrupted, and what they then take for the conversation. Prints a line of JSON.

usage: python3 livekit_client.py HOST:PORT QUESTION.pcm STOP.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

from livekit.agents import Agent, AgentSession
from livekit.plugins import openai
from livekit_devices import LIMIT_S, Loudspeaker, Microphone
from openai.types.realtime.realtime_audio_input_turn_detection import SemanticVad

HOST, QUESTION, STOP, ANSWER = sys.argv[1:]


async def main():
    told = {"errors": [], "truncated": []}
    model = openai.realtime.RealtimeModel(
        base_url=f"http://{HOST}/v1",
        api_key="any",
        model="vivi",
        # Named, it is the server that detects turns, not a model of LiveKit's.
        turn_detection=SemanticVad(type="semantic_vad", interrupt_response=True),
    )
    # Nothing of the loudspeaker gets into this microphone: it may interrupt at once.
    session = AgentSession(llm=model, aec_warmup_duration=None)
    microphone, loudspeaker = Microphone(), Loudspeaker()
    session.input.audio, session.output.audio = microphone, loudspeaker
    session.on("error", lambda event: told["errors"].append(str(event.error)))
    agent = Agent(instructions="You are Vivi, a voice assistant.")
    await session.start(agent)
    truncated = asyncio.Event()

    def listen(event):
        if event["type"] == "conversation.item.truncated":
            told["truncated"].append(event["audio_end_ms"])
            truncated.set()

    agent.realtime_llm_session.on("openai_server_event_received", listen)
    microphone.say(QUESTION)
    await loudspeaker.is_silent.wait()
    with open(ANSWER, "wb") as file:
        file.write(loudspeaker.played)

    reply = session.generate_reply(user_input="What can you do?")
    await loudspeaker.has_played(0.7)
    microphone.say(STOP)
    await loudspeaker.is_cut.wait()
    await truncated.wait()
    await reply
    told["history"] = [
        {"role": item.role, "interrupted": item.interrupted, "text": item.text_content}
        for item in session.history.items
        if item.type == "message"
    ]
    print(json.dumps(told))
    loudspeaker.playing.cancel()
    await session.aclose()
    await model.aclose()


asyncio.run(asyncio.wait_for(main(), LIMIT_S))
