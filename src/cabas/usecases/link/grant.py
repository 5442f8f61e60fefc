"""The shopper's yes: what may be ticked, what a link is then good for, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.book import HOUSE
from cabas.agreement.fields import FIELDS
from cabas.agreement.term import See
from cabas.domain.consent import PURPOSES, Said
from cabas.domain.customer import Shopper
from cabas.usecases.link.ask import Ask
from cabas.usecases.link.clients import OAuthError
from cabas.usecases.link.ports import CODE, Link, LinkDesk, Ticket, hashed

CODE_LIFE = timedelta(minutes=1)
HISTORY, PERSONAL = "history", "personal_results"
SURFACE = "link"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the platform gets of the shopper: fields with any order, and more per purpose, if the shopper ticks it."""

    always: tuple[str, ...]
    purposes: Mapping[str, tuple[str, ...]]


def offer(agreement: Agreement, day: date) -> Offer:
    """What the agreement lets the shopper decide on `day`."""

    def seen(*given: str) -> tuple[str, ...]:
        who = agreement.retailer, agreement.platform
        return tuple(
            name for name in FIELDS if evaluate(agreement, Request(*who, (See(day, name, frozenset(given)),))).allowed
        )

    always = seen()
    more = {purpose: tuple(one for one in seen(purpose) if one not in always) for purpose in PURPOSES}
    about_orders = tuple(one for one in always if FIELDS[one].receipt)
    return Offer(about_orders, {purpose: found for purpose, found in more.items() if found})


def within(offered: Offer, asked: frozenset[str]) -> frozenset[str]:
    """What of the scopes asked for can be had at all: no history where the agreement shares none."""
    return asked if PERSONAL in offered.purposes else asked - {HISTORY}


@dataclass(frozen=True, slots=True)
class Yes:
    """What the shopper said on the consent page, in the words of `text_version`, signed in since `since`."""

    shopper: Shopper
    ticked: frozenset[str]
    text_version: str
    since: datetime


async def allow(desk: LinkDesk, agreement: Agreement, ask: Ask, yes: Yes, now: datetime) -> str:
    """Link the account and return the code for the client. Only what was offered and ticked counts.

    Raises `OAuthError` with code "access_denied" when nothing of what was asked for is left.
    """
    offered = offer(agreement, now.date()).purposes
    ticked = frozenset(yes.ticked & offered.keys())
    given = ask.scopes if PERSONAL in ticked else ask.scopes - {HISTORY}
    if not given:
        raise OAuthError("The shopper gave nothing of it.", remedy="Ask for less.", code="access_denied")
    retailer = agreement.retailer
    link = Link(
        id=desk.new_id(), shopper_id=yes.shopper.id, platform=agreement.platform, client_id=ask.client.id,
        client_name=ask.client.name, sector=ask.client.sector, scopes=given, purposes=ticked, created_at=now,
    )  # fmt: skip
    await desk.links.add(retailer, link)
    for purpose in sorted(ticked):
        await _record(desk, retailer, link, purpose, now, yes.text_version, granted=True)
    await _withdraw_untold(desk, retailer, link, frozenset(offered) - ticked, now, yes.text_version)
    if PERSONAL in ticked and not yes.shopper.personal:
        # Said on the retailer's own page, it holds for the account: without it no partner gets such results.
        await _record(desk, retailer, link, PERSONAL, now, yes.text_version, granted=True, platform=HOUSE)
        await desk.links.allow_personal(retailer, yes.shopper.id)
    secret = desk.new_secret()
    about = {
        "redirect_uri": ask.redirect_uri, "challenge": ask.challenge, "nonce": ask.nonce,
        "resources": " ".join(ask.resources), "auth_time": str(int(yes.since.timestamp())),
    }  # fmt: skip
    ticket = Ticket(CODE, hashed(secret), yes.shopper.id, now, now + CODE_LIFE, link.id, about=about)
    await desk.links.issue(retailer, ticket)
    return secret


async def unlink(desk: LinkDesk, retailer_id: str, link: Link, now: datetime, text_version: str = "unlink") -> None:
    """End a link: its tokens open nothing from now on, and its consents are taken back. Twice is harmless."""
    if await desk.links.end(retailer_id, link.id, now):
        await _withdraw_untold(desk, retailer_id, link, link.purposes, now, text_version)


async def unlink_client(desk: LinkDesk, retailer_id: str, shopper_id: str, client_id: str, now: datetime) -> int:
    """End every link of a shopper with a client, and say how many there were."""
    found = [one for one in await desk.links.links(retailer_id, shopper_id) if one.client_id == client_id]
    for link in found:
        await unlink(desk, retailer_id, link, now)
    return len(found)


async def _withdraw_untold(
    desk: LinkDesk, retailer_id: str, link: Link, purposes: frozenset[str], now: datetime, text_version: str
) -> None:
    """Take back those of `purposes` that are granted and that no other link of the shopper to this platform holds."""
    others = await desk.links.links(retailer_id, link.shopper_id)
    kept = {
        purpose for one in others if one.platform == link.platform and one.id != link.id for purpose in one.purposes
    }
    granted = {
        one.purpose
        for one in await desk.consents.grants(retailer_id, link.shopper_id)
        if one.platform == link.platform and one.holds(now)
    }
    for purpose in sorted(granted & (purposes - kept)):
        await _record(desk, retailer_id, link, purpose, now, text_version, granted=False)


async def _record(
    desk: LinkDesk, retailer_id: str, link: Link, purpose: str, now: datetime, text_version: str,
    *, granted: bool, platform: str = "",
) -> None:  # fmt: skip
    proof = {"link": link.id, "client": link.client_id}
    said = Said(
        desk.new_id(), link.shopper_id, platform or link.platform, purpose, granted, now, text_version, SURFACE,
        proof=proof,
    )  # fmt: skip
    await desk.consents.record(retailer_id, said)
