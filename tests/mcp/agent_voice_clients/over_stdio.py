"""Calls every tool of `vivavoce mcp` with the official SDK, and prints what came of it."""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters

STORY = (
    "Once upon a time there was a small fox. It lived in a large forest, beside a river. "
    "Every morning it went to the river, and every evening it came back to its den under an old tree."
)


async def main(program, endpoint, file):
    server = StdioServerParameters(
        command=program,
        args=["mcp", "--input", endpoint, "--output", endpoint],
        env=dict(os.environ),
    )
    async with Client(server) as client:
        listed = await client.list_tools()
        told = {"tools": [tool.name for tool in listed.tools]}
        for name, arguments in [
            ("ask", {"question": "Would you like the red one, or the blue one?"}),
            ("say", {"text": STORY}),
            ("listen", {"timeout_s": 1}),
            ("transcribe", {"file": file}),
        ]:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result
            told[name] = result.structured_content
        wrong = await client.call_tool("say", {"text": ""})
        assert wrong.is_error, wrong
        told["wrong"] = wrong.content[0].text
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
