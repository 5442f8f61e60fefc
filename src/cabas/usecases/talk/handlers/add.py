"""Put things into the cart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue import nouns
from cabas.dialogue.acts import Act
from cabas.dialogue.labels import labels_by_word, restricted
from cabas.dialogue.pick import Picked
from cabas.dialogue.unsold import names_nothing
from cabas.domain.cart import QUANTITY_ASK, QUANTITY_MAX, Amount, LineItem, Want
from cabas.kernel.text import fold
from cabas.usecases.talk.ages import ANY_AGE, age_class, tell_ages, too_young
from cabas.usecases.talk.refer import focus_lines, same_thing
from cabas.usecases.talk.scene import Scene
from cabas.usecases.talk.take import add_lines, line_of, requantify, take

KINDS = ("add",)
_COUNTED = ("piece", "pack", "dozen", "bunch", "can", "bottle", "jar", "tub", "bag")
# The most of a measured thing one cart holds, per unit said.
_MOST = {"kg": 100, "l": 500, "g": 100_000, "ml": 500_000, "dozen": 40, "slice": 500}


async def handle(scene: Scene, act: Act) -> None:
    """Add every wish; absurd amounts are asked about, goods that are not sold are refused, the rest goes in."""
    if act.doubt == "referent" or (not act.wants and not focus_lines(scene)):
        scene.tell("no_referent")
        scene.asked = True
        return
    wanted = [want for want in act.wants if not _refuse(scene, want)]
    wanted = [want for want in wanted if not _too_much(scene, want, doubt=act.doubt == "quantity")]
    wanted = [want for want in wanted if not await _more_of_the_same(scene, want)]
    if wanted:
        await put(scene, wanted)


async def put(scene: Scene, wants: Sequence[Want], *, skus: Sequence[str | None] = (), kind: str = "added") -> None:
    """Choose products for `wants`, add the lines, and tell what was taken, missing, sold out or not as asked."""
    picked = []
    for one in await take(scene, wants, skus=skus):
        if one.denied:
            scene.tell("denied", words=one.want.words, sentence=one.denied)
        else:
            picked.append(one)
    drafts = [(one, line_of(scene, one)) for one in picked]
    drafts = [(one, line) for one, line in drafts if not too_young(scene, line)]
    strange = [one.want.words for one, line in drafts if _unheard_of(scene, one, line)]
    drafts = [(one, line) for one, line in drafts if not _unheard_of(scene, one, line)]
    lines = add_lines(scene, [line for _, line in drafts])
    taken = [line for line in lines if line.sku is not None]
    if taken:
        scene.tell(kind, items=taken, total=scene.cart.goods)
    missing = [asked_for(one) for (one, _), line in zip(drafts, lines, strict=True) if line.sku is None]
    if missing:
        scene.tell("not_found", names=missing)
    if strange:
        scene.tell("unheard_of", names=strange, words=", ".join(strange))
        scene.asked = True
    tell_doubts(scene, [(one, line) for (one, _), line in zip(drafts, lines, strict=True)])


def asked_for(picked: Picked) -> str:
    """What was wished for, with the brand and the labels it was not to be had without."""
    want = picked.want
    brand = want.brand if want.brand and fold(want.brand) not in fold(want.words) else None
    broken = picked.broken if picked.choice is None else ()
    told = ", ".join(filter(None, (brand, *(nouns.told(tag, want.lang) for tag in broken))))
    return f"{want.words} ({told})" if told else want.words


def _unheard_of(scene: Scene, picked: Picked, line: LineItem) -> bool:
    """Whether words name nothing that is sold: no product fits, and no name of goods has their head. What is known and
    only missing here is kept as a note; this is asked about, so that the cart holds no car tire.
    """
    if line.sku is not None or picked.sold_out is not None or age_class(scene, line) != ANY_AGE:
        return False
    return names_nothing(scene.lexicon, picked.want)


def tell_doubts(scene: Scene, chosen: Sequence[tuple[Picked, LineItem]]) -> None:
    """What a clerk would add: sold out, not quite as asked, few left, a label to read, an age to prove."""
    for picked, line in chosen:
        if line.sku is None:
            continue
        if picked.sold_out is not None:
            scene.tell("out_of_stock", name=picked.sold_out.name_in(scene.lang), taken=line.name)
        for tag in picked.broken:
            scene.tell("unmet", constraint=nouns.told(tag, scene.lang), words=line.want.words)
        if picked.choice is not None and not picked.choice.enough and picked.offer is not None:
            scene.tell("short", left=picked.choice.quantity, name=line.name)
        if any(_is_allergen(tag) for tag in line.want.constraints):
            scene.tell("allergen_unknown")
        amount = line.want.amount
        if amount is not None and amount.unit in _COUNTED and amount.value > QUANTITY_ASK:
            scene.tell("many", amount=amount)
    tell_ages(scene, [line for _, line in chosen])


def _is_allergen(tag: str) -> bool:
    label = labels_by_word().get(fold(tag))
    return label is not None and bool(label.allergens)


def _refuse(scene: Scene, want: Want) -> bool:
    """Medicine, tobacco, weapons: said no to, named, nothing added."""
    for restriction in restricted().values():
        if restriction.kind != "refused":
            continue
        if scene.lexicon.mentions(want.words, restriction.id):
            scene.restricted.append(restriction.id)
            scene.tell("refused_goods", words=want.words)
            scene.asked = True
            return True
    return False


def _too_much(scene: Scene, want: Want, *, doubt: bool) -> bool:
    amount = want.amount
    if amount is None:
        return False
    if doubt or amount.value > _MOST.get(amount.unit, QUANTITY_MAX):
        scene.tell("ask_quantity", amount=amount)
        scene.asked = True
        return True
    return False


async def _more_of_the_same(scene: Scene, want: Want) -> bool:
    """ "Two more milks" when there are milks: the amounts add up on the line that is there."""
    for line in scene.cart.lines:
        if line.recipe is None and line.sku is not None and same_thing(line, want):
            mine, more = line.want.amount, want.amount or Amount(Fraction(1))
            unit = mine.unit if mine else "piece"
            if more.unit != unit:
                continue
            if too_young(scene, line):
                return True
            total = Amount((mine.value if mine else Fraction(1)) + more.value, unit)
            changed = await requantify(scene, line, replace(line.want, amount=total))
            scene.update(scene.cart.put(changed))
            scene.touch([line.id])
            scene.tell("quantity", items=[changed])
            return True
    return False
