"""What a clause says of how many of several things, or of a share of one: "half as many", "triple it", "two of each",
"only the rice". And what stands in the slots of a pattern.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.measures import Measured
from cabas.dialogue.patterns import Found
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Amount, LineItem

# The open question whether the whole cart goes.
EMPTYING = "empty_cart"
# Fewer than this are not halved; halves of what is counted are rounded up.
HALVED_LEAST = 2
COUNTED_WHOLE = ("piece", "pack", "bunch", "slice", "can", "bottle", "jar", "tub", "bag", "dozen")


def thing(turn: Turn, found: Found, name: str) -> Item | None:
    """The thing in a slot; None where the pattern has no such slot, or nothing is in it."""
    return turn.one(*found.slots[name]) if name in found.slots else None


def things(turn: Turn, found: Found, name: str) -> list[Item]:
    """The things in a slot that are named."""
    return [item for item in turn.items(*found.slots[name]) if item.has_food] if name in found.slots else []


def amount_in(turn: Turn, found: Found, name: str = "amount") -> Measured | None:
    """The amount in a slot, when the slot is nothing else."""
    if name not in found.slots:
        return None
    start, end = found.slots[name]
    glue = turn.sight.tools.measures.of
    for measured in turn.sight.amounts(start, end):
        if measured.implied:
            continue
        after = glue.at(turn.sight.tokens, measured.end)
        if measured.end == end or (after is not None and after[1] == end):
            return measured
        only = turn.sight.tools.grammar.macro("only")
        if all(token.folded in only for token in turn.sight.tokens[measured.end : end]):
            return measured  # "un seul", "deux seulement"
    return None


def counted_thing(turn: Turn, found: Found) -> tuple[Measured | None, Item | None]:
    """The amount and the thing of a pattern. Where one follows the other they are read together: which words count and
    which name ("barres protéinées") is then decided as everywhere else.
    """
    if "amount" in found.slots and "target" in found.slots and found.slots["amount"][1] == found.slots["target"][0]:
        item = turn.one(found.slots["amount"][0], found.slots["target"][1])
        if item is not None and item.has_food and item.measured is not None:
            return item.measured, item
    return amount_in(turn, found), thing(turn, found, "target")


def recounted(turn: Turn, item: Item, measured: Measured | None = None) -> bool:
    """Whether only another number of what was just wished for is named: "leeks, figs. Actually two leeks"."""
    if not (turn.wishes.made and item.has_food) or turn.line(item) is not None:
        return False
    return turn.wishes.recount(replace(item, measured=item.measured or measured, repair=True))


def keep_only(turn: Turn, found: Found) -> list[Act] | None:
    """ "Keep only the rice": everything else goes out of the cart."""
    return _but(turn, found, turn.heard.lines)


def keep(turn: Turn, found: Found) -> list[Act] | None:
    """ "No, keep the rice", when asked whether the whole cart goes: the rest of it does."""
    return _but(turn, found, turn.heard.lines) if turn.heard.pending == EMPTYING else None


def only_those(turn: Turn, found: Found) -> list[Act] | None:
    """ "No, only the rice": of what was asked for last, the rest goes; None where rice is not of that."""
    lines = spoken_of(turn)
    items = [item for item in turn.items(*found.slots["target"]) if item.has_food]
    counted = any(item.tags or (item.measured is not None and not item.measured.implied) for item in items)
    if not items or counted or turn.wishes.made or any(turn.line(item) not in lines for item in items):
        return None
    return _but(turn, found, lines)


def spoken_of(turn: Turn) -> list[LineItem]:
    """The lines that were asked for or spoken of last, oldest first."""
    last = turn.heard.fresh or turn.heard.focus
    return [line for line in turn.heard.lines if line.id in last]


def measured_so(turn: Turn, measured: Measured) -> Reference:
    """What was spoken of last; of several things asked for together the only one that was measured in such a unit:
    "six eggs and a pint of milk" and then "no, two pints".
    """
    if measured.unit is None or len(turn.heard.fresh) < 2:
        return Reference()
    unit = measured.amount.unit
    alike = [line for line in spoken_of(turn) if line.want.amount is not None and line.want.amount.unit == unit]
    return Reference(want=replace(alike[0].want, amount=None)) if len(alike) == 1 else Reference()


def of_unit_word(turn: Turn, item: Item) -> bool:
    """Whether all that names a thing is a word for packs: the bottle of "just the one bottle"."""
    places = [place for piece in item.pieces for place in range(piece.start, piece.end)]
    return bool(places) and all(turn.sight.tools.measures.unit(turn.sight.tokens, place) for place in places)


def _but(turn: Turn, found: Found, lines: Iterable[LineItem]) -> list[Act] | None:
    kept = {line.id for item in things(turn, found, "target") if (line := turn.line(item)) is not None}
    if not kept:
        return None
    gone = [line for line in lines if line.id not in kept]
    return [Act("remove", target=Reference(want=replace(line.want, amount=None))) for line in gone]


def each(turn: Turn, found: Found) -> list[Act] | None:
    """ "Two of each": of everything wished for in the same breath, else of what was asked for last."""
    measured = amount_in(turn, found)
    if measured is None:
        return None
    for wish in turn.wishes.made:
        wish.amount = measured.amount
    if turn.wishes.made:
        return []
    return each_of_those(turn, measured)


def each_of_those(turn: Turn, measured: Measured) -> list[Act] | None:
    """So many of everything that was asked for last; None where that was nothing."""
    targets = (Reference(want=replace(line.want, amount=None)) for line in spoken_of(turn))
    return [Act("set_quantity", target=target, amount=measured.amount) for target in targets] or None


def halve(turn: Turn, found: Found) -> list[Act] | None:
    """Half of what is in the cart, where it can be halved."""
    item = thing(turn, found, "target")
    line = turn.line(item) if item is not None else turn.focus
    have = line.want.amount if line is not None else None
    if have is None or have.value < HALVED_LEAST:
        return None
    counted = have.unit in COUNTED_WHOLE
    half = Fraction(math.ceil(have.value / 2)) if counted else have.value / 2
    return [Act("set_quantity", target=turn.reference(item), amount=Amount(half, have.unit))]


def times(factor: int) -> Callable[[Turn, Found], list[Act] | None]:
    """What doubles, or triples, a thing: of what is in the cart so many times as much."""

    def frame(turn: Turn, found: Found) -> list[Act] | None:
        name = turn.sight.name(found.start, found.end, FAMILY)
        if name is not None and name.words == found.end - found.start:
            return None  # "double cream", "triple sec"
        item = thing(turn, found, "target")
        line = turn.line(item) if item is not None else turn.focus
        have = line.want.amount if line is not None else None
        if have is None:
            return [Act("set_quantity", target=turn.reference(item), more=Fraction(factor - 1))]
        return [Act("set_quantity", target=turn.reference(item), amount=Amount(have.value * factor, have.unit))]

    return frame


def will_do(sight: Sight, place: int, end: int) -> bool:
    """Whether nothing but how many are enough is said up to the next mark: "one can less, three will do"."""
    only = sight.tools.grammar.phrases("only")
    for one in sight.amounts(place, end):
        after = one.end
        while after < end and not sight.is_mark(after):
            will = only.at(sight.tokens, after)
            if will is None and sight.said("clitics", after) is None:
                break
            after = will[1] if will is not None else after + 1
        if after > one.end and (after >= end or sight.is_mark(after)):
            return True
    return False
