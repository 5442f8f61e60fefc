"""How a shopper proves who they are: a link by mail, or the retailer's own identity provider. Then a session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from cabas.domain.customer import Shopper
from cabas.kernel.errors import InvalidInput, NotAllowed, NotFound
from cabas.usecases.link.ports import MAIL, SESSION, Letter, LinkDesk, Ticket, hashed

MAIL_LIFE = timedelta(minutes=15)
MAILS_MAX = 3
SESSION_LIFE = timedelta(days=14)
EMAIL_MAX, AGENT_MAX = 254, 120


class NotSignedIn(NotAllowed):
    """The link in the mail is not good any more, or nobody is known by this address."""

    code = "not_signed_in"


def address(text: str) -> str:
    """An e-mail address as accounts have it: in lower case. Raises `InvalidInput`."""
    found = text.strip().lower()
    name, _, host = found.rpartition("@")
    plain = found.isprintable() and not any(one.isspace() or one in '<>,;:"()[]\\' for one in found)
    if not name or "@" in name or "." not in host.strip(".") or len(found) > EMAIL_MAX or not plain:
        raise InvalidInput("That is no e-mail address.", remedy="Write it like camille@example.org.", code="email")
    return found


async def ask_by_mail(
    desk: LinkDesk, retailer_id: str, email: str, now: datetime, write: Callable[[str, Shopper], Letter]
) -> Letter | None:
    """The letter with a link to sign in, worded by `write(secret, shopper)`; None when there is none to send.

    Whoever asks learns nothing: the same is stored for an address nobody has. Raises `InvalidInput` for no address.
    """
    email = address(email)
    subject = hashlib.sha256(f"{retailer_id}\n{email}".encode()).hexdigest()
    if await desk.links.count(retailer_id, MAIL, subject, now - MAIL_LIFE) >= MAILS_MAX:
        return None
    shopper = await desk.links.shopper_by_email(retailer_id, email)
    secret = desk.new_secret()
    who = shopper.id if shopper is not None else ""
    await desk.links.issue(retailer_id, Ticket(MAIL, hashed(secret), who, now, now + MAIL_LIFE, subject=subject))
    return write(secret, shopper) if shopper is not None else None


async def come_by_mail(desk: LinkDesk, retailer_id: str, secret: str, agent: str, now: datetime) -> str:
    """The session of who opened the link in the mail. Raises `NotSignedIn` when it was used or is too old."""
    ticket = await desk.links.use(retailer_id, MAIL, hashed(secret), now)
    if ticket is None or not ticket.shopper_id or now >= ticket.expires_at:
        raise NotSignedIn("This link is used up or too old.", remedy="Ask for another one.")
    return await open_session(desk, retailer_id, ticket.shopper_id, "mail", agent, now)


async def come_by_provider(desk: LinkDesk, retailer_id: str, email: str, agent: str, now: datetime) -> str:
    """The session of who signed in at the retailer's own provider. Raises `NotSignedIn` when nobody has the address."""
    shopper = await desk.links.shopper_by_email(retailer_id, email.strip().lower())
    if shopper is None:
        raise NotSignedIn("No account here has this address.", remedy="Open one at the store.", code="no_account")
    return await open_session(desk, retailer_id, shopper.id, "provider", agent, now)


async def come_as_guest(desk: LinkDesk, retailer_id: str, shopper_id: str, agent: str, now: datetime) -> str:
    """The session of a shopper of the demo, without any proof. Raises `NotSignedIn` for everybody else."""
    if shopper_id not in {one.id for one in desk.guests}:
        raise NotSignedIn("There is no such demo shopper.", remedy="Sign in by mail.")
    return await open_session(desk, retailer_id, shopper_id, "demo", agent, now)


async def open_session(desk: LinkDesk, retailer_id: str, shopper_id: str, how: str, agent: str, now: datetime) -> str:
    """A new session of a browser; `agent` is what it calls itself."""
    secret = desk.new_secret()
    about = {"how": how, "agent": "".join(one for one in agent if one.isprintable())[:AGENT_MAX]}
    ticket = Ticket(SESSION, hashed(secret), shopper_id, now, now + SESSION_LIFE, about=about)
    await desk.links.issue(retailer_id, ticket)
    return secret


async def signed_in(desk: LinkDesk, retailer_id: str, secret: str, now: datetime) -> tuple[Shopper, Ticket] | None:
    """The shopper of a session that is good at `now`, with the session; None otherwise."""
    ticket = await desk.links.ticket(retailer_id, SESSION, hashed(secret)) if secret else None
    if ticket is None or not ticket.holds(now):
        return None
    try:
        return await desk.shoppers.shopper(retailer_id, ticket.shopper_id), ticket
    except NotFound:
        return None


async def end_session(desk: LinkDesk, retailer_id: str, shopper_id: str, hash_: bytes, now: datetime) -> None:
    """End one of the shopper's own sessions; another's is left alone."""
    ticket = await desk.links.ticket(retailer_id, SESSION, hash_)
    if ticket is not None and ticket.shopper_id == shopper_id:
        await desk.links.use(retailer_id, SESSION, hash_, now)
