"""Commas inside one request: what stands behind them says more of what was named before them."""

from __future__ import annotations

from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.sight import Sight


def joins(sight: Sight, start: int, place: int, end: int) -> bool:
    """Whether the comma at `place` stands inside the request that begins at `start`."""
    return (
        _rest_goes(sight, place + 1) or _usual_instead(sight, start, place, end) or _asks_of(sight, start, place, end)
    )


def _rest_goes(sight: Sight, place: int) -> bool:
    """Whether all but what was named is taken out: "keep the jam, lose the rest" is one request."""
    grammar = sight.tools.grammar
    word = sight.tokens[place].folded if place < len(sight.tokens) else ""
    verb = word in grammar.macro("drop") or word in grammar.macro("cast")
    return verb and grammar.phrases("rest").at(sight.tokens, place + 1) is not None


def _usual_instead(sight: Sight, start: int, place: int, end: int) -> bool:
    """Whether a second thought ends at the comma and the usual thing stands behind it: "the usual tea, no wait, the
    usual coffee" is one thing.
    """
    repairs = any(sight.said("repairs", at) == place for at in range(max(start + 1, place - 4), place))
    if not repairs or place + 1 >= end:
        return False
    first = sight.said("determiners", place + 1) or place + 1
    said = (sight.detail(at, end) for at in (place + 1, first) if at < end)
    return any(detail is not None and detail.kind == "usual" for detail in said)


def _asks_of(sight: Sight, start: int, place: int, end: int) -> bool:
    """Whether a thing is only named before the comma to be asked about behind it: "what about figs, have you any?"."""
    if sight.tools.grammar.phrases("what_about").at(sight.tokens, start) is None:
        return False
    stop = next((at for at in range(place + 1, end) if sight.is_mark(at)), end)
    behind = range(place + 1, stop)
    pointed = any(sight.said("pronouns", at) or sight.said("vague", at) for at in behind)
    return pointed and not any(sight.name(at, end, FAMILY) is not None for at in behind)
