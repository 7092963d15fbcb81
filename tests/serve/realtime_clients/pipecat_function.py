"""Pipecat's Realtime service, as it is, with a function that is called by voice. Prints a line of JSON.

usage: python3 pipecat_function.py HOST:PORT COMMAND.pcm ANSWER.pcm
"""

import asyncio
import json
import sys

import pipecat.services.openai.realtime.events as events
from loguru import logger
from pace import Pace
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import ErrorFrame, InputAudioRawFrame, TTSAudioRawFrame, TTSStoppedFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

HOST, COMMAND, ANSWER = sys.argv[1:]
PIECE = 960
# It says much, on the same channel.
logger.remove()
told = {"errors": [], "places": []}


class Ear(FrameProcessor):
    """Notes what comes by."""

    def __init__(self):
        super().__init__()
        self.audio, self.is_silent = bytearray(), asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self.audio += frame.audio
        elif isinstance(frame, TTSStoppedFrame):
            self.is_silent.set()
        elif isinstance(frame, ErrorFrame):
            told["errors"].append(str(frame.error))
        await self.push_frame(frame, direction)


async def turn_on_lamp(call):
    told["places"].append(call.arguments.get("place"))
    await call.result_callback("The lamp in the kitchen is on now.")


async def main():
    lamp = FunctionSchema(
        name="turn_on_lamp",
        description="Turns a lamp on.",
        properties={"place": {"type": "string", "description": "the room"}},
        required=["place"],
    )
    heard = events.AudioInput(
        turn_detection=events.SemanticTurnDetection(), transcription=events.InputAudioTranscription()
    )
    session = events.SessionProperties(
        instructions="You are Vivi, a friendly voice assistant.",
        audio=events.AudioConfiguration(input=heard),
        tools=ToolsSchema(standard_tools=[lamp]),
    )
    service = OpenAIRealtimeLLMService(
        api_key="any", base_url=f"ws://{HOST}/v1/realtime", model="vivi", session_properties=session
    )
    service.register_function("turn_on_lamp", turn_on_lamp)
    pair = LLMContextAggregatorPair(LLMContext(messages=[], tools=ToolsSchema(standard_tools=[lamp])))
    before, behind = Ear(), Ear()
    rates = PipelineParams(audio_in_sample_rate=24000, audio_out_sample_rate=24000)
    parts = [pair.user(), before, service, behind, pair.assistant()]
    task = PipelineTask(Pipeline(parts), params=rates, cancel_on_idle_timeout=False)

    async def send(sound):
        pace = Pace()
        for at in range(0, len(sound), PIECE):
            piece = sound[at : at + PIECE]
            await task.queue_frame(
                InputAudioRawFrame(audio=piece, sample_rate=24000, num_channels=1)
            )
            await pace.tick()

    async def drive():
        # It connects when the pipeline runs.
        await send(bytes(100 * PIECE))
        with open(COMMAND, "rb") as sound:
            await send(sound.read())
        # A microphone goes on when nobody speaks.
        while not behind.is_silent.is_set():
            await send(bytes(PIECE))
        with open(ANSWER, "wb") as file:
            file.write(behind.audio)
        print(json.dumps(told))
        await task.cancel()

    driving = asyncio.create_task(drive())
    await PipelineRunner(handle_sigint=False).run(task)
    await driving


asyncio.run(main())
