"""What a conversation tells of words that failed, and how taught words act in it, over a shelf of five products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from cabas.agreement.book import book
from cabas.dialogue.classify import below
from cabas.dialogue.knowledge import Word
from cabas.dialogue.lexicon import lexicon
from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Shopper
from cabas.kernel.clock import FixedClock
from cabas.kernel.errors import Unavailable
from cabas.kernel.money import Money
from cabas.storage.consent_record import Said
from cabas.storage.memory import Memory
from cabas.usecases.learn.ports import OWN, Failure, Pack
from cabas.usecases.ports import Hit, Query, StockLevel, Store
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.tap import tap
from cabas.usecases.talk.turn import open_conversation, say
from cabas.usecases.talk.view import View

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))
GOODS = [("courgette", "Courgette"), ("carrot", "Carotte"), ("leek", "Poireau"), ("still_water", "Eau plate 1 l")]
SHELF = {family: Product(family, {"fr": name}, family=family) for family, name in GOODS}
SHELF["odd"] = Product("odd", {"fr": "Panier surprise"})
HOUSE = """
id = "house"
retailer = "halle"
platform = "house"
starts = 2000-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[fulfillment_split]
prepares = "retailer"
delivers = "retailer"
methods = ["pickup"]
[data_sharing]
owner = "retailer"
"""


class Shelves:
    """A search by family, and by whole names."""

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        kin = {one for family in query.families for one in below(family)}
        return [Hit(one, 1.0) for one in SHELF.values() if one.family in kin or query.words == one.name.lower()]

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        return {sku: SHELF[sku] for sku in skus if sku in SHELF}

    def knows(self, words: str) -> bool:
        return False

    def brands(self) -> Mapping[str, int]:
        return {}


class Teller:
    """`Learning` over the ports in memory, with the words as they are."""

    def __init__(self, memory: Memory, *, broken: bool = False) -> None:
        self.memory, self.broken = memory, broken
        self.words = lexicon(lang="fr")

    async def refresh(self, retailer_id: str) -> None:
        self.words = lexicon(knowledge=await self.memory.teachings.knowledge(retailer_id), lang="fr")

    async def keep(self, retailer_id: str, failures: Iterable[Failure]) -> None:
        if self.broken:
            raise Unavailable("Not now.")
        await self.memory.failures.add(retailer_id, list(failures))


class Talker:
    """One shopper of a small shop, who agreed to have failed words kept unless `silent`."""

    def __init__(self, memory: Memory, desk: Desk, conversation_id: str) -> None:
        self.memory, self.desk, self.id = memory, desk, conversation_id

    async def say(self, text: str) -> View:
        return await say(self.desk, "halle", self.id, text)

    async def failures(self) -> list[tuple[str, str | None, str | None, str | None]]:
        kept = await self.memory.failures.since("halle", NOW - timedelta(days=1))
        return [(one.why, one.said, one.words, one.instead) for one in sorted(kept, key=lambda one: one.id)]

    async def teach(self, *words: Word) -> None:
        await self.memory.teachings.put("halle", Pack("ours", OWN, "ours", NOW), words)


async def talker(*, agreed: bool = True, shopper: str | None = "camille", broken: bool = False) -> Talker:
    memory, numbers = Memory(), count(1)
    teller = Teller(memory, broken=broken)
    await memory.fill.stores("halle", [Store("lyon", "halle", "Lyon", "Europe/Paris")])
    await memory.fill.shoppers("halle", [Shopper("camille", "halle", "Camille")])
    await memory.fill.products("halle", SHELF.values())
    await memory.fill.offers("halle", [Offer(sku, "", Money(100), 0) for sku in SHELF])
    await memory.fill.stock("halle", [StockLevel("lyon", sku, 50) for sku in SHELF])
    if agreed:
        said = Said("s", "camille", "house", "learning", True, NOW - timedelta(days=1), "v1", "page")
        await memory.consents.record("halle", said)
    desk = Desk(
        conversations=memory.conversations,
        shop=memory.shop,
        orders=memory.orders,
        agreements=book({"house.toml": HOUSE}),
        consents=memory.consents,
        pages=None,  # type: ignore[arg-type]  # nobody asks for a recipe here
        search=lambda _: Shelves(),
        lexicon=lambda retailer, lang: teller.words,
        clock=FixedClock(NOW),
        new_id=lambda: f"{next(numbers):04}",
        learning=teller,
    )
    view = await open_conversation(desk, "halle", "lyon", platform="house", locale="fr-FR", shopper_id=shopper)
    return Talker(memory, desk, view.conversation_id)


def families(view: View) -> list[str | None]:
    return [line.family for line in view.cart.lines]


async def test_what_was_understood_is_no_failure() -> None:
    camille = await talker()
    await camille.say("ajoute deux carottes")
    await camille.say("enlève les carottes")
    assert await camille.failures() == [("undone_at_once", "ajoute deux carottes", "carottes", None)]
    await camille.say("ajoute deux poireaux")
    await camille.say("ajoute deux carottes")
    assert len(await camille.failures()) == 1


async def test_words_nothing_is_called_by_and_what_was_taken_instead() -> None:
    camille = await talker()
    await camille.say("ajoute deux schmurtz")
    await camille.say("ajoute deux courgettes")
    assert await camille.failures() == [
        ("no_product", "ajoute deux schmurtz", "schmurtz", None),
        ("replaced", "ajoute deux schmurtz", "schmurtz", "courgette"),
    ]


async def test_a_product_taken_back_at_once_and_one_changed_for_another_thing() -> None:
    camille = await talker()
    await camille.say("ajoute deux carottes")
    await camille.say("annule")
    assert await camille.failures() == [("undone_at_once", "ajoute deux carottes", "carottes", None)]
    await camille.say("ajoute trois carottes")
    await camille.say("remplace les carottes par des poireaux")
    assert (await camille.failures())[1:] == [("replaced", "ajoute trois carottes", "carottes", "leek")]


async def test_the_same_words_again() -> None:
    camille = await talker()
    await camille.say("ajoute deux carottes")
    await camille.say("Ajoute deux carottes")
    assert [one[:3] for one in await camille.failures()] == [
        ("asked_twice", "ajoute deux carottes", "carottes"),
    ]


async def test_numbers_and_addresses_of_people_are_never_kept() -> None:
    camille = await talker()
    await camille.say("ajoute deux schmurtz pour le 06 12 34 56 78")
    await camille.say("ajoute trois zorglubs camille@example.org")
    kept = repr(await camille.failures())
    assert "schmurtz" in kept
    assert "zorglub" in kept
    assert not {"06", "78", "@", "example"} & set(re.findall(r"@|\w+", kept))


async def test_a_long_list_of_unknown_things_is_kept_in_part() -> None:
    camille = await talker()
    await camille.say("\n".join(f"2 schmurtz{letter}{other}" for letter in "abcdefg" for other in "hijkl"))
    assert len(await camille.failures()) == 20


@pytest.mark.parametrize("shopper", [None, "camille"])
async def test_without_consent_only_the_count_is_kept(shopper: str | None) -> None:
    quiet = await talker(agreed=False, shopper=shopper)
    await quiet.say("ajoute deux schmurtz")
    await quiet.say("ajoute deux courgettes")
    kept = await quiet.memory.failures.since("halle", NOW)
    assert sorted(one.why for one in kept) == ["no_product", "replaced"]
    for one in kept:
        assert replace(one, said=None, words=None, family=None, sku=None, instead=None) == one


async def test_a_turn_does_not_fail_because_its_failure_cannot_be_kept() -> None:
    camille = await talker(broken=True)
    view = await camille.say("ajoute deux schmurtz")
    assert view.asked
    assert view.cart.lines == ()
    assert families(await camille.say("ajoute deux carottes")) == ["carrot"]


async def test_taught_words_find_their_product_in_the_next_turn() -> None:
    camille = await talker()
    assert families(await camille.say("ajoute deux schmurtz")) == []
    await camille.teach(Word("schmurtz", "fr", "courgette"))
    view = await camille.say("ajoute trois schmurtz et une carotte")
    assert families(view) == ["courgette", "carrot"]
    assert view.cart.lines[0].want.words == "schmurtz"  # the shopper's own word stays
    await camille.teach()
    await camille.say("enlève les courgettes")
    assert families(await camille.say("ajoute quatre schmurtz")) == ["carrot"]


async def test_words_that_mean_one_product_and_words_that_never_do() -> None:
    camille = await talker()
    await camille.teach(Word("panier du chef", "fr", None, "odd"), Word("carottes", "fr", None, "carrot", never=True))
    view = await camille.say("ajoute un panier du chef")
    assert [line.sku for line in view.cart.lines] == ["odd"]
    view = await camille.say("ajoute deux carottes")
    assert [line.sku for line in view.cart.lines] == ["odd", None]


async def test_a_touch_tells_what_was_meant() -> None:
    camille = await talker()
    line = (await camille.say("ajoute deux carottes")).cart.lines[0]
    stored = await camille.desk.conversations.load("halle", camille.id)
    assert stored is not None
    cart = stored.cart.put(replace(line, alternatives=("leek",)))
    await camille.desk.conversations.save(replace(stored, cart=cart))
    await tap(camille.desk, "halle", camille.id, "swap", line.id, "leek")
    assert await camille.failures() == [("replaced", "ajoute deux carottes", "carottes", "leek")]
