"""What will be ordered, read back before an explicit yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.money import total
from cabas.usecases.talk.codes import read_again
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.slots import allowed, method_of, method_words, offer, open_slots


async def read_back(scene: Scene, given: tuple[str, ...] = ()) -> None:
    """What will be ordered, for how much, when and where; nothing is ordered before an explicit yes."""
    cart = scene.cart
    if not cart.bought:
        done = scene.talk.order_id is not None and not cart.lines  # "thanks, that's all" after an order
        scene.tell("goodbye" if done else "cart_empty")
        return
    if cart.slot is None:
        # Nobody asked for an address: pickup first, unless the shopper or the agreement says otherwise.
        slots = allowed(scene, await open_slots(scene, method_of(scene)))
        ask_slot(scene, slots or allowed(scene, await open_slots(scene, None)), missed=False)
        return
    # What the read-back says anyway is not said twice.
    scene.facts = [fact for fact in scene.facts if fact.kind not in ("slot", "method")]
    await read_again(scene)
    cart = scene.cart
    applied, _ = cart.taken_off
    if applied:
        scene.tell("read_back_off", off=total((one.amount for one in applied), cart.currency))
    adult = [line.name for line in cart.bought if line.minimum_age]
    if adult:
        scene.tell("read_back_age", names=adult)
    window = _window(scene)
    billed = scene.agreement.names["platform"] if scene.billed_by_platform else ""
    kind = "read_back_billed" if billed else "read_back"
    scene.tell(
        f"deposits_{kind}" if cart.deposits else kind,
        deposits=cart.deposits,
        count=len(cart.bought),
        total=cart.total,
        method=method_words(scene, window.method),
        window=window,
        store=scene.store.name,
        billed=billed,
    )
    scene.ask("checkout", options=given)


def ask_slot(scene: Scene, slots: list[Slot], *, missed: bool) -> None:
    """Which slot? The order goes on from the answer."""
    method = Method(scene.cart.method) if scene.cart.method else Method.PICKUP
    offer(scene, slots, method, missed=missed)
    if scene.talk.pending is not None:
        scene.talk = replace(scene.talk, pending=replace(scene.talk.pending, about=("checkout",)))


def _window(scene: Scene) -> Slot:
    choice = scene.cart.slot
    assert choice is not None  # noqa: S101 (read_back asks for one first)
    start, end = datetime.fromisoformat(choice.starts_at), datetime.fromisoformat(choice.ends_at)
    return Slot(choice.slot_id, scene.store.id, Method(choice.method), start, end, start, 0, 0, choice.fee)
