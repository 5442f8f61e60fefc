"""What a client brings back: a code or a refresh token, each good once; what was used before ends the link."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cabas.usecases.link.ask import audiences, scopes
from cabas.usecases.link.clients import Client, OAuthError
from cabas.usecases.link.grant import unlink
from cabas.usecases.link.ports import CODE, REFRESH, Link, LinkDesk, Ticket, hashed
from cabas.usecases.shop.caller import CARTS, ORDERS

REFRESH_LIFE = timedelta(days=90)
# Whose links without a shopper are.
NOBODY = ""
OWN_SCOPES = CARTS | ORDERS
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What tokens may be made for: a link, scopes, resources (none: all of the shop), and the next refresh token."""

    link: Link
    scopes: frozenset[str]
    resources: tuple[str, ...]
    refresh: str
    nonce: str = ""
    auth_time: int = 0


@dataclass(frozen=True, slots=True)
class Counter:
    """Where clients bring things back: the desk of `retailer`, at `url`, at `now`."""

    desk: LinkDesk
    retailer: str
    url: str
    now: datetime


async def redeem_code(
    at: Counter, client: Client, code: str, redirect: str, verifier: str, resources: tuple[str, ...]
) -> Redeemed:
    """Tokens for a code. The code is used up whatever comes of it. Raises `OAuthError`."""
    ticket, link = await _known(at, CODE, code, client)
    await _use(at, ticket, link)
    about = ticket.about
    if not hmac.compare_digest(about["redirect_uri"].encode(), redirect.encode("utf-8", "surrogatepass")):
        raise _refused("The code was given for another redirect_uri.")
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(challenge_of(verifier), about["challenge"]):
        raise _refused("The code_verifier does not fit the code_challenge.")
    granted = tuple(about["resources"].split())
    chosen = _narrowed(granted, resources, at.url)
    refresh = await _refresh(at, link, link.scopes, granted, about["auth_time"])
    return Redeemed(link, link.scopes, chosen, refresh, about["nonce"], int(about["auth_time"]))


async def redeem_refresh(at: Counter, client: Client, token: str, scope: str, resources: tuple[str, ...]) -> Redeemed:
    """Tokens for a refresh token, and the one to come next with. Raises `OAuthError`."""
    ticket, link = await _known(at, REFRESH, token, client)
    held = frozenset(ticket.about["scopes"].split())
    asked = scopes(scope) if scope.strip() else held
    if not asked <= held:
        raise OAuthError("More is asked for than was given.", remedy="Ask the shopper again.", code="invalid_scope")
    granted = tuple(ticket.about["resources"].split())
    chosen = _narrowed(granted, resources, at.url)
    await _use(at, ticket, link)
    refresh = await _refresh(at, link, held, granted, ticket.about["auth_time"])
    return Redeemed(link, asked, chosen, refresh, auth_time=int(ticket.about["auth_time"]))


async def redeem_own(at: Counter, client: Client, scope: str, resources: tuple[str, ...]) -> Redeemed:
    """Tokens for a partner's own back end: what its agreement grants, for no shopper. Raises `OAuthError`.

    All of them belong to one link without a shopper, so that revoking one ends them all.
    """
    if client.public:
        raise OAuthError("Only clients that prove themselves get this.", remedy="Link a shopper.",
                         code="unauthorized_client")  # fmt: skip
    asked = scopes(scope)
    if not asked <= OWN_SCOPES:
        raise OAuthError(
            "That is a shopper's to give.", remedy=f"Ask for {' '.join(sorted(OWN_SCOPES))}.", code="invalid_scope"
        )
    chosen = audiences(resources, at.url)
    held = [one for one in await at.desk.links.links(at.retailer, NOBODY) if one.client_id == client.id]
    link = next((one for one in held if one.scopes == asked), None)
    if link is None:
        link = Link(at.desk.new_id(), NOBODY, client.platform, client.id, client.name, client.sector, asked,
                    frozenset(), at.now)  # fmt: skip
        await at.desk.links.add(at.retailer, link)
    return Redeemed(link, asked, chosen, "")


async def held_link(at: Counter, client: Client, token: str) -> Link | None:
    """The link that holds and to which a refresh token of this client belongs, used up or not; else None."""
    ticket = await at.desk.links.ticket(at.retailer, REFRESH, hashed(token))
    link = await at.desk.links.link(at.retailer, ticket.link_id) if ticket else None
    return link if link is not None and link.ended_at is None and link.client_id == client.id else None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def _known(at: Counter, kind: str, secret: str, client: Client) -> tuple[Ticket, Link]:
    ticket = await at.desk.links.ticket(at.retailer, kind, hashed(secret))
    link = await at.desk.links.link(at.retailer, ticket.link_id) if ticket is not None else None
    if ticket is None or link is None or link.client_id != client.id:
        raise _refused("This is not known here, or was given to another client.")
    return ticket, link


async def _use(at: Counter, ticket: Ticket, link: Link) -> None:
    """Use it up. A ticket that was used before was stolen: its link ends with all that came of it."""
    if await at.desk.links.use(at.retailer, ticket.kind, ticket.hash, at.now) is None:
        await unlink(at.desk, at.retailer, link, at.now, "reuse")
        raise _refused("This was used before; whatever came of it is revoked.")
    if at.now >= ticket.expires_at or link.ended_at is not None:
        raise _refused("This is over.")


async def _refresh(at: Counter, link: Link, held: frozenset[str], resources: tuple[str, ...], auth_time: str) -> str:
    secret = at.desk.new_secret()
    about = {"scopes": " ".join(sorted(held)), "resources": " ".join(resources), "auth_time": auth_time}
    until = at.now + REFRESH_LIFE
    ticket = Ticket(REFRESH, hashed(secret), link.shopper_id, at.now, until, link.id, about=about)
    await at.desk.links.issue(at.retailer, ticket)
    return secret


def _narrowed(granted: tuple[str, ...], asked: tuple[str, ...], url: str) -> tuple[str, ...]:
    """What of the granted resources is asked for now; nothing granted stands for all of the shop."""
    wanted = audiences(asked, url)
    if granted and not set(wanted) <= set(granted):
        raise OAuthError("The shopper was not asked for this resource.", remedy="Ask again.", code="invalid_target")
    return wanted or granted


def _refused(why: str) -> OAuthError:
    return OAuthError(why, remedy="Send the shopper here again.", code="invalid_grant")
