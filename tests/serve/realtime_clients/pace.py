"""The pace of a sound card, for clients that send what a microphone would give."""

import asyncio
import time

PIECE_S = 0.02
# Who sent nothing for so long begins anew.
PAUSE_S = 1.0


class Pace:
    """A tick every 20 ms by the clock. Those that come late follow each other at once: on a busy machine, too, no sound is sent
    slower than it was said."""

    def __init__(self):
        self.due = 0.0

    async def tick(self):
        now = time.monotonic()
        if now > self.due + PAUSE_S:
            self.due = now
        self.due += PIECE_S
        await asyncio.sleep(max(0.0, self.due - now))
