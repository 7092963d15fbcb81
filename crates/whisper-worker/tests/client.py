# Asks a server of speech to text about recordings, with the reference implementation of the protocol.
# usage: client.py URI live|at-once FILE.wav...
import asyncio
import sys
import wave

from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

FORMAT = {"rate": 16000, "width": 2, "channels": 1}


async def ask(client, path, live):
    with wave.open(path) as recording:
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(**FORMAT).event())
        while audio := recording.readframes(1024):
            await client.write_event(AudioChunk(audio=audio, **FORMAT).event())
            if live:
                await asyncio.sleep(1024 / 16000)
        await client.write_event(AudioStop().event())
    while True:
        event = await client.read_event()
        if TranscriptChunk.is_type(event.type):
            print(f"{event.type} {TranscriptChunk.from_event(event).text}")
        elif Transcript.is_type(event.type):
            print(f"{event.type} {Transcript.from_event(event).text}")
        elif TranscriptStop.is_type(event.type):
            return


async def main(uri, pace, *paths):
    async with AsyncClient.from_uri(uri) as client:
        await client.write_event(Describe().event())
        program = Info.from_event(await client.read_event()).asr[0]
        model = program.models[0]
        streams = program.supports_transcript_streaming
        print("info", program.name, model.name, model.languages, streams)
        await client.write_event(Ping(text="there?").event())
        print("pong", Pong.from_event(await client.read_event()).text)
        for path in paths:
            await ask(client, path, pace == "live")


asyncio.run(main(*sys.argv[1:]))
