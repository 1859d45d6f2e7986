"""A bare platform in a process of its own: waits 20 ms, then takes any score and gives anybody a token."""

import asyncio
import json
import os
import sys

LATENCY = 0.02
TOKEN = json.dumps({"access_token": "0" * 32, "token_type": "Bearer", "expires_in": 3600}).encode()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of one connection, which is kept alive."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
        await reader.readexactly(length)
        await asyncio.sleep(LATENCY)
        body = TOKEN if "/token" in lines[0] else b""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started us is gone
    server.close()
    os._exit(0)  # connections that are kept alive would be waited for


if __name__ == "__main__":
    asyncio.run(main())
