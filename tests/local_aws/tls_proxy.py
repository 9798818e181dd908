"""TLS in front of a plain server, byte by byte.

Nothing inside is read or changed, so the Host header and the signature arrive as the client made them.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from pathlib import Path

_BLOCK = 64 * 1024


class TlsProxies:
    """Any number of proxies on one event loop in a thread of its own."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="tls-proxies", daemon=True).start()

    def add(self, certificate: Path, key: Path, backend_port: int) -> int:
        """Listen on a free loopback port, which is returned, and pass all on to `backend_port`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        listening = asyncio.start_server(
            lambda reader, writer: _relay(reader, writer, backend_port), "127.0.0.1", 0, ssl=context
        )
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        return server.sockets[0].getsockname()[1]


async def _relay(reader, writer, backend_port: int) -> None:
    with contextlib.suppress(OSError):
        backend_reader, backend_writer = await asyncio.open_connection("127.0.0.1", backend_port)
        ways = [
            asyncio.ensure_future(_pump(reader, backend_writer)),
            asyncio.ensure_future(_pump(backend_reader, writer)),
        ]
        # TLS has no half-close that clients rely on: when one way ends, both do.
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.wait(ways)
        backend_writer.close()
    writer.close()


async def _pump(reader, writer) -> None:
    with contextlib.suppress(OSError):
        while True:
            block = await reader.read(_BLOCK)
            if not block:
                return
            writer.write(block)
            await writer.drain()
