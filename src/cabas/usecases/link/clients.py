"""Who wants to be linked: clients by agreement, and clients known by the document behind their id (CIMD).

A client of an agreement is named by the platform's id, or as its [access] lists it, and proves itself by a partner
key. A client whose id is an https address is described by the JSON there; it has no secret and proves itself by PKCE
and its redirect addresses alone. Listed in an agreement it belongs to that platform, else to the open agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from cabas.agreement.agreement import Agreement
from cabas.agreement.terms.access import Access
from cabas.kernel.errors import CabasError
from cabas.usecases.link.ports import ASSERTION, ClientDocuments, LinkDesk, Ticket, hashed
from cabas.usecases.partners import NotKnown, platform_of_key
from cabas.usecases.shop.ports import PartnerKeys

LOOPBACK = ("127.0.0.1", "::1", "localhost")
NAME_MAX, REDIRECTS_MAX, ID_MAX = 80, 20, 500
# How far ahead an assertion may end, and how far a client's clock may be.
ASSERTION_LIFE, LEEWAY_SECONDS = timedelta(hours=1), 60


class OAuthError(CabasError):
    """A request of a client that cannot be granted. `code` is OAuth's own; nothing was issued."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True)
class Client:
    """A client that may ask. `site` is the host people can recognize it by; `public` says that it has no secret.
    `jwks` is where the keys are by which it signs who it is: then it has no secret either.
    """

    id: str
    name: str
    platform: str
    sector: str
    redirects: tuple[str, ...]
    public: bool = False
    site: str = ""
    jwks: str = ""

    def returns_to(self, redirect: str) -> bool:
        """Whether an answer may go to that address: exactly as registered, but for a loopback port (RFC 8252, 7.3)."""
        if redirect in self.redirects:
            return True
        return self.public and any(_same_but_port(redirect, one) for one in self.redirects)


async def client_of(agreements: tuple[Agreement, ...], client_id: str, documents: ClientDocuments, day: date) -> Client:
    """The client with this id. Raises `OAuthError` with code "invalid_client"."""
    if not client_id or len(client_id) > ID_MAX or not client_id.isprintable():
        raise _unknown()
    if client_id.startswith("https://"):
        return await _by_document(live(agreements, day), client_id, documents)
    for agreement in live(agreements, day):
        access = agreement.find(Access)
        if client_id == agreement.platform or (access is not None and client_id in access.clients):
            name, redirects = agreement.names["platform"], access.redirects if access is not None else ()
            platform, jwks = agreement.platform, access.jwks if access is not None else ""
            return Client(client_id, name, platform, platform, redirects, site=platform, jwks=jwks)
    raise _unknown()


def live(agreements: tuple[Agreement, ...], day: date) -> tuple[Agreement, ...]:
    """The agreements that are in force on `day`."""
    heads = ((one, one.head) for one in agreements)
    return tuple(one for one, head in heads if head.starts <= day and (head.ends is None or day <= head.ends))


async def authenticate(client: Client, keys: PartnerKeys, retailer_id: str, secret: str, now: datetime) -> None:
    """Hold a client to its secret, a partner key of its platform. Raises `OAuthError` with code "invalid_client"."""
    if client.public:
        if secret:
            raise OAuthError("This client has no secret.", remedy="Send client_id alone.", code="invalid_client")
        return
    if client.jwks:
        raise OAuthError(
            "This client has keys, and no secret.", remedy="Send a client_assertion.", code="invalid_client"
        )
    try:
        platform = await platform_of_key(keys, retailer_id, secret, now)
    except NotKnown:
        platform = ""
    if platform != client.platform:
        raise OAuthError(
            "The client's secret is wrong.", remedy="Send the partner key of this platform.", code="invalid_client"
        )


async def authenticate_signed(
    desk: LinkDesk, retailer_id: str, client: Client, claims: Mapping[str, object], audiences: frozenset[str],
    now: datetime,
) -> None:  # fmt: skip
    """Hold a client to the `claims` of an assertion that its keys signed (RFC 7523, 3): of itself, for one of
    `audiences`, for an hour at most, and used once. Raises `OAuthError` with code "invalid_client".
    """
    meant, until, name = claims.get("aud"), claims.get("exp"), claims.get("jti")
    named = set(meant) if isinstance(meant, list) and all(isinstance(one, str) for one in meant) else {meant}
    if claims.get("iss") != client.id or claims.get("sub") != client.id or len(named) != 1 or not named & audiences:
        raise _unproved("It is of another client, or for another server.")
    starts, seconds = claims.get("nbf", claims.get("iat", 0)), now.timestamp()
    if not isinstance(until, int | float) or not isinstance(starts, int | float):
        raise _unproved("It says no times.")
    if not seconds < until <= seconds + ASSERTION_LIFE.total_seconds() + LEEWAY_SECONDS:
        raise _unproved("It is too old, or good for too long.")
    if starts > seconds + LEEWAY_SECONDS:
        raise _unproved("It is not good yet.")
    if not isinstance(name, str) or not 0 < len(name) <= ID_MAX:
        raise _unproved("It has no jti.")
    once = Ticket(ASSERTION, hashed(f"{client.id}\n{name}"), "", now, now + 2 * ASSERTION_LIFE)
    if not await desk.links.issue(retailer_id, once):
        raise _unproved("It was used before.")


def _unproved(why: str) -> OAuthError:
    return OAuthError(f"The client_assertion does not hold. {why}", remedy="Sign a new one.", code="invalid_client")


async def _by_document(agreements: tuple[Agreement, ...], url: str, documents: ClientDocuments) -> Client:
    listed = next(
        (one for one in agreements if (access := one.find(Access)) is not None and url in access.clients), None
    )
    opened = next((one for one in agreements if (access := one.find(Access)) is not None and access.open), None)
    agreement = listed or opened
    parts = urlsplit(url)
    if agreement is None or parts.path in ("", "/") or parts.fragment or "/." in parts.path or "@" in parts.netloc:
        raise _unknown()
    try:
        document = await documents.document(url)
    except CabasError as error:
        raise OAuthError(
            "The client's metadata document cannot be read.", remedy=error.message, code="invalid_client"
        ) from error
    redirects = _redirects(document, url)
    access = agreement.find(Access)
    if listed is not None and access is not None and access.redirects:
        redirects = tuple(one for one in redirects if one in access.redirects)
    site = parts.hostname or ""
    sector = agreement.platform if listed is not None else url
    return Client(url, _name(document, site), agreement.platform, sector, redirects, public=True, site=site)


def _redirects(document: Mapping[str, object], url: str) -> tuple[str, ...]:
    """The redirect addresses of a document that speaks for `url`. Raises `OAuthError`."""
    found = document.get("redirect_uris")
    method = document.get("token_endpoint_auth_method", "none")
    if document.get("client_id") != url or method != "none" or "client_secret" in document:
        raise OAuthError(
            "The document behind the client's id does not fit.",
            remedy='It must repeat the id as client_id, hold no secret, and say token_endpoint_auth_method "none".',
            code="invalid_client",
        )
    if not isinstance(found, list) or not 0 < len(found) <= REDIRECTS_MAX:
        raise OAuthError("The document names no redirect_uris.", remedy="List some.", code="invalid_client")
    return tuple(one for one in found if isinstance(one, str) and _may_return(one))


def _may_return(address: str) -> bool:
    """https, a loopback address, or a scheme that belongs to one app (RFC 8252, 7.1: a domain read backwards)."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.fragment or len(address) > ID_MAX or not address.isprintable():
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in LOOPBACK
    return "." in parts.scheme


def _same_but_port(asked: str, registered: str) -> bool:
    try:
        one, other = urlsplit(asked), urlsplit(registered)
        ports = one.port, other.port
    except ValueError:
        return False
    if one.scheme != "http" or one.hostname not in LOOPBACK or "@" in one.netloc or not ports:
        return False
    return (one.scheme, one.hostname, one.path, one.query, one.fragment) == (
        other.scheme, other.hostname, other.path, other.query, "",
    )  # fmt: skip


def _name(document: Mapping[str, object], site: str) -> str:
    given = document.get("client_name")
    shown = " ".join(given.split()) if isinstance(given, str) else ""
    return shown[:NAME_MAX] if shown and shown.isprintable() else site


def _unknown() -> OAuthError:
    return OAuthError("This client is not known here.", remedy="Agree on it with the retailer.", code="invalid_client")
