"""Answers every message with the two messages of a question, from memory. Nothing is kept."""

import asyncio
import sys
from pathlib import Path

from websockets.asyncio.server import serve

first, last = ((Path(sys.argv[1]) / name).read_text() for name in ("first.json", "last.json"))


async def answer(socket):
    async for _ in socket:
        await socket.send(first)
        await socket.send(last)


async def main():
    async with serve(answer, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}", file=sys.stderr, flush=True)
        await server.serve_forever()


asyncio.run(main())
