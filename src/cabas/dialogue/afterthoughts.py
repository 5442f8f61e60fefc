"""Second thoughts that are called so only at the end: "red onions, yellow ones I meant" is read as "I meant yellow"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token

# What takes the place of what was said before is named in no more words than this.
AFTERTHOUGHT_TOKENS_MAX = 5


def so_parted(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    """The tokens with a comma for each "alors", "so" between what was told and what is wished for ("on a du monde alors
    deux quiches").
    """
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        parts = tools.words.at("parting", tokens, index) == index + 1 and _told(kept, tools)
        wished = parts and (tools.words.at("determiners", tokens, index + 1) or tools.measures.at(tokens, index + 1))
        kept.append(replace(token, text=",", folded=",", kind="mark") if wished else token)
    return kept


def _told(before: Sequence[Token], tools: Tools) -> bool:
    """Whether somebody is spoken of since the last mark, and nothing asked for."""
    words, size = tools.words, len(before)
    first = next((place for place in range(size, 0, -1) if before[place - 1].is_mark), 0)
    while first < size and (after := words.at("fillers", before, first)) is not None:
        first = after
    first = words.at("because", before, first) or first
    if words.at("tellers", before, first) is None:
        return False
    return all(words.at("live", before, place) is None for place in range(first, size))


def brought_forward(tokens: Sequence[Token], tools: Tools) -> list[Token]:
    """The tokens, each "I meant" that ends a stretch between marks put before what it is said of, behind a mark."""
    kept: list[Token] = []
    words = tools.words
    begins = words.sections["afterthoughts"].begin()
    if not any(token.folded in begins for token in tokens):
        return list(tokens)
    last_mark: int | None = None
    index = 0
    while index < len(tokens):
        after = words.at("afterthoughts", tokens, index)
        ends = after is not None and (after >= len(tokens) or tokens[after].is_mark)
        if after is not None and ends and last_mark is not None:
            behind = kept[last_mark + 1 :]
            if 0 < len(behind) <= AFTERTHOUGHT_TOKENS_MAX:
                said = [replace(token, start=behind[0].start, end=behind[0].start) for token in tokens[index:after]]
                kept[last_mark + 1 :] = [*said, *behind]
                index = after
                continue
        if tokens[index].is_mark:
            last_mark = len(kept)
        kept.append(tokens[index])
        index += 1
    return kept
