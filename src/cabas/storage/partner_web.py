"""Asking and telling partners' servers (`surfaces.contract.Web`), as carefully as recipe pages are fetched.

Only public https addresses, each checked and then connected to; no redirects, no cookies, bounded in size and time.
With `local`, for tests and conformance tools, the machine itself may be asked by http too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cabas.kernel.errors import InvalidInput
from cabas.kernel.lazy import Lazily
from cabas.kernel.trace import current
from cabas.storage.pages import Limits, PageRefused, PageUnreadable, Resolve, checked_url, is_public, resolve

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = Lazily("httpx2")

LOCAL = ("127.0.0.1", "::1", "localhost")
LIMITS = Limits(size=256 * 1024, seconds=5.0, redirects=0)


class PartnerWeb:
    """`surfaces.contract.Web`. `resolve` and `transport` may be another's, as in tests."""

    def __init__(
        self, *, local: bool = False, limits: Limits = LIMITS, resolve: Resolve = resolve,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._local = local
        self._limits = limits
        self._resolve = resolve
        self._transport = transport

    async def get(self, url: str) -> bytes:
        """The document at `url`. Raises `PageRefused` (an `InvalidInput`) or `PageUnreadable` (an `Unavailable`)."""
        status, body = await self._send("GET", url, {"accept": "application/json"}, b"")
        if status != httpx2.codes.OK:
            raise PageUnreadable(f"{url[:200]} answered {status}.", remedy="Serve it there with status 200.")
        return body

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises as `get`."""
        status, _ = await self._send("POST", url, headers, body)
        return status

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._exchange(method, url, headers, body)
        except TimeoutError:
            raise PageUnreadable(f"{url[:200]} took longer than {self._limits.seconds:g} s.", remedy=_MEND) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            raise PageUnreadable(f"{url[:200]} does not answer ({type(error).__name__}).", remedy=_MEND) from error

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        parsed, address = await self._checked(url)
        checked = parsed.host not in LOCAL  # only tests get here with one of those, by certificates of their own
        trace = current.get()  # who reads both logs finds both ends
        client = httpx2.AsyncClient(transport=self._transport, trust_env=False, follow_redirects=False, verify=checked)
        request = client.build_request(
            method,
            parsed.copy_with(host=address, fragment=None),
            content=body or None,
            headers={
                "user-agent": "Cabas", "accept-encoding": "identity", "connection": "close",
                "host": parsed.netloc.decode("ascii"), **({"traceparent": trace.header} if trace else {}), **headers,
            },
            extensions={"sni_hostname": parsed.host, "timeout": httpx2.Timeout(self._limits.seconds).as_dict()},
        )  # fmt: skip
        response = await client.send(request, stream=True)
        try:
            return response.status_code, await self._read(response)
        finally:
            await response.aclose()
            if self._transport is None:
                await client.aclose()

    async def _checked(self, url: str) -> tuple[httpx2.URL, str]:
        """The address to connect to. A local one only in tests, where it is connected to as it is."""
        if self._local:
            try:
                parsed = httpx2.URL(url)
            except (httpx2.InvalidURL, ValueError) as error:
                raise PageRefused(f"{url[:200]} is no address.", remedy="Give an https address.") from error
            if parsed.host in LOCAL:
                return parsed, parsed.host
        parsed = checked_url(url)
        try:
            addresses = await self._resolve(parsed.host)
        except OSError:
            addresses = ()
        if not addresses:
            raise InvalidInput(f"There is no site called {parsed.host}.", remedy="Check the address.")
        if not all(is_public(one) for one in addresses):
            raise PageRefused(f"{parsed.host} is not a public site.", remedy="Give a public https address.")
        return parsed, addresses[0]

    async def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._limits.size:
                raise PageUnreadable(f"The document is larger than {self._limits.size // 1024} kB.", remedy=_MEND)
        return bytes(body)


_MEND = "Try again later."
