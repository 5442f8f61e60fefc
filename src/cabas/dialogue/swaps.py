"""One thing in place of another, named by what makes it different ("du demi-sec", "the rye one")."""

from __future__ import annotations

from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.item import Item
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.turn import Turn
from cabas.domain.cart import Want


def swap(turn: Turn, old: Item | None, item: Item) -> list[Act]:
    """`item` in place of `old`, or of what was spoken of last."""
    line = turn.line(old) if old is not None else turn.focus
    before = old.words if old is not None else line.want.words if line is not None else ""
    want = turn.want(item)
    if not item.has_food and line is not None:
        want = replace(line.want, constraints=tuple(dict.fromkeys((*line.want.constraints, *want.constraints))))
    elif before and not _whole(item) and (name := turn.composed(item, before)) is not None:
        want = renamed(turn, want, name)
        if (
            item.measured is not None
            and turn.sight.spell(item.measured.start, item.measured.end).lower() in name.lower()
        ):
            want = replace(want, amount=None)  # the "demi" of "demi-sec" counts nothing
    return [Act("replace", wants=(want,), target=turn.reference(old) if old is not None else None)]


def _whole(item: Item) -> bool:
    """Whether a thing is named in full ("du miel"), and not by what makes it different ("du demi-sec")."""
    return item.begun and item.family is not None and item.measured is None


def renamed(turn: Turn, want: Want, name: str) -> Want:
    """`want` under another name, with the family of that name."""
    whole = [match for match in turn.heard.lexicon.at(tokenize(name), 0, turn.heard.lang) if match.kind == "family"]
    family = whole[0].id if whole and whole[0].end == len(tokenize(name)) else want.family
    return replace(want, words=name, family=family)
