"""Names a recognizer tore apart, by the bones of their sounds: "crew tons" for croutons, "art a chokes"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cabas.dialogue.lexicon import shared_ear
from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token, tokenize

# Names whose letters differ by less than this share are as near as each other: the commoner is meant.
AS_NEAR = 0.3


def torn(
    tokens: Sequence[Token], index: int, tools: Tools, named: Callable[[int], bool]
) -> tuple[int, tuple[Token, ...]] | None:  # fmt: skip
    """The index after the words from `index` on that are the parts of a name, and that name; of several the one with
    the most words, the nearest, the commonest. `named` tells at which places something is named already.
    """
    if named(index):
        return None
    found = (*tools.lexicon.torn(tokens, index), *shared_ear(tools.lang).torn(tokens, index))
    ands = {place for place in range(index, len(tokens)) if tools.words.at("and", tokens, place) is not None}
    near = [
        (-end, int(off / AS_NEAR), name[-1] != tokens[end - 1].folded[-1], rank, name)  # "beens" are several
        for rank, (off, end, name) in enumerate(found)
        if ands.isdisjoint(range(index, end)) and tokens[end - 1].folded not in tools.words.joints
        if name.partition(" ")[0].casefold() != tokens[index].folded  # "green beens" are only misspelled
        if not any(map(named, range(index + 1, end)))
    ]
    return (-min(near)[0], tokenize(min(near)[4])) if near else None
