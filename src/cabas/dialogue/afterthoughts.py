"""Second thoughts that are called so only at the end: "red onions, yellow ones I meant" is read as "I meant yellow"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cabas.dialogue.sight import Tools
from cabas.dialogue.tokens import Token

# What takes the place of what was said before is named in no more words than this.
AFTERTHOUGHT_TOKENS_MAX = 5


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
