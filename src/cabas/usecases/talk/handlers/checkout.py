"""Read back, wait for an explicit yes, place the order; and yes and no to every other question.

Confirmations already given travel in the `options` of the open question: "limit" for a large order, "adult" for age.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.reply import Fact, render
from cabas.domain.cart import QUANTITY_ASK, SAID_MAX, Cart, Conversation, Pending
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.order import Order
from cabas.domain.session import SessionStatus
from cabas.kernel.ids import fingerprint
from cabas.kernel.money import Money, exponent
from cabas.usecases.checkout import Checkout, CheckoutResult, Shortage, Status, checkout
from cabas.usecases.talk.ages import too_young, withheld
from cabas.usecases.talk.handlers.reorder import put_habits
from cabas.usecases.talk.handlers.replace import swap
from cabas.usecases.talk.read_back import ask_slot, read_back
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.slots import book, method_words, open_slots
from cabas.usecases.talk.view import PlacedOrder

KINDS = ("checkout", "confirm", "cancel")
# Above this worth (in major units of the currency) one more yes is asked.
LARGE_ORDER = 300


async def handle(scene: Scene, act: Act) -> None:
    """checkout: read the order back. confirm: yes to the open question. cancel: no to it."""
    if act.kind == "checkout":
        await read_back(scene)
    elif act.kind == "cancel":
        _no(scene)
    else:
        await _yes(scene, scene.answered, act.option)


async def _yes(scene: Scene, question: Pending | None, option: int) -> None:
    if question is None:
        scene.tell("noted")
    elif question.kind == "checkout":
        await place(scene, question.options)
    elif question.kind in ("limit", "age"):
        await place(scene, (*question.options, "limit" if question.kind == "limit" else "adult"))
    elif question.kind == "empty_cart":
        scene.update(replace(scene.cart, lines=()))
        scene.tell("emptied")
    elif question.kind == "slot":
        await _book_offered(scene, question, option)
    elif question.kind == "reorder":
        habits = {habit.sku: habit for habit in await scene.habits()}
        await put_habits(scene, [habits[sku] for sku in question.about if sku in habits])
    elif question.kind == "pantry":
        _from_the_pantry(scene, question)
    elif question.kind == "swap":
        await _swap_all(scene, question)
    elif question.kind == "which":
        lines = [line for line in scene.cart.lines if line.id in question.about]
        scene.tell("which", names=[line.name for line in lines])
        scene.ask("which", question.about, question.options)
    else:
        scene.tell("noted")


def _no(scene: Scene) -> None:
    if scene.answered is not None and scene.answered.kind in (
        "empty_cart",
        "reorder",
        "swap",
        "slot",
        "which",
        "pantry",
    ):
        scene.tell("kept")
    else:
        scene.tell("canceled")


async def _book_offered(scene: Scene, question: Pending, option: int) -> None:
    """Book the slot that was chosen of those offered; where nobody chose, or it is gone, the first that is left."""
    slots = {slot.id: slot for slot in await open_slots(scene, None) if slot.id in question.options}
    meant = question.options[option] if option < len(question.options) else ""
    chosen = slots.get(meant) or next(iter(slots.values()), None)
    if chosen is None:
        scene.tell("slot_nothing", method=method_words(scene, scene.cart.method or Method.PICKUP))
        return
    await book(scene, chosen)
    if "checkout" in question.about:
        await read_back(scene)


def _from_the_pantry(scene: Scene, question: Pending) -> None:
    """What was proposed with a recipe is bought after all."""
    lines = [replace(line, ticked=True) for line in scene.cart.lines if line.id in question.about and line.sku]
    lines = [line for line in lines if not too_young(scene, line)]
    for line in lines:
        scene.update(scene.cart.put(line))
    scene.touch([line.id for line in reversed(lines)])
    if lines:
        scene.tell("added", items=lines, total=scene.cart.goods)
    else:
        scene.tell("noted")


async def _swap_all(scene: Scene, question: Pending) -> None:
    """Take the alternatives that were offered for what had sold out, then read back again."""
    products = scene.search.get(question.options)
    offers = await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, list(products))
    for line_id, sku in zip(question.about, question.options, strict=True):
        if sku in products and sku in offers and not withheld(scene, products[sku]):
            swap(scene, scene.cart.line(line_id), products[sku], offers[sku])
    await read_back(scene)


def limits(scene: Scene) -> Money | str:
    """Why one more yes is wanted: the worth, or the many of one thing; empty when the order is an ordinary one."""
    cart = scene.cart
    if cart.total.amount > LARGE_ORDER * 10 ** exponent(cart.currency):
        return cart.total
    many = [line for line in cart.bought if line.sold_by == "each" and line.quantity > QUANTITY_ASK]
    return f"{many[0].quantity} x {many[0].name}" if many else ""


async def place(scene: Scene, given: tuple[str, ...]) -> None:
    """Order what is in the cart. Every way it can end is told; unless it was placed, nothing has changed."""
    why = limits(scene)
    if why and "limit" not in given:
        scene.tell("limit", why=why)
        scene.ask("limit", options=given)
        return
    key = scene.key or f"{scene.talk.id}.{scene.talk.version}"
    result = await checkout(
        Checkout(
            conversation=scene.talk,
            platform=scene.talk.platform,
            channel=scene.channel,
            key=key,
            request_hash=scene.request_hash or fingerprint(f"{scene.talk.id} confirm {key}".encode()),
            adult="adult" in given,
            remember=lambda talk, order: _remember(scene, talk, order),
        ),
        shop=scene.desk.shop,
        search=scene.search,
        orders=scene.desk.orders,
        agreements=scene.desk.agreements,
        consents=scene.desk.consents,
        clock=scene.desk.clock,
        new_id=(lambda: scene.talk.id) if _begun_elsewhere(scene.talk) else scene.desk.new_id,
        pairwise_key=scene.desk.pairwise_key,
    )
    if result.status is Status.PLACED:
        _placed(scene, result)
    else:
        await _not_placed(scene, result, given)


def _placed(scene: Scene, result: CheckoutResult) -> None:
    assert result.order is not None  # noqa: S101 (a placed order has them)
    assert result.receipt is not None  # noqa: S101
    scene.order = PlacedOrder(result.order.number, result.order.id, result.receipt)
    scene.placed = result.order
    if not result.replayed:
        scene.stored = True
        if result.conversation is not None:
            scene.talk = result.conversation
    scene.facts.append(_thanks(scene, result.order))


def _thanks(scene: Scene, order: Order) -> Fact:
    slot = Slot(
        order.slot_id, order.store_id, Method(order.method), order.slot_starts_at.astimezone(scene.now.tzinfo),
        order.slot_ends_at.astimezone(scene.now.tzinfo), order.slot_starts_at, 0, 0, order.fee,
    )  # fmt: skip
    values: Mapping[str, object] = {
        "number": order.number,
        "total": order.total,
        "method": method_words(scene, order.method),
        "window": slot,
        "comma_name": f" {scene.shopper.first_name}" if scene.shopper else "",
    }
    return Fact("placed", values)


def _begun_elsewhere(talk: Conversation) -> bool:
    """Whether a platform waits for this order: it finds it by the session, which is over then."""
    return talk.session is not None and talk.session.status is SessionStatus.OPEN


def _remember(scene: Scene, talk: Conversation, order: Order) -> Conversation:
    """The conversation stored with the order already holds the thanks."""
    text, _ = render([*scene.facts, _thanks(scene, order)], scene.lang, scene.now.date())
    said = (*scene.said_before(talk), ("cabas", text))[-SAID_MAX:]
    if talk.session is not None and _begun_elsewhere(talk):
        done = replace(talk.session, status=SessionStatus.COMPLETED)
        talk = replace(talk, session=done, ordered=_ordered(scene.cart, order))
    return replace(talk, said=said, turns=talk.turns + 1)


def _ordered(cart: Cart, order: Order) -> Cart:
    """The cart as it was ordered: what was bought, at the prices of the order."""
    bought = [line for line in cart.bought if line.quantity > 0]
    lines = [
        replace(line, price=sold.full_price, unit_price=sold.unit_price, deposit=sold.deposit)
        for line, sold in zip(bought, order.lines, strict=True)
    ]
    return replace(cart, lines=tuple(lines))


async def _not_placed(scene: Scene, result: CheckoutResult, given: tuple[str, ...]) -> None:
    status = result.status
    if status is Status.EMPTY:
        scene.tell("cart_empty")
    elif status is Status.DENIED:
        named = {refusal.decision.sentence(scene.lang): None for refusal in result.refusals}
        scene.tell("refused", sentences=" ".join(named))
        scene.asked = True
        if result.slots:
            ask_slot(scene, list(result.slots), missed=True)
    elif status is Status.SOLD_OUT:
        _sold_out(scene, result.shortages)
    elif status in (Status.SLOT_NEEDED, Status.SLOT_CLOSED):
        scene.update(replace(scene.cart, slot=None))
        ask_slot(scene, list(result.slots), missed=status is Status.SLOT_CLOSED)
    elif status is Status.PRICES_CHANGED and result.cart is not None:
        scene.update(result.cart)
        scene.tell("price_changed", total=result.cart.total)
        scene.ask("checkout", options=given)
    elif status is Status.AGE_TO_CONFIRM:
        scene.tell("ask_age", age=str(result.minimum_age))
        scene.ask("age", options=given)


def _sold_out(scene: Scene, shortages: tuple[Shortage, ...]) -> None:
    """Name what ran out, mark it in the cart, and offer what could be had instead."""
    scene.tell("sold_out", names=[shortage.name for shortage in shortages])
    for shortage in shortages:
        scene.update(scene.cart.put(replace(scene.cart.line(shortage.line_id), available=False)))
    swaps = [(one.line_id, one.alternatives[0]) for one in shortages if one.alternatives]
    if swaps:
        scene.tell("swap_offer", names=[other.name for _, other in swaps])
        scene.ask("swap", about=[line for line, _ in swaps], options=[other.sku for _, other in swaps])
