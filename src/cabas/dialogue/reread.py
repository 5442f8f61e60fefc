"""A second reading of what the first left over, held to the text and to the catalog.

Whoever reads again (a language model, a person) may only say which goods some of the words mean, by a name the lexicon
or the catalog knows, and point at an amount that stands in the text. Prices, brands, diets and acts are not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cabas.dialogue.acts import Act
from cabas.dialogue.lexicon import FAMILY
from cabas.dialogue.measures import measures_of
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Amount, Want
from cabas.kernel.text import INVISIBLE, clean

# How much of an utterance is handed on, how long a name may be, and how many things one reading may find.
WORDS_MAX, NAME_MAX, THINGS_MAX = 300, 60, 12
_PRIVATE = re.compile(
    r"(?:https?://|www\.)\S+"  # addresses of pages
    r"|\S+@\S+"  # of people
    r"|\+?\d(?:[\s./()-]*\d){4,}"  # telephone, card and account numbers, postcodes
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing a second reader found: the words `said` mean goods called `name`; `amount` are words as well."""

    said: str
    name: str
    amount: str = ""


def outgoing(pieces: Iterable[str]) -> str:
    """The words to be read again, one piece a line, without addresses and long numbers, at most `WORDS_MAX` long."""
    kept = (clean(_PRIVATE.sub(" ", piece)) for piece in pieces)
    return "\n".join(piece for piece in kept if piece)[:WORDS_MAX]


def grounded(readings: Sequence[Reading], words: str, heard: Hearing) -> list[tuple[Reading, Want]]:
    """The readings of `words` that stand on the text and on the catalog, as wishes; the others are dropped.

    A name must be read as exactly one thing that the lexicon or the catalog knows, without amount, brand or diet.
    An amount must stand in `words` and be read as one by the grammar of the language.
    """
    text = _folded(words)
    plain = replace(heard, lines=(), focus=(), pending=None, topic=None, diet=())
    found: list[tuple[Reading, Want]] = []
    for one in readings[:THINGS_MAX]:
        if _stands(one.said, text) and (want := _named(one.name, plain)) is not None:
            amount = _amount(one.amount, plain) if _stands(one.amount, text) else None
            found.append((one, replace(want, amount=amount)))
    return found


def holds(words: str, part: str) -> bool:
    """Whether the words `part` stand in `words`, in that order."""
    return _stands(part, _folded(words))


def _folded(text: str) -> tuple[str, ...]:
    return tuple(token.folded for token in tokenize(text) if not token.is_mark)


def _stands(part: str, text: tuple[str, ...]) -> bool:
    said = _folded(part[:WORDS_MAX])
    return bool(said) and any(text[start : start + len(said)] == said for start in range(len(text) - len(said) + 1))


def _named(name: str, plain: Hearing) -> Want | None:
    """The one thing `name` says, if the lexicon or the catalog knows it."""
    if not name or len(name) > NAME_MAX or INVISIBLE.search(name):
        return None
    acts = understand(name, plain).acts
    if len(acts) != 1 or acts[0].kind != "add" or len(acts[0].wants) != 1 or acts[0].doubt:
        return None
    want = acts[0].wants[0]
    if want.amount is not None or want.brand is not None or want.constraints:
        return None
    return want if _is_name(want, plain) else None


def _is_name(want: Want, plain: Hearing) -> bool:
    """Whether the words of `want` are a name and nothing beside it: they are shown and said to the shopper."""
    tokens = tokenize(want.words)
    named = any(match.kind == FAMILY and match.end == len(tokens) for match in plain.lexicon.at(tokens, 0))
    return named or plain.knows(want.words)


def _amount(words: str, plain: Hearing) -> Amount | None:
    """The amount the words are, when they are nothing else."""
    tokens = tokenize(words)
    for one in measures_of(plain.locale).at(tokens, 0):
        if one.end == len(tokens) and not one.implied:
            return one.amount
    return None


def merged(acts: Sequence[Act], wants: Sequence[Want]) -> tuple[Act, ...]:
    """`acts` with `wants` to be added: beside what is added already, or before everything else."""
    for place, act in enumerate(acts):
        if act.kind == "add" and act.doubt is None:
            return (*acts[:place], replace(act, wants=(*act.wants, *wants)), *acts[place + 1 :])
    return (Act("add", wants=tuple(wants)), *(act for act in acts if act.kind != "smalltalk"))
