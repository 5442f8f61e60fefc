"""Recipes in a cart that has things in it, for a kitchen that has some too."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from cabas.dialogue.acts import Act, RecipeAsk
from cabas.domain.cart import LineItem
from cabas.domain.catalog import Storage
from cabas.domain.insight import Purchase
from cabas.storage.memory import Memory
from cabas.usecases.ports import TillLine
from cabas.usecases.talk.desk import Desk
from support.talking import NOW, Talker, talk, want

pytestmark = pytest.mark.anyio
Shop = tuple[Desk, Memory]


def cook(dish: str, people: int = 4) -> Act:
    return Act("recipe", recipe=RecipeAsk(dish, dish, people))


def of(talker: Talker, family: str) -> list[LineItem]:
    """The lines of a family, as they stand."""
    above = talker.desk.lexicon("halle", "fr").above
    return [line for line in talker.view.cart.lines if line.family and family in above(line.family)]


async def test_the_butter_already_there_counts(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(Act("add", (want("beurre", "butter", "250", "g"),)))
    (butter,) = of(talker, "butter")
    view = await talker.do(cook("crepes"))
    (line,) = of(talker, "butter")
    assert (line.id, line.sku, line.quantity, line.recipe) == (butter.id, butter.sku, butter.quantity, None)
    assert Fraction(0) < line.used < 1
    assert f"Il y a déjà {butter.name} dans votre panier" in view.reply.text


async def test_two_recipes_share_their_packs(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(cook("crepes"))
    (first,) = of(talker, "egg")
    await talker.do(cook("quiche_lorraine"))
    (second,) = of(talker, "egg")
    assert first.used < second.used
    assert second.used <= second.quantity
    families = [line.family for line in talker.view.cart.lines]
    assert len(families) == len(set(families)), "nothing is bought or proposed twice"


async def test_what_two_recipes_need_is_bought_anew_in_one_pack_that_fits(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(cook("quiche_lorraine", 6))
    (few,) = of(talker, "egg")
    await talker.do(cook("chocolate_cake", 12))
    (many,) = of(talker, "egg")
    assert many.id == few.id
    assert many.recipe is not None
    assert many.recipe.split(" + ")[0] == few.recipe
    assert len(many.recipe.split(" + ")) == 2
    content = talker.desk.search("halle").get([many.sku or ""])[many.sku or ""].content
    assert content is not None
    assert content.base * many.quantity >= content.base * many.used > 6
    assert (await talker.do(Act("undo"))).cart.find(lambda line: line.id == few.id) == (few,)


async def test_what_kitchens_have_is_proposed_and_one_word_adds_it(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    view = await talker.do(cook("crepes"))
    assert view.pending is not None
    assert view.pending.kind == "pantry"
    proposed = [line for line in view.cart.lines if line.id in view.pending.about]
    assert {line.want.family for line in proposed} >= {"salt", "sugar"}
    assert not any(line.ticked for line in proposed)
    assert view.reply.text.endswith("Vous avez sans doute du sucre, du sel et de l'huile ; je les ajoute ?")
    goods = view.cart.goods
    yes = await talker.do(Act("confirm"))
    assert {line.id for line in proposed} <= {line.id for line in yes.cart.bought}
    assert goods < yes.cart.goods
    assert yes.pending is None


async def test_no_leaves_it_at_home_and_it_is_not_proposed_as_new(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    before = (await talker.do(cook("crepes"))).cart
    assert (await talker.do(Act("cancel"))).cart == before
    await talker.do(cook("quiche_lorraine"))
    assert len(of(talker, "salt")) == 1


async def test_a_touch_adds_one_of_them(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(cook("crepes"))
    (salt,) = of(talker, "salt")
    view = await talker.tap("tick", salt.id)
    assert salt.id in {line.id for line in view.cart.bought}


async def test_what_was_bought_lately_is_proposed_not_pushed(desk: Shop) -> None:
    ports, memory = desk
    guest = await talk(desk, shopper=None)
    await guest.do(cook("crepes"))
    (flour,) = of(guest, "flour")
    assert flour.ticked
    product = ports.search("halle").get([flour.sku or ""])[flour.sku or ""]

    def line(days: int) -> TillLine:
        at = NOW - timedelta(days=days)
        return TillLine("camille", f"f{days}", 1, Purchase(at, product.sku, product.name, product.family, None, 1))

    await memory.fill.purchases("halle", [line(90), line(47), line(4)])
    camille = await talk(desk)
    view = await camille.do(cook("crepes"))
    (hers,) = of(camille, "flour")
    assert not hers.ticked
    assert view.pending is not None
    assert hers.id in view.pending.about
    assert "de la farine" in view.reply.text
    feast = await talk(desk)
    await feast.do(cook("crepes", 60))
    assert all(line.ticked for line in of(feast, "flour")), "more than can be left is bought"


async def test_fresh_goods_bought_lately_are_bought_again(desk: Shop) -> None:
    ports, memory = desk
    guest = await talk(desk, shopper=None)
    await guest.do(cook("quiche_lorraine"))
    bought = ports.search("halle").get([line.sku or "" for line in guest.view.cart.bought])
    cold = {sku for sku, product in bought.items() if product.storage is not Storage.AMBIENT}
    assert {"lardons", "shortcrust_pastry"} <= {bought[sku].family for sku in cold}

    def lines(days: int) -> list[TillLine]:
        at = NOW - timedelta(days=days)
        return [
            TillLine("camille", f"q{days}", place, Purchase(at, one.sku, one.name, one.family, None, 4))
            for place, one in enumerate(bought.values())
        ]

    await memory.fill.purchases("halle", [*lines(61), *lines(31), *lines(1)])
    camille = await talk(desk)
    view = await camille.do(cook("quiche_lorraine"))
    assert cold <= {line.sku for line in view.cart.bought}
    assert "rien à acheter" not in view.reply.text


async def test_what_is_assumed_at_home_is_offered_when_other_things_are_said_too(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    view = await talker.do(cook("crepes"), Act("add", (want("pain de mie", "sandwich_bread"),)))
    assert view.pending is not None
    assert view.pending.kind == "pantry"
    assert view.reply.text.endswith("Vous avez sans doute du sucre, du sel et de l'huile ; je les ajoute ?")


async def test_two_recipes_ask_one_question(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    view = await talker.do(cook("crepes"), cook("quiche_lorraine"))
    assert view.pending is not None
    proposed = [line for line in view.cart.lines if line.id in view.pending.about]
    assert {"sugar", "salt", "oil", "pepper"} <= {line.want.family for line in proposed}
    assert not any(line.ticked for line in proposed)
    assert view.reply.text.count("Vous avez sans doute") == 1
    assert view.reply.text.count("?") == 1
    yes = await talker.do(Act("confirm"))
    assert {line.id for line in proposed} <= {line.id for line in yes.cart.bought}


async def test_one_yes_answers_one_question(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    view = await talker.do(cook("crepes"), Act("checkout"))
    assert view.pending is not None
    assert view.pending.kind == "slot"
    assert "Vous avez sans doute du sucre" in view.reply.text
    assert "je les ajoute ?" not in view.reply.text
    later = set(view.pending.later)
    assert {line.want.family for line in view.cart.lines if line.id in later} == {"sugar", "salt", "oil"}
    booked = await talker.do(Act("confirm"))
    assert booked.cart.slot is not None
    assert booked.pending is not None
    assert booked.pending.kind == "checkout", "the order goes on; what was assumed stays out of it"
    assert later.isdisjoint(line.id for line in booked.cart.bought)
    kept = await talker.do(Act("cancel"))
    assert kept.pending is not None
    assert (kept.pending.kind, set(kept.pending.about)) == ("pantry", later)
    assert kept.reply.text.endswith("je les ajoute ?")


async def test_the_price_of_a_portion_and_what_is_left_are_told(desk: Shop) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(cook("bechamel_dish", 4))
    view = talker.view
    cost = view.cart.goods
    each = f"{cost.times(Fraction(1, 4)).amount / 100:.2f}".replace(".", ",")
    assert f"soit {each} € par personne" in view.reply.text
    assert "par personne" in view.reply.speech
    eggs = await talk(desk, shopper=None)
    reply = (await eggs.do(cook("mayonnaise_dish", 6))).reply
    (line,) = of(eggs, "egg")
    assert f"{line.quantity * 6 - 1} œufs" in reply.text, "one of six was needed"
    assert "Il restera" in reply.text
    assert "Il restera" not in reply.speech
