"""Making a process ready: what the first shoppers would otherwise wait for."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import chain, zip_longest
from time import thread_time

from cabas.dialogue.dishes import dishes
from cabas.dialogue.families import sheets
from cabas.dialogue.grammar import grammar_of
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.labels import prepare as prepare_labels
from cabas.dialogue.lexicon import lexicon
from cabas.dialogue.locales import languages
from cabas.dialogue.locales import words as words_in
from cabas.dialogue.pick import Shelf, pick
from cabas.dialogue.recipe_needs import needs_of_dish
from cabas.dialogue.say import phrases
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Amount, Want
from cabas.kernel.errors import CabasError
from cabas.usecases.recipes import line_for
from cabas.usecases.talk.desk import Desk
from cabas.usecases.talk.findings import FOUND_KEPT, Finding
from cabas.usecases.talk.handlers import handlers

# How many of the names asked for most are looked for at the start, in each language. Six hundred took a start to a
# minute of a core; the many others come at leisure: most of what is remembered, the rest is for what nobody foresaw.
STAPLES, AT_LEISURE = 100, FOUND_KEPT * 3 // 4
# What is done at leisure takes so much of a core: a pause follows, so many times as long as the work. Once all is
# there, it is asked for again every so many seconds: a catalog published meanwhile has other answers.
IDLE, AGAIN = 4.0, 300.0
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
    prepare_labels()
    for lang in languages():
        grammar_of(lang).prepare()
        phrases(lang)
        hearing = _hearing(lang, desk, retailer_id)
        hearing.lexicon.department("")  # their names are put together when the first is asked for
        if desk is not None:
            _cook(desk, retailer_id, lang)
        for name in reversed(names(lang, staples)):  # the likeliest last: it is remembered longest
            understand(name[1:], hearing)  # misheard
            for want in _wants(name, hearing):
                if desk is not None:
                    _weighed(desk, retailer_id, want)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SERVING)


def at_leisure(
    desk: Desk, retailer_id: str, pause: Callable[[float], None], most: int = AT_LEISURE
) -> dict[Want, Finding]:
    """Look for what is asked for less often, a thing at a time with a `pause` (seconds) after each, in all languages by
    turns. What was found, by wish.
    """
    found: dict[Want, Finding] = {}
    hearings = {lang: _hearing(lang, desk, retailer_id) for lang in languages()}
    columns = ([(name, heard) for name in names(lang, most // len(hearings))] for lang, heard in hearings.items())
    for name, hearing in filter(None, chain.from_iterable(zip_longest(*columns))):
        start = thread_time()
        found |= {want: _weighed(desk, retailer_id, want) for want in _wants(name, hearing)}
        pause(IDLE * (thread_time() - start))
    return found


def keep_warm(desk: Desk, retailer_id: str, pause: Callable[[float], None], most: int = AT_LEISURE) -> None:
    """`at_leisure`, and then again and again whatever has another answer by now. Never returns: while nothing is
    published, or a catalog is just being replaced, it waits for the next time.
    """
    found: dict[Want, Finding] = {}
    while True:
        with suppress(CabasError):
            if not found:
                found = at_leisure(desk, retailer_id, pause, most)
                gc.freeze()
            for want, before in found.items():
                start = thread_time()
                if _found(desk, retailer_id, want) is not before:
                    found[want] = _weighed(desk, retailer_id, want)
                    pause(IDLE * (thread_time() - start))
        pause(AGAIN)


def names(lang: str, most: int) -> list[str]:
    """What is asked for most, as people call it in `lang`: a family's popularity counts as its names' order does."""
    known = sorted(sheets().items(), key=lambda item: (-int(item[1].get("popularity", 0)), item[0]))
    ranked = sorted(
        (rank * order, rank, str(name))
        for rank, (_, sheet) in enumerate(known, 1)
        for order, name in enumerate(words_in(sheet.get(lang)), 1)
    )
    return list(dict.fromkeys(name for _, _, name in ranked[:most]))


def _hearing(lang: str, desk: Desk | None, retailer_id: str) -> Hearing:
    return Hearing(lang, SOME_DAY, lexicon(lang=lang) if desk is None else desk.lexicon(retailer_id, lang))


def _wants(name: str, hearing: Hearing) -> Iterable[Want]:
    return chain.from_iterable(act.wants for act in understand(name, hearing).acts)


def _found(desk: Desk, retailer_id: str, want: Want) -> Finding:
    taught = desk.lexicon(retailer_id, want.lang).taught
    return desk.findings.of(retailer_id, desk.search(retailer_id), taught, want)


def _cook(desk: Desk, retailer_id: str, lang: str) -> None:
    """Look for what the dishes need that are known by name: a dish has some ten foods, looked for at once."""
    search = desk.search(retailer_id)
    needs = {need.words: need for dish in dishes().values() for need in needs_of_dish(dish, lang=lang)}
    for need in needs.values():
        line_for(need, search)


def _weighed(desk: Desk, retailer_id: str, want: Want) -> Finding:
    """What would do for a wish, each weighed for it: with an amount and without."""
    found = _found(desk, retailer_id, want)
    for said in (replace(want, amount=None), replace(want, amount=Amount(Fraction(1)))):
        pick(said, found.hits, Shelf({}, labels_by_word(), SOME_DAY.date()), judge=found.merit)
    return found
