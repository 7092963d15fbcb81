"""Pipecat's Realtime service, as it is: a question, and a reply that is interrupted. Prints a line of JSON.

usage: python3 pipecat_client.py HOST:PORT QUESTION.pcm STORY.pcm STOP.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

import pipecat.services.openai.realtime.events as events
from loguru import logger
from pace import Pace
from pipecat.frames.frames import (
    ErrorFrame,
    InputAudioRawFrame,
    ProposedUserStartedSpeakingFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

HOST, QUESTION, STORY, STOP, ANSWER = sys.argv[1:]
PIECE = 960
# It says much, on the same channel.
logger.remove()


class Ear(FrameProcessor):
    """Notes what comes by; one stands before the service and one behind it."""

    def __init__(self):
        super().__init__()
        self.audio = bytearray()
        self.user = []
        self.errors = []
        self.speaks, self.is_silent, self.is_cut = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self.audio += frame.audio
            self.speaks.set()
        elif isinstance(frame, TTSStoppedFrame):
            self.is_silent.set()
        elif isinstance(frame, ProposedUserStartedSpeakingFrame):
            self.is_cut.set()
        elif isinstance(frame, TranscriptionFrame):
            self.user.append(frame.text)
        elif isinstance(frame, ErrorFrame):
            self.errors.append(str(frame.error))
        await self.push_frame(frame, direction)


async def main():
    heard = events.AudioInput(
        turn_detection=events.SemanticTurnDetection(), transcription=events.InputAudioTranscription()
    )
    session = events.SessionProperties(
        instructions="You are Vivi, a voice assistant.", audio=events.AudioConfiguration(input=heard)
    )
    url = f"ws://{HOST}/v1/realtime"
    service = OpenAIRealtimeLLMService(
        api_key="any", base_url=url, model="vivi", session_properties=session
    )
    before, behind = Ear(), Ear()
    rates = PipelineParams(audio_in_sample_rate=24000, audio_out_sample_rate=24000)
    task = PipelineTask(
        Pipeline([before, service, behind]), params=rates, cancel_on_idle_timeout=False
    )

    async def send(sound):
        pace = Pace()
        for at in range(0, len(sound), PIECE):
            piece = sound[at : at + PIECE]
            await task.queue_frame(
                InputAudioRawFrame(audio=piece, sample_rate=24000, num_channels=1)
            )
            await pace.tick()

    async def say(file):
        with open(file, "rb") as sound:
            await send(sound.read())

    async def silence_until(event):
        """A microphone goes on when nobody speaks."""
        while not event.is_set():
            await send(bytes(PIECE))

    async def drive():
        # It connects when the pipeline runs.
        await send(bytes(100 * PIECE))
        await say(QUESTION)
        await silence_until(behind.is_silent)
        with open(ANSWER, "wb") as file:
            file.write(behind.audio)
        behind.speaks.clear()
        await say(STORY)
        await silence_until(behind.speaks)
        await send(bytes(35 * PIECE))
        behind.is_cut.clear()
        await say(STOP)
        await silence_until(behind.is_cut)
        await send(bytes(25 * PIECE))
        errors = before.errors + behind.errors
        print(json.dumps({"user": before.user + behind.user, "errors": errors}))
        await task.cancel()

    driving = asyncio.create_task(drive())
    await PipelineRunner(handle_sigint=False).run(task)
    await driving


asyncio.run(main())
