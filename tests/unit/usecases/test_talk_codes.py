"""Discount codes in a conversation: taken, refused, read back, ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cabas.demo.retailer import CODES
from cabas.domain.discount import Discount
from cabas.kernel.money import Money, total
from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from support.talking import Talker, talk

pytestmark = pytest.mark.anyio
OLD = Discount("OLD5", "", "amount", 500, ends=date(2026, 1, 1))


@pytest.fixture
async def talker(desk: tuple[Desk, Memory]) -> Talker:
    await desk[1].discounts.keep("halle", [*CODES, OLD])
    return await talk(desk)


async def test_a_code_counts_after_what_was_said_with_it(talker: Talker) -> None:
    view = await talker.say("un litre de lait, et j'ai un code promo bienvenue dix")
    goods = view.cart.goods
    off = goods - view.cart.total
    assert view.cart.codes == ("BIENVENUE10",)
    assert off == total(one.amount for one in view.cart.taken_off[0])
    assert Money(0) < off < goods
    assert "Bienvenue : 10 %" in view.reply.text
    more = await talker.say("ajoute du beurre")
    assert more.cart.total < more.cart.goods  # what it takes off follows the lines


async def test_a_code_that_does_not_count_is_told_and_not_kept(talker: Talker) -> None:
    await talker.say("un litre de lait")
    view = await talker.say("code promo OLD5")
    assert view.reply.text == "Le code OLD5 n'est plus valable."
    assert (view.cart.codes, view.cart.total) == ((), view.cart.goods)
    view = await talker.say("et le code XYZ123")
    assert view.reply.text == "Le code XYZ123 n'est pas valable."
    assert view.cart.codes == ()


async def test_a_code_that_may_count_later_is_kept(talker: Talker) -> None:
    await talker.say("un litre de lait")
    view = await talker.say("j'ai le code VITAMINES")
    assert view.reply.text == "Le code VITAMINES vaut à partir de 10,00 € d'articles."
    assert view.cart.codes == ("VITAMINES",)
    assert view.cart.total == view.cart.goods


async def test_a_code_is_asked_for_dropped_and_undone(talker: Talker) -> None:
    await talker.say("un litre de lait")
    asked = await talker.say("j'ai un bon de réduction")
    assert asked.reply.text.startswith("Quel est ce code ?")
    await talker.say("code promo BIENVENUE10")
    dropped = await talker.say("enlève le code promo")
    assert (dropped.reply.text, dropped.cart.total) == ("Le code est retiré.", dropped.cart.goods)
    undone = await talker.say("annule")
    assert undone.cart.total < undone.cart.goods
    again = await talker.say("enlève le code promo")
    none = await talker.say("enlève le code promo")
    assert again.cart.codes == ()
    assert none.reply.text == "Il n'y a pas de code dans votre panier."


async def test_what_is_read_back_is_what_is_ordered(talker: Talker, desk: tuple[Desk, Memory]) -> None:
    free = Discount("FREE", "Préparation offerte", "fee", 10_000, automatic=True)
    await desk[1].discounts.keep("halle", [free])
    await talker.say("un litre de lait et le code promo BIENVENUE10")
    asked = await talker.say("en livraison demain matin, je valide")
    assert asked.pending is not None
    if asked.pending.kind == "slot":
        asked = await talker.say("oui")
    assert "Réductions déduites" in asked.reply.text
    said, fee = asked.cart.total, asked.cart.fee
    assert fee > Money(0)
    placed = await talker.say("oui")
    assert placed.order is not None
    order = await desk[1].orders.get("halle", placed.order.number)
    assert order.total == said
    assert order.fee == Money(0)
    assert [one.code for one in order.discounts] == ["BIENVENUE10", "FREE"]
    assert placed.cart.codes == ()


async def test_a_code_used_up_meanwhile_is_told_with_the_new_price(talker: Talker, desk: tuple[Desk, Memory]) -> None:
    once = replace(CODES[0], code="ONCE9", uses=1)
    await desk[1].discounts.keep("halle", [once])
    await talker.say("un litre de lait et le code promo ONCE9")
    await talker.say("à retirer demain à 10h, je valide")
    await desk[1].discounts.remove("halle", "ONCE9")
    view = await talker.say("oui")
    assert view.order is None
    assert view.cart.total == view.cart.goods
    assert "Je passe la commande ?" in view.reply.text


async def test_members_pay_less_where_the_shop_knows_them(desk: tuple[Desk, Memory]) -> None:
    club = Discount("CLUB", "Prix membre", "percent", 1000, automatic=True, members=True)
    await desk[1].discounts.keep("halle", [club])
    shopper = next(key[1] for key, one in desk[1].rows.shoppers.items() if one.loyalty_card)
    found = []
    for who in (shopper, None):
        talker = await talk(desk, shopper=who)
        await talker.say("un litre de lait")
        asked = await talker.say("à retirer demain à 10h, je valide")
        placed = await talker.say("oui")
        assert placed.order is not None
        order = await desk[1].orders.get("halle", placed.order.number)
        assert order.total == asked.cart.total
        found.append(([one.code for one in order.discounts], asked.cart.goods - order.total > Money(0)))
    assert found == [(["CLUB"], True), ([], False)]
