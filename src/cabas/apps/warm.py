"""Making a process ready: what the first shoppers would otherwise wait for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime

from cabas.dialogue.families import sheets
from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.dialogue.locales import words as words_in
from cabas.dialogue.query import query_of
from cabas.dialogue.say import phrases
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Want
from cabas.usecases.ports import Search
from cabas.usecases.talk.findings import HITS
from cabas.usecases.talk.handlers import handlers

# How many of the most popular families are looked for in advance, in each language.
STAPLES = 60
# From then on little and often: a young object costs a microsecond to look at, so that 50,000 of them, which suit a
# start (`cli.GARBAGE`), stop a turn for 50 ms. The old ones, answers that are kept, are hardly ever looked at.
SERVING = (2_000, 50, 1_000)
SOME_DAY = datetime(2000, 1, 3, 10, tzinfo=UTC)


def warm(search: Search | None = None, staples: int = STAPLES) -> None:
    """Read the languages, put their patterns together, and look for what everybody asks for.

    Some seconds of one core, once. What was made by then is no longer looked at by the garbage collector, whose full
    rounds over the words of a language would otherwise stop a turn for a tenth of a second.
    """
    handlers()
    for lang in languages():
        grammar_of(lang).prepare()
        phrases(lang)
        words = lexicon(lang=lang)
        for name in _staples(lang, staples):
            understand(f"{name}, {name[1:]}", Hearing(lang, SOME_DAY, words))  # the second one is misheard
            if search is not None:
                search.find(query_of(Want(name, lang, family=words.family_of(name))), HITS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SERVING)


def _staples(lang: str, most: int) -> Iterator[str]:
    """What the most popular families are called in `lang`."""
    known = sorted(sheets().items(), key=lambda item: (-int(item[1].get("popularity", 0)), item[0]))
    for _, sheet in known[:most]:
        yield from (str(name) for name in words_in(sheet.get(lang))[:1])
