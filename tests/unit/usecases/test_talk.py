"""The talk use case, act by act, over the demo retailer in memory: what changes, and what does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from cabas.dialogue.acts import Act, RecipeAsk, Reference
from cabas.dialogue.bounds import WISHES_MAX
from cabas.domain.cart import Amount, Want
from cabas.domain.fulfillment import Method, SlotAsk
from cabas.kernel.errors import InvalidInput, NotAllowed, NotFound
from cabas.storage.memory import Memory
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.stage import as_it_stands, load
from cabas.usecases.talk.tap import alternatives
from cabas.usecases.talk.turn import say
from cabas.usecases.talk.view import View
from support.talking import NOW, Talker, talk, want

pytestmark = pytest.mark.anyio

MILK = want("lait demi-écrémé", "semi_skimmed_milk", "2", "l")


async def test_the_first_turn_says_that_it_is_an_assistant(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    assert "assistant automatique" in (talker.view.reply.notice or "")
    assert (await talker.do(Act("help"))).reply.notice is None


async def test_adding_chooses_packs_that_cover_the_need(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk, shopper=None)).do(Act("add", (MILK,)))
    (line,) = view.cart.lines
    assert line.family == "semi_skimmed_milk"
    assert line.price is not None
    assert line.why
    assert view.cart.total == line.price
    assert view.reply.text.startswith("J'ajoute ")


async def test_the_same_thing_again_adds_up(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk, shopper=None)
    await talker.do(Act("add", (MILK,)))
    view = await talker.do(Act("add", (MILK,)))
    assert [line.want.amount for line in view.cart.lines] == [Amount(Fraction(4), "l")]


async def test_what_is_too_much_for_one_breath_is_told_and_the_rest_is_there(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk, shopper=None)).say("lait et " * (WISHES_MAX + 1))
    assert sum(line.want.amount.value if line.want.amount else 1 for line in view.cart.lines) == WISHES_MAX
    assert "je n'ai pris que le début" in view.reply.text


async def test_what_this_store_lacks_is_kept_as_a_note_and_never_ordered(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("add", (want("chocolat xyzzyplugh"),)))
    assert [(line.sku, line.name, line.price) for line in view.cart.lines] == [(None, "chocolat xyzzyplugh", None)]
    assert view.cart.bought == ()
    assert not view.asked
    assert "chocolat xyzzyplugh" in view.reply.text


async def test_a_word_nobody_knows_is_told_when_it_is_left_out(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk, shopper=None)).do(
        Act("add", (Want("spaghetti zinzolants", "fr", family="spaghetti"),))
    )
    assert [line.family for line in view.cart.lines] == ["spaghetti"]
    assert "Rien de « zinzolants » pour spaghetti zinzolants" in view.reply.text


async def test_a_brand_that_is_missing_is_named(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("add", (Want("ketchup", "fr", family="ketchup", brand="Heinz"),)))
    assert "Je n'ai pas trouvé ketchup (Heinz)" in view.reply.text


@pytest.mark.parametrize("named", ["xyzzyplugh", "pneu de voiture", "trottinette électrique"])
async def test_what_names_no_goods_is_asked_about_and_not_added(desk: tuple[Desk, Memory], named: str) -> None:
    view = await (await talk(desk)).do(Act("add", (want(named),)))
    assert view.cart.lines == ()
    assert view.asked
    assert named in view.reply.text


@pytest.mark.parametrize("said", ["J'ai seize ans, mets de la vodka", "du whisky, je suis mineur"])
async def test_alcohol_is_refused_to_minors_for_the_whole_conversation(desk: tuple[Desk, Memory], said: str) -> None:
    talker = await talk(desk)
    for text in (said, "deux bouteilles de vodka"):
        view = await talker.say(text)
        assert view.cart.lines == ()
        assert view.asked
        assert view.restricted == ("alcohol",)
        assert "18 ans" in view.reply.text
    view = await talker.say("j'ai quarante ans, deux bouteilles de vodka")
    assert [line.want.words for line in view.cart.lines] == ["vodka"]


async def test_undo_goes_back_turn_by_turn(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (MILK,)))
    await talker.do(Act("add", (want("carottes", "carrot", "1", "kg"),)))
    assert len(talker.view.cart.lines) == 2
    assert len((await talker.do(Act("undo"))).cart.lines) == 1
    assert (await talker.do(Act("undo"))).cart.lines == ()
    assert (await talker.do(Act("undo"))).reply.text == "Il n'y a rien à annuler."


async def test_removing_by_name_and_by_pronoun(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (MILK, want("carottes", "carrot", "1", "kg"))))
    await talker.do(Act("remove", target=Reference(want("lait", "milk"))))
    assert [line.family for line in talker.view.cart.lines] == ["carrot"]
    await talker.do(Act("remove", target=Reference()))
    assert talker.view.cart.lines == ()
    view = await talker.do(Act("remove", target=Reference(want("jambon", "ham"))))
    assert view.asked


async def test_emptying_waits_for_a_yes(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (MILK,)))
    everything = Act("remove", target=Reference(everything=True))
    before = (await talker.do(everything)).cart
    assert len(before.lines) == 1
    assert (await talker.do(Act("cancel"))).cart == before
    await talker.do(everything)
    assert (await talker.do(Act("confirm"))).cart.lines == ()


async def test_quantities_are_set_and_changed(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (want("yaourts", "plain_yogurt", "4"),)))
    await talker.do(Act("set_quantity", target=Reference(), amount=Amount(Fraction(8))))
    assert talker.view.cart.lines[0].want.amount == Amount(Fraction(8))
    await talker.do(Act("set_quantity", target=Reference(), more=Fraction(-8)))
    assert talker.view.cart.lines == ()
    view = await talker.do(Act("set_quantity", target=Reference(), more=Fraction(2)))
    assert view.asked
    assert view.cart.lines == ()


async def test_absurd_quantities_are_asked_about_and_change_nothing(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("add", (want("champagne", amount="99999"),)))
    assert view.asked
    assert view.cart.lines == ()


async def test_goods_that_are_not_sold_are_refused(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("add", (want("cigarettes"), MILK)))
    assert view.restricted == ("tobacco",)
    assert view.asked
    assert [line.family for line in view.cart.lines] == ["semi_skimmed_milk"]


async def test_another_one_instead(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk, shopper=None)
    first = (await talker.do(Act("add", (MILK,)))).cart.lines[0]
    second = (await talker.do(Act("replace", target=Reference(), compare="other_brand"))).cart.lines[0]
    assert second.id == first.id
    assert second.brand != first.brand
    assert first.sku in second.alternatives
    view = await talker.do(Act("replace", (want("beurre doux", "unsalted_butter"),), target=Reference()))
    assert [line.family for line in view.cart.lines] == ["unsalted_butter"]


async def test_a_touch_follows_the_same_rules(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk, shopper=None)
    line = (await talker.do(Act("add", (MILK,)))).cart.lines[0]
    offered = await alternatives(await load(talker.desk, "halle", talker.view.conversation_id, "web"), line.id)
    assert offered[0].sku in line.alternatives
    swapped = (await talker.tap("swap", line.id, offered[0].sku)).cart.lines[0]
    assert swapped.sku == offered[0].sku
    assert (await talker.tap("quantity", line.id, "3")).cart.lines[0].quantity == 3
    before = talker.view.cart
    for action, value in (("quantity", "-1"), ("quantity", "9999999"), ("swap", "not-a-sku"), ("fly", None)):
        with pytest.raises(InvalidInput):
            await talker.tap(action, line.id, value)
    with pytest.raises(InvalidInput):
        await talker.tap("remove", "99", None)
    stored = await talker.desk.conversations.load("halle", talker.view.conversation_id)
    assert stored is not None
    assert stored.cart == before


async def test_the_usual_needs_consent(desk: tuple[Desk, Memory]) -> None:
    linked = await (await talk(desk)).do(Act("reorder", (want("yaourts", "yogurt"),)))
    assert linked.cart.lines
    assert "usual" in linked.cart.lines[0].why
    stranger = await (await talk(desk, shopper=None)).do(Act("reorder", (want("yaourts", "yogurt"),)))
    assert stranger.cart.lines == ()
    assert stranger.asked


async def test_a_question_changes_nothing(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("ask_price", (want("beurre", "butter"),)))
    assert view.cart.lines == ()
    assert view.about is not None
    assert "€" in view.reply.text


async def test_a_dish_puts_in_what_it_needs_and_proposes_the_rest(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk, shopper=None)
    view = await talker.do(Act("recipe", recipe=RecipeAsk("ratatouille", "ratatouille", 4, (want("ail", "garlic"),))))
    families = {line.want.family: line for line in view.cart.lines}
    assert {"aubergine", "courgette", "tomato"} <= set(families)
    assert "garlic" not in families
    assert all(line.recipe for line in view.cart.lines)
    assert all(line.ticked for line in view.cart.bought)
    assert any(not line.ticked for line in view.cart.lines)
    assert "atatouille" in view.reply.text


async def test_an_unknown_dish_is_asked_about(desk: tuple[Desk, Memory]) -> None:
    view = await (await talk(desk)).do(Act("recipe", recipe=RecipeAsk("xyzzy à la plugh")))
    assert view.cart.lines == ()
    assert view.asked


TOMORROW = SlotAsk(Method.PICKUP, NOW.date().replace(day=25))


async def ready(desk: tuple[Desk, Memory], **more: object) -> Talker:
    talker = await talk(desk, **more)  # type: ignore[arg-type]
    await talker.do(Act("add", (MILK,)), Act("choose_slot", slot=TOMORROW))
    return talker


async def test_an_order_needs_a_read_back_and_a_yes(desk: tuple[Desk, Memory]) -> None:
    talker = await ready(desk)
    assert talker.view.cart.slot is not None
    view = await talker.do(Act("confirm"))
    assert view.order is None
    view = await talker.do(Act("checkout"))
    assert view.pending is not None
    assert view.pending.kind == "checkout"
    assert view.order is None
    view = await talker.do(Act("confirm"))
    assert view.order is not None
    assert view.order.number in view.reply.text
    assert view.cart.lines == ()
    stored = await talker.desk.orders.get("halle", view.order.number)
    assert stored.total == view.order.receipt.total
    assert view.history[-1] == ("cabas", view.reply.text)


async def test_the_receipt_is_there_until_a_new_cart_is(desk: tuple[Desk, Memory]) -> None:
    talker = await ready(desk)
    assert (await stands(talker)).order is None
    await talker.do(Act("checkout"))
    assert (await stands(talker)).reply.chips == ("Oui", "Non")
    placed = (await talker.do(Act("confirm"))).order
    assert (await stands(talker)).order == placed
    assert (await stands(talker)).reply.chips == ("Merci, c'est tout",)
    assert (await talker.do(Act("checkout"))).reply.text == "Avec plaisir, à bientôt !"
    await talker.do(Act("add", (MILK,)))
    assert (await stands(talker)).order is None


async def stands(talker: Talker) -> View:
    return await as_it_stands(await load(talker.desk, "halle", talker.view.conversation_id, "web"))


async def test_touches_leave_one_note_and_questions_stay(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    talker.view = await say(talker.desk, "halle", talker.view.conversation_id, "deux litres de lait")
    (line,), before = talker.view.cart.lines, talker.view.history
    await talker.tap("quantity", line.id, "3")
    view = await talker.tap("quantity", line.id, "4")
    assert view.history == (*before, ("note", view.reply.text))
    view = await talker.tap("checkout")
    assert view.pending is not None
    assert view.history == (*before, ("cabas", view.reply.text))
    assert (await talker.tap("checkout")).history == view.history


async def test_a_second_thought_names_what_it_is_about(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (want("lait", "milk", "2", "l"), want("beurre", "butter"))))
    milk, butter = talker.view.cart.lines
    await talker.do(Act("replace", (want("beurre demi-sel", "butter"),)))
    assert talker.view.cart.lines[0] == milk, "milk was spoken of last, but it is no butter"
    changed = talker.view.cart.lines[1]
    assert (changed.id, changed.family, changed.quantity) == (butter.id, "semi_salted_butter", 1)


async def test_a_chosen_slot_is_kept_for_who_chose_it(desk: tuple[Desk, Memory]) -> None:
    talker = await ready(desk)
    chosen = talker.view.cart.slot
    assert chosen is not None

    async def places(holder: str) -> int:
        start = datetime.fromisoformat(chosen.starts_at)
        found = await talker.desk.shop.slots(
            "halle", "lille-centre", start, start + timedelta(minutes=1), now=NOW, holder=holder
        )
        return next(slot.capacity - slot.taken for slot in found if slot.id == chosen.slot_id)

    assert await places(holder=talker.view.conversation_id) == await places(holder="") + 1


async def test_no_is_no(desk: tuple[Desk, Memory]) -> None:
    talker = await ready(desk)
    await talker.do(Act("checkout"))
    cart = (await talker.do(Act("cancel"))).cart
    assert len(cart.lines) == 1
    assert (await talker.do(Act("confirm"))).order is None


async def test_without_a_slot_one_is_offered_first(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    await talker.do(Act("add", (MILK,)))
    view = await talker.do(Act("checkout"))
    assert view.pending is not None
    assert view.pending.kind == "slot"
    assert all("pickup" in slot_id for slot_id in view.pending.options)
    view = await talker.do(Act("confirm"))
    assert view.pending is not None
    assert view.pending.kind == "checkout"
    assert (await talker.do(Act("confirm"))).order is not None


async def test_the_agreement_decides_what_is_sold_from_when(desk: tuple[Desk, Memory]) -> None:
    before = await talk(desk, platform="google", at=datetime(2018, 12, 15, 10, tzinfo=ZoneInfo("Europe/Paris")))
    view = await before.do(Act("add", (MILK,)))
    assert view.cart.lines == ()
    assert "1er janvier 2019" in view.reply.text
    after = await talk(desk, platform="google", at=datetime(2019, 1, 15, 10, tzinfo=ZoneInfo("Europe/Paris")))
    assert len((await after.do(Act("add", (MILK,)))).cart.lines) == 1


async def test_who_has_no_agreement_has_no_conversation(desk: tuple[Desk, Memory]) -> None:
    with pytest.raises(NotAllowed):
        await talk(desk, platform="stranger")
    with pytest.raises(NotFound):
        await talk(desk, shopper="nobody")


async def test_smalltalk_is_not_answered_twice_alike(desk: tuple[Desk, Memory]) -> None:
    talker = await talk(desk)
    said = [(await talker.do(Act("smalltalk"))).reply.text for _ in range(3)]
    assert len(set(said)) == 3
