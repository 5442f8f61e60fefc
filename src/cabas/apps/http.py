"""HTTP/1.1 as the server reads it: uvicorn over httptools (llhttp, the parser of Node.js), within limits.

The parser takes a head of any size. One that is too large is answered 400 and the connection closed, whether it comes
at once or a byte at a time; what was read of it is let go of.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# The line of the request with all headers. Bodies have limits of their own at every surface.
HEAD_MAX_BYTES = 32_768
TOO_LARGE = "The head of the request is too large."


class _TooLarge(Exception):
    """Stops the parser: the answer is 400."""


class BoundedHttp(HttpToolsProtocol):
    """A connection whose requests have heads of at most `HEAD_MAX_BYTES`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 (as uvicorn hands them over)
        super().__init__(*arguments, **named)
        self._in_head, self._read = True, 0

    def data_received(self, data: bytes) -> None:
        """Read on; a head that does not end is given up."""
        self._read += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._read > HEAD_MAX_BYTES and not self.transport.is_closing():
            self.send_400_response(TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Begin to answer, unless the head came at once and is too large."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_MAX_BYTES:
            raise _TooLarge(TOO_LARGE)
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body has ended; another head may follow."""
        self._in_head, self._read = True, 0
        super().on_message_complete()
