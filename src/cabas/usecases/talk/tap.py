"""The same conversation by touch: one button, one action, the same rules as for spoken words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from cabas.dialogue import say as words
from cabas.dialogue.acts import Act
from cabas.domain.cart import QUANTITY_MAX, LineItem, Want
from cabas.domain.fulfillment import Method, Slot
from cabas.domain.pricing import line_total, price_today
from cabas.kernel.errors import InvalidInput, NotFound
from cabas.usecases.talk.ages import too_young, withheld
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handlers import handlers
from cabas.usecases.talk.handlers.replace import swap
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.slots import DAYS_AHEAD, book
from cabas.usecases.talk.stage import finish, load
from cabas.usecases.talk.take import add_lines, fill, requantify, units_of
from cabas.usecases.talk.view import Alternative, View

GRAMS_MAX = 100_000
Tap = Callable[[Scene, str, str], Awaitable[None]]


async def tap(
    desk: Desk,
    retailer_id: str,
    conversation_id: str,
    action: str,
    line_id: str | None,
    value: str | None,
    *,
    channel: str = "web",
    request_hash: str | None = None,
) -> View:
    """One touch. Raises `InvalidInput` for an unknown action, line, product or slot; nothing has changed then.

    The value of "confirm" is an idempotency key; `request_hash` is what it is bound to, by default this conversation.
    """
    if action not in TAPS:
        raise InvalidInput(f"There is no action {action!r}.", remedy=f"Use one of {', '.join(TAPS)}.")
    scene = await load(desk, retailer_id, conversation_id, channel)
    scene.request_hash = request_hash
    scene.answered = scene.talk.pending
    scene.talk = replace(scene.talk, pending=None)
    await TAPS[action](scene, line_id or "", value or "")
    return await finish(scene)


async def _quantity(scene: Scene, line_id: str, value: str) -> None:
    line = scene.cart.line(line_id)
    most = GRAMS_MAX if line.sold_by == "weight" else QUANTITY_MAX
    if not value.isascii() or not value.isdigit() or int(value) > most:
        raise InvalidInput(f"{value[:20]!r} is not a quantity of this.", remedy=f"Use 0 to {most}.")
    if int(value) == 0:
        await _remove(scene, line_id, "")
        return
    if int(value) > line.quantity and too_young(scene, line):
        return
    changed = await requantify(scene, line, line.want, int(value))
    scene.update(scene.cart.put(changed))
    scene.touch([line_id])
    scene.tell("quantity", items=[changed])


async def _remove(scene: Scene, line_id: str, value: str) -> None:
    line = scene.cart.line(line_id)
    scene.update(scene.cart.remove([line_id]))
    scene.tell("removed", names=[line.name])


async def _swap(scene: Scene, line_id: str, value: str) -> None:
    line = scene.cart.line(line_id)
    if value not in line.alternatives:
        raise InvalidInput("This product is not an alternative for that line.", remedy="Reload the alternatives.")
    product = scene.search.get([value]).get(value)
    offer = (await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, [value])).get(value)
    if product is None or offer is None or withheld(scene, product):
        raise NotFound("This product is no longer sold here.", remedy="Choose another one.")
    swap(scene, line, product, offer)


async def _put(scene: Scene, line_id: str, value: str) -> None:
    """One more of a product that was shown, by its SKU: one pack, or its usual weight."""
    product = scene.search.get([value]).get(value)
    offer = (await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, [value])).get(value)
    if product is None or offer is None or offer.price is None or withheld(scene, product):
        raise NotFound("This product is not sold here.", remedy="Choose another one.")
    there = next((line for line in scene.cart.lines if line.sku == value), None)
    want = there.want if there else Want(product.name_in(scene.lang), scene.lang, family=product.family)
    one = units_of(scene, product, replace(want, amount=None))
    if there is not None:
        lines = [await requantify(scene, there, want, there.quantity + one)]
        scene.update(scene.cart.put(lines[0]))
        scene.touch([there.id])
    else:
        lines = add_lines(scene, [fill(scene, LineItem(id="", want=want), product, offer, one)])
    scene.tell("added", items=lines, total=scene.cart.goods)


async def _tick(scene: Scene, line_id: str, value: str) -> None:
    line = replace(scene.cart.line(line_id), ticked=True)
    if too_young(scene, line):
        return
    scene.update(scene.cart.put(line))
    scene.tell("added", items=[line], total=scene.cart.goods)


async def _untick(scene: Scene, line_id: str, value: str) -> None:
    line = replace(scene.cart.line(line_id), ticked=False)
    scene.update(scene.cart.put(line))
    scene.tell("removed", names=[line.name])


async def _slot(scene: Scene, line_id: str, value: str) -> None:
    slots = await slots_ahead(scene, None, None)
    chosen = next((slot for slot in slots if slot.id == value and slot.open_at(scene.now)), None)
    if chosen is None:
        raise NotFound("This slot is full or closed.", remedy="Choose another one.")
    await book(scene, chosen)


async def _lift(scene: Scene, line_id: str, value: str) -> None:
    scene.keep_diet(())


async def _language(scene: Scene, line_id: str, value: str) -> None:
    words.phrases(value.partition("-")[0])
    scene.talk = replace(scene.talk, locale=value)
    products = scene.search.get([line.sku for line in scene.cart.lines if line.sku])
    lines = []
    for line in scene.cart.lines:
        product = products.get(line.sku or "")
        if product is not None:
            per = words.per_unit(line.unit_price, product, scene.lang)
            name, content = product.name_in(scene.lang), words.content(product, scene.lang)
            line = replace(line, name=name, content=content, per_unit=per)  # noqa: PLW2901 (the line, translated)
        lines.append(line)
    scene.update(replace(scene.cart, lines=tuple(lines)))
    scene.before = scene.cart
    scene.tell("greeting_back", comma_name="")


def _act(kind: str) -> Tap:
    async def act(scene: Scene, line_id: str, value: str) -> None:
        if kind == "confirm" and value:
            scene.key = value
        if kind in ("confirm", "cancel") and scene.answered is None:
            scene.answered = scene.talk.pending
        await handlers()[kind](scene, Act(kind))

    return act


TAPS: Mapping[str, Tap] = {
    "quantity": _quantity,
    "remove": _remove,
    "swap": _swap,
    "put": _put,
    "tick": _tick,
    "untick": _untick,
    "slot": _slot,
    "lift": _lift,
    "language": _language,
    **{kind: _act(kind) for kind in ("undo", "checkout", "confirm", "cancel")},
}


async def slots_ahead(scene: Scene, method: Method | None, day: date | None) -> list[Slot]:
    """The slots that an order placed now can still reach, full ones included, earliest first."""
    end = scene.now + timedelta(days=DAYS_AHEAD)
    where = (scene.talk.retailer_id, scene.store.id, scene.now, end, method)
    slots = await scene.desk.shop.slots(*where, holder=scene.talk.id)
    return [slot for slot in slots if slot.cutoff >= scene.now and (day is None or slot.starts_at.date() == day)]


async def alternatives(scene: Scene, line_id: str) -> Sequence[Alternative]:
    """What could take the place of a line, best first, at today's price for the same wish."""
    line = scene.cart.line(line_id)
    products = scene.search.get(line.alternatives)
    offers = await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, list(products))
    day, lang = scene.now.date(), scene.lang
    result = []
    for sku in line.alternatives:
        product, offer = products.get(sku), offers.get(sku)
        if product is None or offer is None or offer.available <= 0 or withheld(scene, product):
            continue
        cost = line_total(product, offer, units_of(scene, product, line.want), day)
        result.append(
            Alternative(
                sku=sku,
                name=product.name_in(lang),
                brand=product.brand,
                content=words.content(product, lang),
                price=words.money(cost, lang) if cost is not None else "",
                per_unit=words.per_unit(price_today(offer, day), product, lang),
                why=_why(line.price, cost, line.want, product.labels),
            )
        )
    return result


def _why(mine: object, cost: object, want: Want, labels: frozenset[str]) -> tuple[str, ...]:
    amounts = [getattr(price, "amount", None) for price in (mine, cost)]
    cheaper = amounts[0] is not None and amounts[1] is not None and amounts[1] < amounts[0]
    return (*(("cheaper",) if cheaper else ()), *(("organic",) if "organic" in labels else ()))
