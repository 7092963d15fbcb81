"""OpenAI's own client for Python, as it is: HTTP, and a question over Realtime that is answered in sound. Prints a
line of JSON.

usage: python3 openai_client.py HOST:PORT QUESTION.pcm ANSWER.pcm
"""

import asyncio
import base64
import json
import sys

from openai import AsyncOpenAI
from pace import Pace

HOST, QUESTION, ANSWER = sys.argv[1:]
PIECE = 960


async def main():
    client = AsyncOpenAI(
        api_key="any",
        base_url=f"http://{HOST}/v1",
        websocket_base_url=f"ws://{HOST}/v1",
    )
    told = {"events": []}
    asked = [{"role": "user", "content": "What is the capital of France?"}]
    answer = await client.chat.completions.create(model="vivi", messages=asked)
    told["chat"] = answer.choices[0].message.content
    spoken = await client.audio.speech.create(
        model="vivi", voice="alloy", input="The capital of France is Paris.", response_format="wav"
    )
    transcript = await client.audio.transcriptions.create(
        model="vivi", file=("a.wav", spoken.content)
    )
    told["transcript"] = transcript.text
    audio = bytearray()
    async with client.realtime.connect(model="vivi") as connection:
        detection = {"type": "semantic_vad", "eagerness": "high"}
        session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        await connection.session.update(session=session)

        async def speak():
            with open(QUESTION, "rb") as file:
                sound = file.read() + bytes(100 * PIECE)
            pace = Pace()
            for at in range(0, len(sound), PIECE):
                piece = base64.b64encode(sound[at : at + PIECE]).decode()
                await connection.input_audio_buffer.append(audio=piece)
                await pace.tick()

        speaking = asyncio.create_task(speak())
        async for event in connection:
            told["events"].append(event.type)
            if event.type == "response.output_audio.delta":
                audio.extend(base64.b64decode(event.delta))
            elif event.type == "response.done":
                told["usage"] = event.response.usage.total_tokens
                told["said"] = event.response.output[0].content[0].transcript
                break
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    with open(ANSWER, "wb") as file:
        file.write(audio)
    print(json.dumps(told))


asyncio.run(main())
