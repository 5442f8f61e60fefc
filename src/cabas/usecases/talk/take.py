"""From wishes to cart lines: search, offers, habits, then the pure choice of `dialogue.pick`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import zip_longest

from cabas.dialogue.fits import fits
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.merit import merit
from cabas.dialogue.pick import Judge, Picked, Shelf, pick
from cabas.dialogue.undone import undone
from cabas.dialogue.usual_pack import assumed
from cabas.domain.cart import LineItem, Want
from cabas.domain.catalog import Offer, Product
from cabas.domain.customer import Habit
from cabas.domain.insight import usual
from cabas.domain.packs import Ask, ask_of, packs_for
from cabas.kernel.text import fold
from cabas.usecases.lines import fill_line
from cabas.usecases.talk.findings import HITS, HITS_DEEP, Finding
from cabas.usecases.talk.scene import Scene


@dataclass(frozen=True, slots=True)
class Taken(Picked):
    """A choice, with the sentence of the agreement when it forbids everything that would fit."""

    denied: str = ""


@dataclass(slots=True)
class _Look:
    """One wish while a product is looked for: `ask` is what it must cover beyond the amount said, `hits` are the
    products it may have, `fixed` the SKU that is meant, `mine` the one this shopper means by it.
    """

    want: Want
    ask: Ask | None
    fixed: str | None
    hits: list[tuple[Product, float]] = field(default_factory=list)
    judge: Judge = merit
    denied: str = ""
    strange: tuple[str, ...] = ()
    mine: str | None = None


async def take(
    scene: Scene,
    wants: Sequence[Want],
    *,
    skus: Sequence[str | None] = (),
    asks: Sequence[Ask | None] = (),
    refused: str | None = None,
) -> list[Taken]:
    """The best product here for each wish; one database round trip for all, a second one for those of which this store
    has none of the first that would do.

    `skus` fixes some of the products, `asks` says what some of the wishes must cover beyond the amount said. A habit
    the shopper has `refused` (a SKU) is not taken, and no other habit either.
    """
    taught = scene.lexicon.taught
    skus = skus or ([taught.product(want.words) for want in wants] if taught else ())
    looks = [_Look(*one) for one in zip_longest(wants, asks, skus)]
    known = scene.search.get([sku for sku in skus if sku])
    for look in looks:
        product = known.get(look.fixed or "")
        _look(scene, look, find(scene, look.want) if product is None else product, refused)
    habits = await scene.habits() if any(look.hits for look in looks) and refused is None else ()
    for look in looks:
        look.mine = with_habit(scene, look.want, look.hits, habits, look.fixed)
    offers = await _offers(scene, looks)
    if deeper := [look for look in looks if look.hits and not any(_is_here(offers, one) for one, _ in look.hits)]:
        for look in deeper:
            _look(scene, look, find(scene, look.want, HITS_DEEP), refused)
            look.mine = with_habit(scene, look.want, look.hits, habits, look.fixed)
        offers |= await _offers(scene, deeper)
    return _taken(scene, looks, offers)


def _look(scene: Scene, look: _Look, found: Finding | Product, refused: str | None) -> None:
    """Note which of what was found may be taken."""
    hits = found.hits if isinstance(found, Finding) else ((found, 1.0),)
    look.hits = [(one, score) for one, score in hits if one.sku != refused and not scene.denial(one)]
    look.denied = scene.denial(hits[0][0]) if hits and not look.hits else ""
    if isinstance(found, Finding):
        look.judge, look.strange = found.merit, found.strange


def _taken(scene: Scene, looks: Iterable[_Look], offers: Mapping[str, Offer]) -> list[Taken]:
    """The choice for each wish; what is wished for twice is weighed once."""
    chosen: dict[tuple[Want, Ask | None, str | None, str | None], Taken] = {}
    result = []
    for look in looks:
        key = (look.want, look.ask, look.fixed, look.mine)
        if key not in chosen:
            family = scene.lexicon.family(look.want.family) if look.want.family else None
            shelf = Shelf(offers, labels_by_word(), scene.now.date(), family.piece if family else None, look.mine)
            picked = pick(look.want, look.hits, shelf, look.ask, look.judge)
            told = {one.name: getattr(picked, one.name) for one in fields(Picked)}
            broken = tuple(dict.fromkeys((*picked.broken, *look.strange, *_undone(look, picked))))
            chosen[key] = Taken(**{**told, "broken": broken}, denied=look.denied)
        result.append(chosen[key])
    return result


def _undone(look: _Look, picked: Picked) -> tuple[str, ...]:
    """What was said of which kind is meant and what was taken does not show, beside what was left out anyway."""
    if picked.choice is None:
        return ()
    left = {word for words in look.strange for word in fold(words).split()}
    return tuple(word for word in undone(look.want, picked.choice.product) if fold(word) not in left)


async def _offers(scene: Scene, looks: Iterable[_Look]) -> dict[str, Offer]:
    every = sorted({product.sku for look in looks for product, _ in look.hits})
    return await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, every) if every else {}


def _is_here(offers: Mapping[str, Offer], product: Product) -> bool:
    offer = offers.get(product.sku)
    return offer is not None and offer.available > 0


def with_habit(
    scene: Scene, want: Want, hits: list[tuple[Product, float]], habits: Sequence[Habit], fixed: str | None = None
) -> str | None:
    """The SKU the wish means for this shopper, put among `hits` as the likeliest; None without strong evidence, or
    when it is not what was asked for. A `fixed` product is theirs if they ever bought it.
    """
    if fixed is not None:
        return fixed if any(habit.sku == fixed for habit in habits) else None
    families = scene.lexicon.below(want.family) if want.family else ()
    found = usual(habits, families, {product.sku for product, _ in hits})
    if found is None:
        return None
    product = scene.search.get([found.sku]).get(found.sku)
    if product is None or not fits(want, product) or scene.denial(product):
        return None
    best = max((score for _, score in hits), default=1.0)
    hits[:] = [(product, best), *(hit for hit in hits if hit[0].sku != found.sku)]
    return found.sku


def find(scene: Scene, want: Want, most: int = HITS) -> Finding:
    """What would do for `want`, of the first so many found. When nothing would, the wish is kept as a note instead."""
    return scene.desk.findings.of(scene.talk.retailer_id, scene.search, scene.lexicon.taught, want, most)


def line_of(scene: Scene, picked: Picked, *, recipe: str | None = None, ticked: bool = True) -> LineItem:
    """The cart line of a choice; a line without product when nothing fits, so that the wish is not lost."""
    if picked.choice is None:
        return LineItem(id="", want=picked.want, name=picked.want.words, available=False, recipe=recipe, ticked=ticked)
    line = LineItem(
        id="", want=picked.want, alternatives=picked.alternatives, why=picked.why, recipe=recipe, ticked=ticked
    )
    return fill(scene, line, picked.choice.product, picked.offer, picked.choice.quantity)


def fill(scene: Scene, line: LineItem, product: Product, offer: Offer | None, quantity: int) -> LineItem:
    """`line` with `quantity` units of `product` at the store's price of today."""
    return fill_line(line, product, offer, quantity, day=scene.now.date(), lang=scene.lang)


async def requantify(scene: Scene, line: LineItem, want: Want, quantity: int | None = None) -> LineItem:
    """`line` for another amount of the same product; `quantity` sets the units themselves."""
    if line.sku is None:
        return replace(line, want=want)
    product = scene.search.get([line.sku]).get(line.sku)
    offers = await scene.desk.shop.offers(scene.talk.retailer_id, scene.store.id, [line.sku])
    if product is None:
        return replace(line, want=want)
    units = quantity if quantity is not None else units_of(scene, product, want)
    return fill(scene, replace(line, want=want), product, offers.get(line.sku), units)


def units_of(scene: Scene, product: Product, want: Want) -> int:
    """How many packs (or grams) of `product` the amount of a wish takes."""
    kind = product.family or want.family
    family = scene.lexicon.family(kind) if kind else None
    return packs_for(assumed(product), ask_of(want.amount, want.constraints), family.piece if family else None)


def add_lines(scene: Scene, lines: Iterable[LineItem]) -> list[LineItem]:
    """Put lines into the cart, numbered; they come back as they stand there."""
    added = []
    for line in lines:
        scene.update(scene.cart.add(line))
        added.append(scene.cart.lines[-1])
    scene.touch([line.id for line in reversed(added)])
    return added
