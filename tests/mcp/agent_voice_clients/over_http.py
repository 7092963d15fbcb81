"""Two agents at `/mcp` with the official SDK: the second is refused while the first talks."""

import asyncio
import json
import sys

from mcp import Client


async def main(url):
    told = {}
    async with Client(url) as second:
        async with Client(url) as first:
            listed = await first.list_tools()
            told["tools"] = [tool.name for tool in listed.tools]
            said = await first.call_tool("say", {"text": "The build is green."})
            told["say"] = said.structured_content
            refused = await second.call_tool("say", {"text": "And I?"})
            assert refused.is_error, refused
            told["refused"] = refused.content[0].text
        # The server hears in a moment that the first is gone.
        for _ in range(100):
            after = await second.call_tool("say", {"text": "Now it is my turn."})
            if not after.is_error:
                break
            await asyncio.sleep(0.1)
        assert not after.is_error, after
        told["after"] = after.structured_content
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
