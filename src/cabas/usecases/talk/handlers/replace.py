"""Another one instead: another product, or "non, le petit"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act
from cabas.dialogue.say import phrases
from cabas.domain.cart import LineItem, Want
from cabas.domain.catalog import Offer, Product, unit_price
from cabas.domain.pricing import line_total
from cabas.usecases.talk.ages import too_young, withheld
from cabas.usecases.talk.handlers.add import asked_for, put, tell_doubts
from cabas.usecases.talk.handlers.reorder import matching
from cabas.usecases.talk.refer import find_lines, named_lines
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import fill, find, line_of, take, units_of

KINDS = ("replace",)


async def handle(scene: Scene, act: Act) -> None:
    """Swap the product of a line. Without a line to swap, what was asked for is simply added."""
    lines = find_lines(scene, act.target)
    if act.wants:
        same = _like(scene, act.wants[0]) if act.target is None else ()
        await _by_wish(scene, next(iter(same or lines), None), act.wants[0])
    elif not lines:
        scene.tell("no_referent")
        scene.asked = True
    elif act.compare == "usual":
        await _by_habit(scene, lines[0])
    elif "usual" in lines[0].why and act.compare in (None, "other") and await _not_the_usual(scene, lines[0]):
        return
    else:
        await _by_comparison(scene, lines[0], act.compare or "other")


def _like(scene: Scene, want: Want) -> tuple[LineItem, ...]:
    """ "No, the small ham": the ham of the cart, though milk was spoken of last."""
    if want.family is None:
        return named_lines(scene, want)
    below = scene.lexicon.below(want.family)
    return scene.cart.find(lambda line: bool(line.family) and line.family in below)


async def _by_wish(scene: Scene, old: LineItem | None, want: Want) -> None:
    if old is None:
        await put(scene, [want])
        return
    mine = old.want.amount
    if want.amount is None and mine is not None and (mine.unit == "piece" or _measured_alike(scene, want, old)):
        want = replace(want, amount=mine)  # two liters of milk are no measure for ham
    picked = (await take(scene, [want]))[0]
    line = line_of(scene, picked, recipe=old.recipe)
    if too_young(scene, line):
        return
    if picked.choice is None:
        scene.tell("not_found", names=[asked_for(picked)])
        return
    if picked.choice.product.sku == old.sku and want.amount in (None, mine):
        _nothing(scene, old, "other")
        return
    line = replace(line, id=old.id)
    scene.update(scene.cart.put(line))
    scene.touch([line.id])
    scene.tell("replaced", old=old.name, items=[line])
    tell_doubts(scene, [(picked, line)])


def _measured_alike(scene: Scene, want: Want, old: LineItem) -> bool:
    """Whether as much of the one may be meant as there was of the other: two packs of rice, and of couscous."""
    if want.family in (None, old.want.family):
        return True
    families = scene.lexicon.families
    mine, other = families.get(str(want.family)), families.get(str(old.want.family or old.family))
    return mine is not None and other is not None and mine["category"] == other["category"]


async def _by_habit(scene: Scene, line: LineItem) -> None:
    """ "The usual one" of a line: what this shopper buys of it."""
    habits = matching(scene, line.want, await scene.habits()) if await scene.may_be_personal() else []
    if not habits:
        scene.tell("reorder_none" if scene.personal else "not_personal")
        scene.asked = True
        return
    picked = (await take(scene, [line.want], skus=[habits[0].sku]))[0]
    if picked.choice is None:
        scene.tell("not_found", names=[asked_for(picked)])
        return
    changed = replace(line_of(scene, picked, recipe=line.recipe), id=line.id)
    scene.update(scene.cart.put(changed))
    scene.touch([line.id])
    if changed.sku == line.sku:
        scene.tell("quantity", items=[changed])
    else:
        scene.tell("replaced", old=line.name, items=[changed])


async def _not_the_usual(scene: Scene, line: LineItem) -> bool:
    """ "No, another one" of what was taken by habit: what anybody would get. False when there is nothing else."""
    family = scene.lexicon.family(line.family) if line.family else None
    called = family.names.get(scene.lang, ()) if family is not None else ()
    # A wish for "my usual" is called by its product, which finds nothing but itself: then any of its kind will do.
    for want in (line.want, *(replace(line.want, words=name, family=line.family) for name in called[:1])):
        picked = (await take(scene, [want], refused=line.sku))[0]
        if picked.choice is not None and not withheld(scene, picked.choice.product):
            changed = replace(line_of(scene, picked, recipe=line.recipe), id=line.id, want=want)
            scene.update(scene.cart.put(changed))
            scene.touch([line.id])
            scene.tell("replaced", old=line.name, items=[changed])
            tell_doubts(scene, [(picked, changed)])
            return True
    return False


# What "smaller", "cheaper" ... sort by; lower is better. Returning None leaves a product out.
Measure = Callable[[Product, Offer, LineItem], "float | None"]


def _content(product: Product) -> float | None:
    return float(product.content.base) if product.content is not None else None


def _smaller(product: Product, offer: Offer, line: LineItem) -> float | None:
    return _content(product)


def _bigger(product: Product, offer: Offer, line: LineItem) -> float | None:
    size = _content(product)
    return -size if size is not None else None


def _cheaper(product: Product, offer: Offer, line: LineItem) -> float | None:
    per = unit_price(offer.price, product) if offer.price is not None else None
    return float(per[0].amount) if per is not None else float(offer.price.amount) if offer.price else None


def _other_brand(product: Product, offer: Offer, line: LineItem) -> float | None:
    return None if product.brand == line.brand else -float(product.popularity)


def _organic(product: Product, offer: Offer, line: LineItem) -> float | None:
    return -float(product.popularity) if "organic" in product.labels else None


def _other(product: Product, offer: Offer, line: LineItem) -> float | None:
    return 0.0


MEASURES: Mapping[str, Measure] = {
    "smaller": _smaller,
    "bigger": _bigger,
    "cheaper": _cheaper,
    "other_brand": _other_brand,
    "organic": _organic,
    "other": _other,
}


async def _by_comparison(scene: Scene, line: LineItem, compare: str) -> None:
    """The best of what else there is by what was asked; the same one again is no answer."""
    near = [product for product, _ in find(scene, line.want).hits if not withheld(scene, product)]
    skus = list(dict.fromkeys((*line.alternatives, *(product.sku for product in near))))
    products = scene.search.get([*skus, *([line.sku] if line.sku else [])])
    offers = await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, list(products))
    measure = MEASURES.get(compare, _other)
    scored = []
    for place, sku in enumerate(skus):
        product, offer = products.get(sku), offers.get(sku)
        if sku == line.sku or product is None or offer is None or offer.available <= 0 or withheld(scene, product):
            continue
        value = measure(product, offer, line)
        if value is not None and not (compare == "cheaper" and _costs_more(scene, product, offer, line)):
            scored.append((value, place, product, offer))
    mine, here = products.get(line.sku or ""), offers.get(line.sku or "")
    bound = measure(mine, here, line) if mine and here and compare in ("smaller", "bigger", "cheaper") else None
    scored = [one for one in scored if bound is None or one[0] < bound]
    if not scored:
        _nothing(scene, line, compare)
        return
    _, _, product, offer = min(scored, key=lambda one: one[:2])
    swap(scene, line, product, offer)


def _costs_more(scene: Scene, product: Product, offer: Offer, line: LineItem) -> bool:
    """Whether it comes to more than the line does now: a large pack that is cheaper by the kilo is not meant."""
    cost = line_total(product, offer, units_of(scene, product, line.want), scene.now.date())
    return cost is not None and line.price is not None and cost.amount >= line.price.amount


def _nothing(scene: Scene, line: LineItem, compare: str) -> None:
    kinds = phrases(scene.lang)["format"]["compared"]
    scene.tell("no_alternative", name=line.name, what=kinds.get(compare, kinds["other"]))


def swap(scene: Scene, line: LineItem, product: Product, offer: Offer) -> None:
    """Put `product` into `line`, as many as the wish needs; what was there becomes an alternative."""
    units = units_of(scene, product, line.want)
    others = tuple(sku for sku in (line.sku, *line.alternatives) if sku and sku != product.sku)
    changed = fill(scene, replace(line, alternatives=others, why=("asked",)), product, offer, units)
    # Packs of another size: what a recipe takes of them is the whole, rather than promised twice.
    changed = replace(changed, used=Fraction(units)) if line.used else changed
    scene.update(scene.cart.put(changed))
    scene.touch([line.id])
    scene.tell("replaced", old=line.name, items=[changed])
