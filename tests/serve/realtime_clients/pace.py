"""The pace of a sound card, for clients that send what a microphone would give."""

import asyncio
import time

PIECE_S = 0.02


class Pace:
    """A tick every 20 ms by the clock, from now on. Those that come late follow each other at once: on a busy machine, too, no
    sound is sent slower than it was said."""

    def __init__(self):
        self.due = time.monotonic()

    async def tick(self):
        self.due += PIECE_S
        await asyncio.sleep(max(0.0, self.due - time.monotonic()))
