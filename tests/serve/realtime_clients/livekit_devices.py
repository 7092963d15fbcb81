"""A microphone and a loudspeaker for LiveKit's agents, in place of those of a room: they keep to real time."""

import asyncio
import time

from livekit import rtc
from livekit.agents.voice import io
from pace import Pace

RATE = 24000
PIECE = 960

# Far longer than a conversation takes here: one that is not over by then hangs. Seconds.
LIMIT_S = 300


class Microphone(io.AudioInput):
    """Hears what it is given to hear, and silence when that is over."""

    def __init__(self):
        super().__init__(label="microphone")
        self.said, self.pace = b"", Pace()

    def say(self, file):
        with open(file, "rb") as sound:
            self.said += sound.read()

    async def __anext__(self):
        await self.pace.tick()
        piece, self.said = self.said[:PIECE], self.said[PIECE:]
        return rtc.AudioFrame(piece.ljust(PIECE, b"\0"), RATE, 1, PIECE // 2)


class Loudspeaker(io.AudioOutput):
    """Keeps what it has played."""

    def __init__(self):
        capabilities = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="loudspeaker", capabilities=capabilities, sample_rate=RATE)
        self.played = bytearray()
        self.is_silent, self.is_cut = asyncio.Event(), asyncio.Event()
        self.waiting, self.position_s, self.goes_on = asyncio.Queue(), 0.0, asyncio.Condition()
        # Pieces of speech that have begun and are not over; the last of them still grows.
        self.segments, self.grows = 0, False
        self.playing = asyncio.create_task(self.play())

    async def capture_frame(self, frame):
        await super().capture_frame(frame)
        if not self.grows:
            self.grows = True
            self.segments += 1
            self.on_playback_started(created_at=time.time())
        self.waiting.put_nowait(frame)

    def flush(self):
        super().flush()
        if self.grows:
            self.grows = False
            self.waiting.put_nowait(None)

    def clear_buffer(self):
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.grows = False
        while self.segments:
            self.finish(interrupted=True)
            self.is_cut.set()

    def finish(self, interrupted):
        position_s, self.position_s = self.position_s, 0.0
        self.segments -= 1
        self.on_playback_finished(playback_position=position_s, interrupted=interrupted)

    async def play(self):
        while True:
            frame = await self.waiting.get()
            if frame is None:
                self.finish(interrupted=False)
                self.is_silent.set()
                continue
            self.played += bytes(frame.data)
            self.position_s += frame.duration
            await asyncio.sleep(frame.duration)
            async with self.goes_on:
                self.goes_on.notify_all()

    async def has_played(self, seconds):
        """Waits until so much of what sounds now has been played."""
        async with self.goes_on:
            await self.goes_on.wait_for(lambda: self.position_s >= seconds)
