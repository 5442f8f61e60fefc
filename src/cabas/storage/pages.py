"""Fetching a recipe page for a shopper without becoming anybody's errand boy (server-side request forgery).

The host is resolved here, every address it has must be public, and the connection goes to the address that was
checked: a second answer of the name server ("DNS rebinding") is never asked for. TLS is verified against the name.
Every redirect is checked like the first address. Size, time and kinds of content are bounded; no cookies, no scripts.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.kernel.lazy import Lazily

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = Lazily("httpx2")

Resolve = Callable[[str], Awaitable[Sequence[str]]]

URL_MAX, PORT = 2000, 443
CONTENT_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
# What `is_global` lets pass on some Python versions: addresses that carry another one inside (NAT64, 6to4, Teredo and
# their relay), site-local and documentation networks, IETF's own, and the host agent of a large cloud.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96", "192.88.99.0/24",
        "fec0::/10", "3fff::/20", "192.0.0.0/24", "168.63.129.16/32",
    )
)  # fmt: skip
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)


class PageRefused(InvalidInput):
    """The address is not one a shop's server may fetch, or what is there is no page."""

    code = "page_refused"


class PageUnreadable(Unavailable):
    """The site did not answer, or not with a page."""

    code = "page_unreadable"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost: bytes after unpacking, seconds in all, redirects."""

    size: int = 5_000_000
    seconds: float = 10.0
    redirects: int = 5


async def resolve(host: str) -> Sequence[str]:
    """The addresses of `host`, as the machine's resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class HttpRecipePages:
    """`usecases.ports.RecipePages` over https. `resolve` and `transport` may be another's, as in tests."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        resolve: Resolve = resolve,
        transport: httpx2.AsyncBaseTransport | None = None,
        agent: str = "Cabas (recipe reader)",
    ) -> None:
        self._limits = limits or Limits()
        self._resolve = resolve
        self._transport = transport
        self._headers = {"user-agent": agent, "accept": "text/html", "accept-encoding": "gzip", "connection": "close"}

    async def fetch(self, url: str) -> str:
        """The HTML at `url`. Raises `PageRefused` (an `InvalidInput`) or `PageUnreadable` (an `Unavailable`)."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._fetch(url)
        except TimeoutError:
            raise PageUnreadable(f"The page took longer than {self._limits.seconds:g} s.", remedy=_PASTE) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, zlib.error, OSError) as error:
            raise PageUnreadable(f"The page could not be read ({type(error).__name__}).", remedy=_PASTE) from error

    async def _fetch(self, url: str) -> str:
        for _ in range(self._limits.redirects + 1):
            checked = checked_url(url)
            address = await self._address(checked.host)
            # A client for one request: no cookie and no connection outlives it.
            client = httpx2.AsyncClient(transport=self._transport, trust_env=False, follow_redirects=False)
            request = client.build_request(
                "GET",
                checked.copy_with(host=address, fragment=None),
                headers={**self._headers, "host": checked.netloc.decode("ascii")},
                extensions={"sni_hostname": checked.host, "timeout": httpx2.Timeout(self._limits.seconds).as_dict()},
            )
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._read(response)
                url = str(checked.join(response.headers["location"]))
            finally:
                await response.aclose()
                if self._transport is None:
                    await client.aclose()
        raise PageUnreadable(f"The page redirects more than {self._limits.redirects} times.", remedy=_PASTE)

    async def _address(self, host: str) -> str:
        """The address to connect to: the host's first, if all of them are public."""
        try:
            addresses = await self._resolve(host)
        except OSError:
            addresses = ()
        if not addresses:
            raise PageUnreadable(f"There is no site called {host}.", remedy="Check the address.")
        if not all(is_public(address) for address in addresses):
            raise PageRefused(f"{host} is not a public site.", remedy="Give the address of a page on the web.")
        return addresses[0]

    async def _read(self, response: httpx2.Response) -> str:
        if response.status_code != httpx2.codes.OK:
            raise PageUnreadable(f"The site answered {response.status_code}.", remedy=_PASTE)
        kind, _, rest = response.headers.get("content-type", "text/html").lower().partition(";")
        if kind.strip() not in CONTENT_TYPES:
            raise PageRefused(f"That is no page but {kind.strip()[:60]}.", remedy="Give the address of a recipe page.")
        packing = response.headers.get("content-encoding", "identity").lower().strip()
        if packing not in ("identity", "gzip", "deflate"):
            raise PageUnreadable(f"The page is packed with {packing[:20]}.", remedy=_PASTE)
        body = await self._body(response, None if packing == "identity" else zlib.decompressobj(47))
        said = re.search(r"charset\s*=\s*\"?([\w-]{2,30})", rest)
        return decoded(body, said[1] if said else "")

    async def _body(self, response: httpx2.Response, unpack: zlib._Decompress | None) -> bytes:
        """The unpacked body, never holding more than one chunk above the limit."""
        body, limit = bytearray(), self._limits.size
        async for chunk in response.aiter_raw():
            body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
            if len(body) > limit:
                raise PageUnreadable(f"The page is larger than {limit // 1_000_000} MB.", remedy=_PASTE)
        return bytes(body)


_PASTE = "Paste the list of ingredients instead."


def checked_url(url: str) -> httpx2.URL:
    """`url` if a server may fetch it: https, the usual port, a host, no user name. Raises `PageRefused`."""
    text = url.strip()
    if not text or len(text) > URL_MAX or not text.isprintable():
        raise PageRefused(
            "That is no address of a page.", remedy=f"Give an https address of up to {URL_MAX} characters."
        )
    try:
        parsed = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise PageRefused("That is no address of a page.", remedy="Give the address as the browser shows it.") from None
    if parsed.scheme != "https":
        raise PageRefused("Only https pages are read.", remedy="Use the https address of the page.")
    if not parsed.host or parsed.userinfo or parsed.port not in (None, PORT):
        raise PageRefused("That address has a user name, a port or no host.", remedy="Give a plain https address.")
    return parsed


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, local, shared, reserved or tunneled."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return False
    if any(parsed.version == net.version and parsed in net for net in _NOT_PUBLIC):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def decoded(body: bytes, charset: str = "") -> str:
    """The text of a page: by the charset its header says, by its own, by UTF-8, and as Windows-1252 when all fail."""
    own = _CHARSET.search(body[:4096])
    for name in (charset, own[1].decode("ascii") if own else "", "utf-8"):
        try:
            return body.decode(name) if name else body.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("windows-1252", errors="replace")
