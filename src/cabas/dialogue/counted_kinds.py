"""A thing and then its kinds, each counted: "hummus, one plain and one spicy", "two bottles of milk, one whole, one
skimmed". The kinds are wished for, and not the thing beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cabas.dialogue import locales
from cabas.dialogue.item import Item, Piece
from cabas.dialogue.lexicon import FAMILY, VARIANT
from cabas.dialogue.measures import Measured
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Amount

# What says which kind takes no more words; fewer kinds are no list of them.
KIND_WORDS_MAX, KINDS_LEAST = 3, 2


@dataclass(frozen=True, slots=True)
class _Part:
    """How many of a kind, and the words [start, end) that say which."""

    counted: Measured
    start: int
    end: int


def read_kinds(turn: Turn, start: int, end: int) -> int | None:
    """Wish for the kinds of the thing named at `start`, each counted behind it. The index after them; None where none
    are listed.
    """
    sight = turn.sight
    whole = _counted(sight, start, end)
    place = _past_of(sight, whole.end) if whole is not None else sight.said("determiners", start) or start
    head = sight.name(place, end, FAMILY) if place < end else None
    if head is None or head.end >= end or head.lang not in (None, "", sight.lang):
        return None
    parts: list[tuple[_Part, Item]] = []
    for part in _parts(sight, head.end, end):
        item = _kind(turn, part, sight.spell(place, head.end), head.id, told=whole is not None)
        if item is None:
            break
        parts.append((part, item))
    total = sum(part.counted.amount.value for part, _ in parts)
    if len(parts) < KINDS_LEAST or (whole is not None and whole.amount.value != total):
        return None
    unit = whole.amount.unit if whole is not None else "piece"
    turn.wish(item for _, item in parts)
    for (part, _), wish in zip(parts, turn.wishes.made[-len(parts) :], strict=True):
        unit = part.counted.amount.unit if part.counted.unit is not None else unit
        wish.amount = Amount(part.counted.amount.value, unit)
    return parts[-1][0].end


def _counted(sight: Sight, place: int, end: int, *, article: bool = False) -> Measured | None:
    """How many are said at `place`, in so many words; an article counts where `article` says so."""
    said = (one for one in sight.amounts(place, end) if not one.implied)
    return next((one for one in said if article or one.unit is not None or not one.article), None)


def _past_of(sight: Sight, place: int) -> int:
    glue = sight.tools.measures.of.at(sight.tokens, place)
    return glue[1] if glue is not None else place


def _parts(sight: Sight, place: int, end: int) -> Iterator[_Part]:
    """What is counted from `place` on, one after the other; "a" counts behind the first."""
    later = False
    while place < end:
        while place < end and (sight.is_mark(place) or sight.said("and", place)):
            place = sight.said("and", place) or place + 1
        counted = _counted(sight, place, end, article=later) if place < end else None
        if counted is None:
            return
        first = stop = _past_of(sight, counted.end)
        while stop < end and not (sight.is_mark(stop) or sight.said("and", stop) or _counted(sight, stop, end)):
            stop += 1
        if not first < stop <= first + KIND_WORDS_MAX:
            return
        yield _Part(counted, first, stop)
        place, later = stop, True


def _kind(turn: Turn, part: _Part, head: str, family: str, *, told: bool) -> Item | None:
    """What is wished for by a part, where it says a kind of `head`: its own name ("penne"), how it looks, or a flavor
    that goods are named by ("strawberry" of yogurt, but not "two strawberries"); any flavor where the whole was
    counted, `told` apart.
    """
    sight, lexicon, lang = turn.sight, turn.heard.lexicon, turn.heard.lang
    words = sight.spell(part.start, part.end)
    item = Item(part.start, part.end, part.counted, [Piece(part.start, part.end)], words=words, begun=True, known=True)
    named = sight.name(part.start, part.end, FAMILY)
    if named is not None and named.end == part.end and named.id in lexicon.below(family)[1:]:
        item.family = item.head = named.id
        return item
    several = part.counted.amount.value > 1 and words.casefold().endswith("s")
    if (named is not None and several) or any(sight.is_small(place) for place in range(part.start, part.end)):
        return None
    name = turn.composed(item, head)
    if name is None:
        plain = all(_tells(sight, place, part.end) for place in range(part.start, part.end))
        whole = locales.qualified(head, words, lang)
        if not (plain or (told and part.start == part.counted.end) or turn.named(whole)):
            return None
        name = whole
    item.words, item.family = name, lexicon.family_of(name, lang) or family
    item.head = item.family
    return item


def _tells(sight: Sight, place: int, end: int) -> bool:
    """Whether a word only says how something is: it looks so, or kinds are told apart by it."""
    if sight.said("looks", place) is not None:
        return True
    return any(match.kind == VARIANT and match.end <= end for match in sight.names(place)) and (
        sight.name(place, end, FAMILY) is None
    )
