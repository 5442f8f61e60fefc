"""Signing in by passkey (WebAuthn): added after another proof of who the shopper is, then as good as it.

A challenge is a ticket: good once, and for five minutes. The one that adds a passkey belongs to the shopper who asked
for it; the one that signs in belongs to nobody, as the passkey says who comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cabas.domain.customer import Shopper
from cabas.kernel.errors import NotAllowed
from cabas.usecases.link.ports import LinkDesk, Passkey, Ticket, hashed
from cabas.usecases.link.sign_in import AGENT_MAX, NotSignedIn, open_session

# Kinds of tickets.
NEW, SIGN_IN = "passkey_new", "passkey"
CHALLENGE_LIFE = timedelta(minutes=5)
# A session may add a passkey while it is that young: who finds an open browser later cannot.
FRESH = timedelta(minutes=15)
PASSKEYS_MAX = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What a device showed and a `Ceremony` believes: the id of its passkey, its count, and, when new, its key."""

    id: bytes
    sign_count: int
    public_key: bytes = b""


class Ceremony(Protocol):
    """The WebAuthn protocol: what browsers are asked, and whether an answer holds. Answers are JSON, hostile."""

    def challenge(self, answer: str) -> str:
        """The challenge an answer was made for. Raises `NotSignedIn` when it cannot be read."""
        ...

    def created(self, answer: str, challenge: str) -> Shown:
        """A new passkey, made for this shop's origin, by a verified user. Raises `NotSignedIn`."""
        ...

    def signed(self, answer: str, challenge: str, passkey: Passkey) -> Shown:
        """The signature of a passkey, for this shop's origin, by a verified user, not counted before.

        Raises `NotSignedIn`.
        """
        ...

    def which(self, answer: str) -> bytes:
        """The id of the passkey that an answer says it is of. Raises `NotSignedIn`."""
        ...


def may_add(session: Ticket, now: datetime) -> bool:
    """Whether a session is fresh and proved enough to add a passkey: one of the demo's choice is not."""
    return session.about.get("how") != "demo" and now < session.created_at + FRESH


async def ask_for_new(desk: LinkDesk, retailer_id: str, session: Ticket, now: datetime) -> str:
    """The challenge for a new passkey of the shopper of `session`. Raises `NotAllowed`."""
    if not may_add(session, now):
        raise NotAllowed("This session is too old for that.", remedy="Sign in again.", code="not_fresh")
    return await _ask(desk, retailer_id, NEW, session.shopper_id, now)


async def ask_to_sign_in(desk: LinkDesk, retailer_id: str, now: datetime) -> str:
    """The challenge for whoever has a passkey."""
    return await _ask(desk, retailer_id, SIGN_IN, "", now)


async def add_passkey(
    desk: LinkDesk, ceremony: Ceremony, retailer_id: str, shopper: Shopper, answer: str, agent: str, now: datetime
) -> Passkey:
    """The shopper's new passkey, stored. Raises `NotSignedIn` for an answer that does not hold."""
    challenge = ceremony.challenge(answer)
    ticket = await desk.links.use(retailer_id, NEW, hashed(challenge), now)
    if ticket is None or ticket.shopper_id != shopper.id or now >= ticket.expires_at:
        raise _refused("The challenge is used up or too old.")
    shown = ceremony.created(answer, challenge)
    if len(await desk.passkeys.of(retailer_id, shopper.id)) >= PASSKEYS_MAX:
        raise _refused("There are too many passkeys.")
    name = "".join(one for one in agent if one.isprintable())[:AGENT_MAX]
    passkey = Passkey(shown.id, shopper.id, shown.public_key, shown.sign_count, name, now)
    if not await desk.passkeys.add(retailer_id, passkey):
        raise _refused("This passkey is there already.")
    return passkey


async def come_by_passkey(
    desk: LinkDesk, ceremony: Ceremony, retailer_id: str, answer: str, agent: str, now: datetime
) -> str:
    """The session of who has the passkey. Raises `NotSignedIn` for an answer that does not hold, was given before, or
    whose count went back: a copy of the key is in somebody else's hands, or ours is.
    """
    challenge = ceremony.challenge(answer)
    ticket = await desk.links.use(retailer_id, SIGN_IN, hashed(challenge), now)
    if ticket is None or now >= ticket.expires_at:
        raise _refused("The challenge is used up or too old.")
    passkey = await desk.passkeys.find(retailer_id, ceremony.which(answer))
    if passkey is None:
        raise _refused("This passkey is not known here.")
    shown = ceremony.signed(answer, challenge, passkey)
    if not await desk.passkeys.signed(retailer_id, passkey, shown.sign_count, now):
        raise _refused("This passkey was used at the same moment.")
    return await open_session(desk, retailer_id, passkey.shopper_id, "passkey", agent, now)


async def _ask(desk: LinkDesk, retailer_id: str, kind: str, shopper_id: str, now: datetime) -> str:
    challenge = desk.new_secret()
    await desk.links.issue(retailer_id, Ticket(kind, hashed(challenge), shopper_id, now, now + CHALLENGE_LIFE))
    return challenge


def _refused(why: str) -> NotSignedIn:
    return NotSignedIn(why, remedy="Try again, or sign in by mail.")
