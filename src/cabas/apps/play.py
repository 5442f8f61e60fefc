"""One order from one sentence, without anybody to answer: `cabas order`, `cabas demo --order`."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from cabas.apps.counter import Counter
from cabas.apps.wiring import House, new_id
from cabas.domain.ledger import Posting
from cabas.kernel.ids import fingerprint
from cabas.usecases.checkout.command import Answer
from cabas.usecases.talk.view import View


@dataclass(frozen=True, slots=True)
class Wish:
    """What to order and how. `key` makes it happen once; `yes` answers the questions about age and large orders."""

    text: str
    locale: str
    store_id: str
    shopper_id: str | None
    platform: str
    channel: str = "voice"
    key: str = ""
    yes: bool = False
    dry_run: bool = False

    @property
    def request_hash(self) -> str:
        """What the key is bound to."""
        said = [self.text, self.locale, self.store_id, self.shopper_id, self.platform, self.channel]
        return fingerprint(json.dumps(said).encode())


@dataclass(frozen=True, slots=True)
class Played:
    """How it went: the view after the sentence, the last view, and what was posted. `replayed` is an earlier order."""

    understood: View | None
    last: View | None
    order: Answer | None = None
    postings: tuple[Posting, ...] = ()
    replayed: bool = False
    question: str = ""


async def play(house: House, wish: Wish) -> Played:
    """Say the sentence, take the slot asked for or the first one there is, and confirm. Places at most one order."""
    key = wish.key or new_id()
    where = (house.retailer, wish.store_id, wish.platform)
    if wish.key and not wish.dry_run:
        answer = await house.postgres.orders.replay(*where, key, wish.request_hash)
        if answer is not None:
            return await _placed(house, None, None, answer, replayed=True)
    counter = Counter(house.desk, house.retailer, wish.platform)
    opened = await counter.open(wish.locale, wish.store_id, wish.shopper_id, wish.channel)
    talk = opened.conversation_id
    understood = view = await counter.say(talk, wish.text, wish.channel)
    if not view.cart.bought or wish.dry_run:
        return Played(understood, view)
    if view.pending is None or view.pending.kind != "checkout":
        view = await counter.tap(talk, "checkout", None, None, channel=wish.channel)
    for _ in range(5):  # slot, read-back, large order, age, changed prices: each is asked once
        if view.order is not None or view.pending is None:
            break
        if view.pending.kind in ("limit", "age") and not wish.yes:
            return Played(understood, view, question=view.reply.text)
        view = await counter.tap(talk, "confirm", None, key, channel=wish.channel, request_hash=wish.request_hash)
    if view.order is None:
        return Played(understood, view)
    answer = await house.postgres.orders.replay(*where, key, wish.request_hash)
    return await _placed(house, understood, view, answer or b"", replayed=False)


async def _placed(house: House, understood: View | None, last: View | None, answer: bytes, *, replayed: bool) -> Played:
    order = msgspec.json.decode(answer, type=Answer)
    postings = await house.postgres.orders.postings(house.retailer, order.order.id)
    return Played(understood, last, order, postings, replayed)
