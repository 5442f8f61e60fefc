"""The heads of requests have a limit, however they come; bodies and trickles are left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from cabas.apps.http import HEAD_MAX_BYTES, BoundedHttp
from cabas.apps.web import bind

OK, BAD = b"HTTP/1.1 200 OK", b"HTTP/1.1 400 Bad Request"
CLOSE = b"connection: close\r\n\r\n"


async def measured(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def served(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]) -> bytes:
    """What `talk` got of a server that answers with the length of the body."""

    async def work() -> bytes:
        config = uvicorn.Config(measured, http=BoundedHttp, log_level="critical", lifespan="off")
        config.load()
        state, loop = ServerState(), asyncio.get_running_loop()
        server = await loop.create_server(lambda: BoundedHttp(config, state, {}), sock=bind("127.0.0.1", 0))
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                return await asyncio.wait_for(talk(reader, writer), 20)
            finally:
                writer.close()
                await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    return asyncio.run(work())


def sent(raw: bytes) -> bytes:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(raw)
        return await reader.read()

    return served(talk)


def test_a_plain_request() -> None:
    assert sent(b"GET / HTTP/1.1\r\nhost: x\r\n" + CLOSE).startswith(OK)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * HEAD_MAX_BYTES + b" HTTP/1.1\r\nhost: x\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"a" * HEAD_MAX_BYTES + b"\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"many: headers\r\n" * (HEAD_MAX_BYTES // 10),
    ],
    ids=["address", "one header", "many headers"],
)
def test_a_head_that_is_too_large(head: bytes) -> None:
    assert sent(head + CLOSE).startswith(BAD)


@pytest.mark.parametrize("endless", [b"a" * 1000, b"h: v\r\n" * 200, b"\r\n" * 500], ids=["value", "headers", "lines"])
def test_a_head_that_never_ends_is_given_up(endless: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"\r\n" if endless == b"\r\n" * 500 else b"GET / HTTP/1.1\r\nhost: x\r\nlong: ")
        written = 0
        answer = asyncio.ensure_future(reader.read(1024))
        while not answer.done() and written < 50 * HEAD_MAX_BYTES:
            writer.write(endless)
            written += len(endless)
            await writer.drain()
            await asyncio.wait([answer], timeout=0.001)
        assert written < 50 * HEAD_MAX_BYTES, "it reads on and on"
        return await answer

    assert served(talk).startswith(BAD)


def test_a_head_may_come_byte_by_byte() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        for byte in b"GET / HTTP/1.1\r\nhost: x\r\n" + CLOSE:
            writer.write(bytes((byte,)))
            await writer.drain()
        return await reader.read()

    assert served(talk).startswith(OK)


def test_a_body_is_no_head() -> None:
    size = 10 * HEAD_MAX_BYTES
    request = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n" % size
    answer = sent(request + b"\r\n" + b"b" * size + request + CLOSE + b"b" * size)
    assert answer.count(OK) == 2
    assert answer.count(b"\r\n\r\n327680") == 2


def test_each_request_of_a_connection_has_the_limit() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        padding = b"padding: " + b"a" * (HEAD_MAX_BYTES // 2) + b"\r\n"
        answers = b""
        for _ in range(4):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n" + padding + b"\r\n")
            await writer.drain()
            answers += await reader.readuntil(b"\r\n\r\n0")
        return answers

    assert served(talk).count(OK) == 4
