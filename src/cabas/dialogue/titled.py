"""What stands over a list, before a colon: only its title ("Cheese board: a brie, some stilton"), or what the things
listed are kinds of ("Juice: orange, apple").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.numbers import numbers_of
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn

COLON = ":"
LISTED_LEAST = 2


def titles(turn: Turn, start: int, stop: int, close: int) -> bool:
    """Whether several things are listed between the colon at `stop` and `close`, each named in full ("some stilton")
    or none a kind of what stands before it.
    """
    if turn.sight.tokens[stop].text != COLON:
        return False
    items = turn.items(stop + 1, close)
    if len(items) < LISTED_LEAST or not all(item.family is not None or _counted(item) for item in items):
        return False
    if any(turn.sight.said("partitives", item.start) is not None or _counted(item) for item in items):
        return True
    return all(kind_of(turn, start, stop, item) is None for item in items)


def _counted(item: Item) -> bool:
    return item.measured is not None and not item.measured.implied


def kinds_listed(turn: Turn, start: int, stop: int, close: int) -> list[Item]:
    """The things listed between the colon at `stop` and `close`, each named as a kind of the thing [start, stop); none
    where one of them is no kind of it, or is named in full.
    """
    sight = turn.sight
    whole = sight.name(start, stop, FAMILY)
    if sight.tokens[stop].text != COLON or whole is None or whole.end < stop:
        return []
    found = []
    for item in turn.items(stop + 1, close):
        some = sight.said("partitives", item.start) is not None
        name = None if some or item.brand is not None else kind_of(turn, start, stop, item)
        if name is None:
            return []
        family = turn.family_called(name)
        found.append(replace(item, words=name, family=family, head=family, known=True))
    return found


def kind_of(turn: Turn, start: int, stop: int, item: Item) -> str | None:
    """The name of `item` as a kind of the thing [start, stop), where something else than itself is called so."""
    for name in _names(turn.sight, start, stop, item):
        if turn.family_called(name) not in (None, item.family):
            return name
    return None


def _names(sight: Sight, start: int, stop: int, item: Item) -> Iterator[str]:
    order = "{0} {1}" if locales.head_first(sight.lang) else "{1} {0}"
    for before in dict.fromkeys((sight.spell(start, stop), sight.spell(start, start + 1))):
        yield order.format(before, item.words)


def numbered(sight: Sight, place: int, stop: int) -> bool:
    """Whether something is counted from `place` on: an "assortment" alone counts nothing."""
    number = numbers_of(sight.lang).at(sight.tokens, place)
    return number is not None and any(not one.implied for one in sight.amounts(place, stop))
