"""A number of things told apart: "six yaourts, trois nature et trois aux fruits" are two wishes, not three."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cabas.dialogue import locales
from cabas.dialogue.fillings import plural
from cabas.dialogue.item import Item
from cabas.dialogue.turn import Turn
from cabas.dialogue.wants import Wish
from cabas.domain.cart import Amount

# "Trois fromages, un comté, un brie, un camembert": so many kinds, each with a name of its own, tell a number apart.
OWN_NAMES_LEAST = 3


def told_apart(turn: Turn, wishes: Sequence[Wish]) -> list[Wish]:
    """The wishes, each one that the next ones break down replaced by those."""
    kept: list[Wish] = []
    place = 0
    while place < len(wishes):
        if place + 1 < len(wishes) and _counted_after(turn, wishes[place], wishes[place + 1]):
            place += 1
            continue
        parts = _parts(turn, wishes, place)
        kept.extend(parts or wishes[place : place + 1])
        place += 1 + len(parts)
    return kept


def _counted_after(turn: Turn, wish: Wish, following: Wish) -> bool:
    """Whether a thing is only named before it is counted, as one of its kinds ("du lait, deux briques d'entier"): then
    what was said of it is put on what follows.
    """
    one, other, lexicon = wish.item, following.item, turn.heard.lexicon
    if wish.amount is not None or wish.more or one.family is None or one.brand is not None:
        return False
    said = other.measured
    if said is None or (said.unit is None and said.article) or other.trailing or not _behind_mark(turn, other):
        return False
    if other.family is None:
        name = turn.composed(other, one.words)
        other.words, other.family = name or other.words, lexicon.family_of(name, turn.heard.lang) if name else None
    if other.family is None or one.family not in lexicon.above(other.family):
        return False
    if other.family == one.family and not set(lexicon.stems(one.words)) <= set(lexicon.stems(other.words)):
        return False
    following.tags[:0] = [tag for tag in wish.tags if tag not in following.tags]
    following.usual = following.usual or wish.usual
    return True


def _behind_mark(turn: Turn, item: Item) -> bool:
    return item.start > 0 and turn.sight.is_mark(item.start - 1)


def _parts(turn: Turn, wishes: Sequence[Wish], place: int) -> list[Wish]:
    """The wishes after `wishes[place]` that are kinds of it and add up to its count; none when they do not."""
    head = wishes[place]
    if head.amount is None or head.item.family is None or head.amount.value < 2 or not head.item.has_food:
        return []
    listed = _listed(turn, head, wishes[place + 1 :])
    announced = listed or _announced(turn, head.item)
    parts = _adding_up(wishes[place + 1 :], head.amount, announced=announced)
    if len(parts) < 2:
        return []  # "deux poivrons et deux fenouils"
    found: list[tuple[Wish, str | None]] = []
    for wish in parts:
        own = bool(wish.item.family) and wish.item.family in turn.heard.lexicon.below(head.item.family)[1:]
        if not own and wish.item.family and wish.item.measured is not None and wish.item.measured.unit is not None:
            return []  # "three cans of beans, two cans of corn": counted by its own unit, it is a thing of its own
        name = None if own else _kind_of(turn, head, wish.item)
        if (name is None and not own) or (listed and name is not None and not turn.called(name)):
            return []
        found.append((wish, name))
    owned = sum(name is None for _, name in found)
    if owned and not announced and owned < OWN_NAMES_LEAST:
        return []
    return [_part(turn, head, wish, name) for wish, name in found]


def _adding_up(wishes: Sequence[Wish], whole: Amount, *, announced: bool) -> list[Wish]:
    """The first of the wishes, when their counts add up to the whole; most do not, and names take longer to compare."""
    found, left = [], whole.value
    for wish in wishes:
        count = _count(wish, whole, announced=announced)
        if count is None:
            return []
        found.append(wish)
        left -= count
        if left <= 0:
            break
    return found if left == 0 else []


def _announced(turn: Turn, item: Item) -> bool:
    """Whether a colon follows: what comes after it says which ones."""
    tokens = turn.sight.tokens
    return item.end < len(tokens) and tokens[item.end].folded == ":"


def _listed(turn: Turn, head: Wish, rest: Sequence[Wish]) -> bool:
    """Whether just as many things follow as were counted, all in the singular and none counted: "three soups, leek,
    pea and tomato".
    """
    whole = head.amount.value if head.amount is not None else 0
    if len(rest) != whole or locales.head_first(turn.heard.lang) or not _behind_mark(turn, rest[0].item):
        return False
    items = [wish.item for wish in rest if wish.amount is None and wish.item.pieces and not wish.item.begun]
    return len(items) == whole and not any(plural(turn.sight, item.pieces[-1].end) for item in items)


def _count(wish: Wish, whole: Amount, *, announced: bool) -> Fraction | None:
    """How many of the whole a part is; one when it only has an article after a colon."""
    if wish.amount is None:
        return Fraction(1) if announced else None
    return wish.amount.value if wish.amount.unit in ("piece", whole.unit) else None


def _kind_of(turn: Turn, head: Wish, item: Item) -> str | None:
    """The whole name of a part that only says what kind it is: "deux à la pêche", "three strawberry". After "two jars
    of honey" it takes "one of jam" for another thing in a jar.
    """
    if item.each and head.amount is not None and head.amount.unit != "piece":
        return None
    name = turn.composed(item, head.item.words)
    if name is not None or item.measured is None or item.measured.unit is not None:
        return name
    tied = turn.sight.joint(item.measured.end)
    if tied is not None and tied < item.end:
        return f"{head.item.words} {turn.sight.spell(item.measured.end, item.end)}"
    if item.family is not None or item.brand is not None:
        return None
    return locales.qualified(head.item.words, item.words, turn.heard.lang)


def _part(turn: Turn, head: Wish, wish: Wish, name: str | None) -> Wish:
    """A part with what was said of the whole: its unit, its brand, its tags."""
    item = wish.item
    if name is not None:
        item.words, item.family = name, turn.heard.lexicon.family_of(name, turn.heard.lang) or head.item.family
    item.brand = item.brand or head.item.brand
    whole = head.amount.unit if head.amount is not None else "piece"
    wish.amount = Amount(wish.amount.value if wish.amount is not None else Fraction(1), whole)
    wish.tags = list(dict.fromkeys((*head.tags, *wish.tags)))
    return wish
