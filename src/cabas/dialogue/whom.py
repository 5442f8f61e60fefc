"""For whom things are, said first: "pour le chien, deux sacs de croquettes" are biscuits for dogs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cabas.dialogue import locales
from cabas.dialogue.borders import ends_name
from cabas.dialogue.classify import is_of
from cabas.dialogue.item import Item
from cabas.dialogue.sight import Sight
from cabas.dialogue.turn import Turn


def for_whom(turn: Turn, items: list[Item]) -> list[Item]:
    """The things read, each by the name it has for whom it was said to be before it ("kibble" after "for the dog" is
    dog kibble); as they are where nothing is called so.
    """
    told = _whom(turn.sight, items, turn) if items else ()
    said = [one for one in told if not any(item.start < one[0] <= item.end for item in items)]
    return [_made_for(turn, item, said) for item in items] if said else items


def _made_for(turn: Turn, item: Item, said: Sequence[tuple[int, str, str]]) -> Item:
    before = next(((word, whom) for end, word, whom in reversed(said) if end <= item.start), None)
    if before is None or not item.has_food or item.brand is not None:
        return item
    word, whom = before
    for name in (f"{item.words} {word} {whom}", f"{item.words} {whom}", f"{whom} {item.words}"):
        family = turn.family_called(name)
        if family is not None:
            return replace(item, words=name, family=family, head=family, known=True)
    return item


def _whom(sight: Sight, items: Sequence[Item], turn: Turn) -> Iterator[tuple[int, str, str]]:
    """(end, "for", whom) of everyone that things are said to be for, in the order they are named. The little one is a
    baby where something only babies need is among the things.
    """
    for place in range(len(sight.tokens)):
        after = sight.said("purpose", place)
        if after is None or after >= len(sight.tokens) or ends_name(sight, place):
            continue  # "croquettes pour chat et du lait": that is how one thing is called
        first = sight.said("determiners", after) or after
        end = sight.said("made_for", first) if first < len(sight.tokens) else None
        if end is not None:
            yield end, sight.spell(place, after).lower(), sight.spell(first, end)
            continue
        little = sight.said("little", first) if first < len(sight.tokens) else None
        if little is not None and any(item.family and is_of(item.family, "baby") for item in items):
            yield little, sight.spell(place, after).lower(), locales.words(locales.read(sight.lang, "words")["baby"])[0]
