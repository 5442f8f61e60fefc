"""My milk for "milk": with strong evidence and consent, said so, undone by a word; without consent, nothing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cabas.dialogue.acts import Act, Reference
from cabas.domain.cart import LineItem
from cabas.domain.insight import Purchase
from cabas.kernel.quantity import Quantity
from cabas.storage.consent_record import Said
from cabas.storage.memory import Memory
from cabas.usecases.ports import TillLine
from cabas.usecases.talk.desk import Desk
from support.talking import NOW, Talker, talk, want

pytestmark = pytest.mark.anyio
MILK = want("lait", "milk", "1", "l")
Shop = tuple[Desk, Memory]


async def milk_for(desk: Shop, **who: object) -> tuple[Talker, LineItem]:
    talker = await talk(desk, **who)  # type: ignore[arg-type]
    wish = replace(MILK, words="milk", lang="en") if talker.view.lang == "en" else MILK
    (line,) = (await talker.do(Act("add", (wish,)))).cart.lines
    return talker, line


async def another_milk(desk: Shop) -> str:
    """A milk of the store that nobody would get without a habit: the last of those that fit."""
    _, plain = await milk_for(desk, shopper=None)
    known = desk[0].search("halle").get(plain.alternatives)
    liters = [sku for sku in plain.alternatives if known[sku].content == Quantity(1, "LTR")]
    assert liters
    return liters[-1]


async def buys(desk: Shop, sku: str, *days_ago: int, shopper: str = "newcomer", receipt: str = "z") -> None:
    ports, memory = desk
    product = ports.search("halle").get([sku])[sku]
    lines = [
        TillLine(shopper, f"{receipt}{day}", 1,
                 Purchase(NOW - timedelta(days=day), sku, product.name, product.family, product.brand, 1))
        for day in days_ago
    ]  # fmt: skip
    await memory.fill.purchases("halle", lines)


async def newcomer(desk: Shop, *, personal: bool = True) -> None:
    """A shopper who never bought anything yet."""
    _, memory = desk
    (camille,) = [one for one in memory.rows.shoppers.values() if one.id == "camille"]
    await memory.fill.shoppers("halle", [replace(camille, id="newcomer", name="Nour Petit", personal=personal)])


async def test_my_milk_is_taken_and_called_so(desk: Shop) -> None:
    await newcomer(desk)
    mine = await another_milk(desk)
    await buys(desk, mine, 5, 12, 19)
    talker, line = await milk_for(desk, shopper="newcomer")
    assert (line.sku, line.why[0]) == (mine, "usual")
    assert "votre lait habituel" in talker.view.reply.text
    assert talker.view.reply.speech.startswith("Un litre de lait ajouté : votre lait habituel, ")
    english, line = await milk_for(desk, shopper="newcomer", locale="en-GB")
    assert line.sku == mine
    assert "your usual milk" in english.view.reply.text
    assert "your usual milk" in english.view.reply.speech


@pytest.mark.parametrize("word", ["non, un autre", "pas celui-là"])
async def test_one_word_undoes_it(desk: Shop, word: str) -> None:
    await newcomer(desk)
    _, anybodys = await milk_for(desk, shopper=None)
    mine = await another_milk(desk)
    await buys(desk, mine, 5, 12, 19)
    talker, line = await milk_for(desk, shopper="newcomer")
    assert line.sku == mine
    (changed,) = (await talker.say(word)).cart.lines
    assert (changed.id, changed.sku) == (line.id, anybodys.sku)
    assert "usual" not in changed.why
    assert line.name in talker.view.reply.text
    assert (await talker.do(Act("undo"))).cart.lines == (line,)


async def test_not_that_one_in_english(desk: Shop) -> None:
    await newcomer(desk)
    mine = await another_milk(desk)
    await buys(desk, mine, 5, 12, 19)
    talker, line = await milk_for(desk, shopper="newcomer", locale="en-GB")
    assert line.sku == mine
    (changed,) = (await talker.say("not that one")).cart.lines
    assert changed.sku not in (None, mine)


async def test_a_usual_thing_asked_for_by_that_word_can_be_refused_too(desk: Shop) -> None:
    talker = await talk(desk)
    (line,) = (await talker.do(Act("reorder", (want("yaourts", "plain_yogurt"),)))).cart.lines
    assert line.why[0] == "usual"
    (changed,) = (await talker.do(Act("replace", target=Reference(), compare="other"))).cart.lines
    assert changed.sku not in (None, line.sku)
    assert changed.family == line.family


async def test_weak_evidence_changes_nothing(desk: Shop) -> None:
    await newcomer(desk)
    _, anybodys = await milk_for(desk, shopper=None)
    mine = await another_milk(desk)
    await buys(desk, mine, 5)  # once
    assert (await milk_for(desk, shopper="newcomer"))[1] == anybodys
    await buys(desk, mine, 200, 230, 260)  # long ago
    assert (await milk_for(desk, shopper="newcomer"))[1] == anybodys


async def test_each_order_counts_at_once_and_a_canceled_one_no_more(desk: Shop) -> None:
    await newcomer(desk)
    mine = await another_milk(desk)
    await buys(desk, mine, 7)
    talker, line = await milk_for(desk, shopper="newcomer")
    assert line.sku != mine
    await talker.tap("swap", line.id, mine)
    await talker.do(Act("checkout"))
    await talker.do(Act("confirm"))
    view = await talker.do(Act("confirm"))
    assert view.order is not None
    assert (await milk_for(desk, shopper="newcomer"))[1].sku == mine
    await talker.desk.orders.move("halle", view.order.order_id, "cancel", NOW)
    assert (await milk_for(desk, shopper="newcomer"))[1].sku == line.sku


async def test_without_consent_there_is_nothing_personal(desk: Shop) -> None:
    _, anybodys = await milk_for(desk, shopper=None)
    mine = await another_milk(desk)
    await newcomer(desk, personal=False)
    await buys(desk, mine, 5, 12, 19)
    before = repr(desk[1].rows.purchases)
    talker, line = await milk_for(desk, shopper="newcomer")
    assert line == anybodys
    cart = talker.view.cart
    view = await talker.do(Act("reorder", (want("lait", "milk"),)))
    assert view.cart == cart
    assert view.asked
    assert repr(desk[1].rows.purchases) == before


async def test_a_partner_hears_of_habits_only_when_the_shopper_agreed_to_that(desk: Shop) -> None:
    _, memory = desk
    await newcomer(desk)
    mine = await another_milk(desk)
    await buys(desk, mine, 5, 12, 19)
    _, anybodys = await milk_for(desk, shopper=None, platform="google")

    async def says(number: int, purpose: str, platform: str = "google", *, granted: bool = True) -> None:
        at = NOW - timedelta(hours=9 - number)
        said = Said(
            str(number), "newcomer", platform, purpose, granted=granted, at=at, text_version="1", surface="account"
        )
        await memory.consents.record("halle", said)

    async def heard_by_google() -> LineItem:
        return (await milk_for(desk, shopper="newcomer", platform="google"))[1]

    assert await heard_by_google() == anybodys
    await says(1, "receipts")
    await says(2, "personal_results", "amazon")
    assert await heard_by_google() == anybodys
    await says(3, "personal_results")
    assert (await heard_by_google()).sku == mine
    await says(4, "personal_results", granted=False)
    assert await heard_by_google() == anybodys
    assert (await milk_for(desk, shopper="newcomer"))[1].sku == mine, "the retailer's own page still may"
