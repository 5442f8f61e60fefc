"""The web server's sockets."""

from __future__ import annotations

import asyncio
import socket

import pytest

from cabas.apps.web import bind
from cabas.kernel.errors import Unavailable


def test_answers_are_sent_at_once() -> None:
    async def work() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(answer, sock=bind("127.0.0.1", 0)) as server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            delay = await found
            writer.close()
            await writer.wait_closed()
        return delay

    assert asyncio.run(work()) != 0, "Nagle's algorithm is on: answers wait for acknowledgments"


def test_a_port_that_is_taken_is_told() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(Unavailable, match="cannot be listened on"):
        bind("127.0.0.1", taken.getsockname()[1])
