"""Making a process ready: what the first shoppers would otherwise wait for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from cabas.dialogue.acts import Understood
from cabas.dialogue.families import sheets
from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.dialogue.locales import words as words_in
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.say import phrases
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Amount
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.handlers import handlers

# How many of the most popular families are looked for in advance, in each language. Six hundred names a language took a
# start to a minute of a core.
STAPLES = 100
# From then on little and often: a young object costs a microsecond to look at, so that 50,000 of them, which suit a
# start (`cli.GARBAGE`), stop a turn for 50 ms. The old ones, answers that are kept, are hardly ever looked at.
SERVING = (2_000, 50, 1_000)
SOME_DAY = datetime(2000, 1, 3, 10, tzinfo=UTC)


def warm(desk: Desk | None = None, retailer_id: str = "", staples: int = STAPLES) -> None:
    """Read the languages, put their patterns together, and look for what everybody asks for at the retailer's `desk`.

    Once, while shoppers are served already. What was made by then is no longer looked at by the garbage collector,
    whose full rounds over the words of a language would otherwise stop a turn for a tenth of a second.
    """
    handlers()
    for lang in languages():
        grammar_of(lang).prepare()
        phrases(lang)
        words = lexicon(lang=lang) if desk is None else desk.lexicon(retailer_id, lang)
        hearing = Hearing(lang, SOME_DAY, words)
        for name in _staples(lang, staples):
            understand(name[1:], hearing)  # misheard
            heard = understand(name, hearing)
            if desk is not None:
                _look_for(desk, retailer_id, heard)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SERVING)


def _look_for(desk: Desk, retailer_id: str, heard: Understood) -> None:
    """Find what would do for the wishes, and weigh it: with an amount and without."""
    for want in (want for act in heard.acts for want in act.wants):
        taught = desk.lexicon(retailer_id, want.lang).taught
        found = desk.findings.of(retailer_id, desk.search(retailer_id), taught, want)
        for said in (replace(want, amount=None), replace(want, amount=Amount(Fraction(1)))):
            pick(said, found.hits, Shelf({}, labels_by_word(), SOME_DAY.date()), judge=found.merit)


def _staples(lang: str, most: int) -> Iterator[str]:
    """What the most popular families are called in `lang`, the most popular last: it is remembered longest."""
    known = sorted(sheets().items(), key=lambda item: (-int(item[1].get("popularity", 0)), item[0]))
    for _, sheet in reversed(known[:most]):
        yield from (str(name) for name in words_in(sheet.get(lang))[:1])
