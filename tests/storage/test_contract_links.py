"""Links of accounts and tickets: the same in memory and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.domain.customer import Shopper
from cabas.usecases.link.ports import CODE, MAIL, SESSION, Link, Passkey, Ticket, hashed
from support.house import NOW, House

pytestmark = pytest.mark.anyio
LINK = Link(
    "l1", "camille", "google", "https://agent.example/client.json", "Nice Agent", "google",
    frozenset({"shop", "history"}), frozenset({"receipts"}), NOW,
)  # fmt: skip
TICKET = Ticket(CODE, hashed("code"), "camille", NOW, NOW + timedelta(minutes=1), "l1", about={"nonce": "é"})


async def test_a_link_is_kept_and_ended_once(anywhere: House) -> None:
    rid, links = anywhere.retailer_id, anywhere.ports.links
    later = replace(LINK, id="l2", created_at=NOW + timedelta(hours=1), purposes=frozenset())
    await links.add(rid, LINK)
    await links.add(rid, later)
    assert await links.link(rid, "l1") == LINK
    assert await links.links(rid, "camille") == (later, LINK)
    assert await links.links(rid, "sam") == ()
    assert await links.link("stranger", "l1") is None
    assert not await links.end("stranger", "l1", NOW)
    assert await links.end(rid, "l1", NOW)
    assert not await links.end(rid, "l1", NOW + timedelta(hours=1))
    assert await links.link(rid, "l1") == replace(LINK, ended_at=NOW)
    assert await links.links(rid, "camille") == (later,)


async def test_a_ticket_is_used_once_whoever_hurries(anywhere: House) -> None:
    rid, links = anywhere.retailer_id, anywhere.ports.links
    await links.issue(rid, TICKET)
    assert await links.ticket(rid, CODE, TICKET.hash) == TICKET
    assert await links.ticket(rid, SESSION, TICKET.hash) is None
    assert await links.use("stranger", CODE, TICKET.hash, NOW) is None
    used = await asyncio.gather(*(links.use(rid, CODE, TICKET.hash, NOW) for _ in range(8)))
    assert [one for one in used if one is not None] == [TICKET]
    assert await links.ticket(rid, CODE, TICKET.hash) == replace(TICKET, used_at=NOW)


async def test_good_tickets_of_a_shopper_are_listed(anywhere: House) -> None:
    rid, links = anywhere.retailer_id, anywhere.ports.links
    made = [
        Ticket(SESSION, hashed(str(hours)), "camille", NOW + timedelta(hours=hours), NOW + timedelta(hours=hours + 2))
        for hours in range(3)
    ]
    for ticket in made:
        await links.issue(rid, ticket)
    await links.use(rid, SESSION, made[1].hash, NOW)
    assert await links.tickets(rid, "camille", SESSION, NOW + timedelta(hours=1)) == (made[2], made[0])
    assert await links.tickets(rid, "camille", SESSION, NOW + timedelta(hours=2)) == (made[2],)
    assert await links.tickets(rid, "camille", MAIL, NOW) == ()


async def test_tickets_are_counted_by_subject_since_a_moment(anywhere: House) -> None:
    rid, links = anywhere.retailer_id, anywhere.ports.links
    for minutes in (0, 10, 20):
        at = NOW + timedelta(minutes=minutes)
        await links.issue(rid, Ticket(MAIL, hashed(str(minutes)), "", at, at, subject="a"))
    assert await links.count(rid, MAIL, "a", NOW) == 2
    assert await links.count(rid, MAIL, "a", NOW - timedelta(seconds=1)) == 3
    assert await links.count(rid, MAIL, "b", NOW - timedelta(days=1)) == 0
    assert await links.count("stranger", MAIL, "a", NOW - timedelta(days=1)) == 0


async def test_a_shopper_is_found_by_an_address_that_is_theirs_alone(anywhere: House) -> None:
    rid, links = anywhere.retailer_id, anywhere.ports.links
    ada = Shopper("ada", rid, "Ada", email="ada@example.org")
    twins = [Shopper(name, rid, name, email="twins@example.org") for name in ("lo", "la")]
    await anywhere.fill.shoppers(rid, [ada, *twins])
    assert await links.shopper_by_email(rid, "ada@example.org") == ada
    assert await links.shopper_by_email(rid, "twins@example.org") is None
    assert await links.shopper_by_email(rid, "nobody@example.org") is None
    assert await links.shopper_by_email("stranger", "ada@example.org") is None
    await links.allow_personal(rid, "ada")
    assert await links.shopper_by_email(rid, "ada@example.org") == replace(ada, personal=True)


async def test_passkeys_count_once_whoever_hurries(anywhere: House) -> None:
    rid, passkeys = anywhere.retailer_id, anywhere.ports.passkeys
    key = Passkey(b"\x00one", "camille", b"\xa5cose", 4, "Téléphone", NOW)
    later = replace(key, id=b"two", created_at=NOW + timedelta(hours=1))
    assert await passkeys.add(rid, key)
    assert await passkeys.add(rid, later)
    assert not await passkeys.add(rid, replace(key, shopper_id="sam"))
    assert await passkeys.find(rid, b"\x00one") == key
    assert await passkeys.find("stranger", b"\x00one") is None
    assert await passkeys.of(rid, "camille") == (later, key)
    assert await passkeys.of(rid, "sam") == ()
    counted = await asyncio.gather(*(passkeys.signed(rid, key, 5, NOW) for _ in range(8)))
    assert sorted(counted) == [False] * 7 + [True]
    assert await passkeys.find(rid, key.id) == replace(key, sign_count=5, used_at=NOW)
    assert not await passkeys.remove(rid, "sam", key.id)
    assert not await passkeys.remove("stranger", "camille", key.id)
    assert await passkeys.remove(rid, "camille", key.id)
    assert not await passkeys.remove(rid, "camille", key.id)
    assert await passkeys.of(rid, "camille") == (later,)
