"""How much of one utterance is taken: what lies beyond is told to the shopper, so that nothing is lost silently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.tokens import TEXT_MAX, tokenize
from cabas.dialogue.understand import TOKENS_MAX

# Things added by one utterance. A list on the refrigerator's door has some thirty.
WISHES_MAX = 60


def is_read_whole(text: str) -> bool:
    """Whether `understand` looks at every word of `text`."""
    if len(text) <= TOKENS_MAX:  # a token is at least a character
        return True
    return len(text) <= TEXT_MAX and len(tokenize(text)) <= TOKENS_MAX


def bounded(acts: Iterable[Act]) -> tuple[tuple[Act, ...], bool]:
    """The acts with the first `WISHES_MAX` things to add, and whether more were asked for."""
    kept: list[Act] = []
    left, more = WISHES_MAX, False
    for act in acts:
        wants = act.wants[:left] if act.kind == "add" else act.wants
        left -= len(wants) if act.kind == "add" else 0
        more = more or len(wants) < len(act.wants)
        if wants or not act.wants:
            kept.append(act if len(wants) == len(act.wants) else replace(act, wants=wants))
    return tuple(kept), more
