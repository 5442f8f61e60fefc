"""What went wrong in a turn, seen from what the shopper did; kept without words unless the shopper agreed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from cabas.dialogue.acts import Act
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.understand import Hearing, understand
from cabas.dialogue.unsold import names_nothing
from cabas.domain.cart import LineItem, Want
from cabas.kernel.errors import Unavailable
from cabas.kernel.text import fold
from cabas.usecases.learn.ports import PURPOSE, Failure
from cabas.usecases.talk.scene import Scene

# Why an utterance failed, as people read it.
REASONS = {
    "not_understood": "words that were not understood",
    "no_product": "nothing in the store is called that",
    "undone_at_once": "the shopper took it back with the next words",
    "replaced": "the shopper took something else instead",
    "asked_twice": "the shopper said the same thing again",
}

# The facts of a turn that name wishes without a product.
UNFOUND = ("not_found", "unheard_of")
# A pasted list of a hundred unknown things is one failure many times over.
FAILURES_MAX = 20
# Numbers as long as those of telephones, cards and houses with their postcode, and addresses of mail: nobody's words.
_PRIVATE = re.compile(r"\S+@\S+|\+?\d(?:[\s.-]?\d){4,}")


def failures_of(scene: Scene, acts: Sequence[Act]) -> list[Failure]:
    """What went wrong, as far as this turn shows: in it, or in the one before. Look before the turn is remembered."""
    if scene.desk.learning is None or not (scene.text or acts or scene.cart != scene.began):
        return []
    said = next((text for who, text in reversed(scene.talk.said) if who == "shopper"), "")
    found = [*_in_this_turn(scene, acts), *(_in_the_last(scene, acts, said) if said else ())]
    return found[:FAILURES_MAX]


async def note(scene: Scene, failures: Sequence[Failure]) -> None:
    """Keep what went wrong: with its words when the shopper agreed to that, else only that it happened."""
    learning = scene.desk.learning
    if not failures or learning is None:
        return
    with suppress(Unavailable):  # the shopper's turn is done and stored: it shall not fail for our curiosity
        if not await _agreed(scene):
            failures = [replace(one, said=None, words=None, family=None, sku=None, instead=None) for one in failures]
        await learning.keep(scene.talk.retailer_id, failures)


async def _agreed(scene: Scene) -> bool:
    if scene.shopper is None:
        return False
    who = (scene.talk.retailer_id, scene.shopper.id, scene.talk.platform)
    return PURPOSE in await scene.desk.consents.purposes(*who, scene.now)


def _in_this_turn(scene: Scene, acts: Sequence[Act]) -> Iterator[Failure]:
    if scene.leftover:
        yield _failure(scene, "not_understood", scene.text, " ".join(scene.leftover))
    families = {want.words: want.family for act in acts for want in act.wants}
    for fact in scene.facts:
        names = fact.values.get("names") if fact.kind in UNFOUND else None
        for name in names if isinstance(names, Iterable) else ():
            yield replace(_failure(scene, "no_product", scene.text, str(name)), family=families.get(str(name)))


def _in_the_last(scene: Scene, acts: Sequence[Act], said: str) -> Iterator[Failure]:
    """What the shopper's reaction says of the words before: taken back, changed for something else, or repeated."""
    now = {line.id: line for line in scene.cart.lines}
    focus = set(scene.talk.focus)
    fresh = [line for line in scene.began.lines if line.id in focus and line.recipe is None]
    gone = [line for line in fresh if line.id not in now]
    undone = any(act.kind == "undo" for act in acts)
    for line in gone:
        if line.sku is not None and (undone or fold(line.want.words) in fold(said)):
            yield _of_line(scene, "undone_at_once", said, line)
    for line in fresh:
        other = now.get(line.id)
        if other is not None and other.sku not in (line.sku, None) and other.family != line.family:
            yield replace(_of_line(scene, "replaced", said, line), instead=other.sku)
    before = {line.id for line in scene.began.lines}
    added = [line for line in scene.cart.lines if line.id not in before and line.sku is not None]
    notes = [line.want for line in fresh if line.sku is None]
    notes = notes or (list(_unheard_of(scene, said)) if len(added) == 1 else [])
    if len(added) == 1 and len(notes) == 1:
        missed = replace(_failure(scene, "replaced", said, notes[0].words), family=notes[0].family)
        yield replace(missed, instead=added[0].sku)
    if scene.text and fold(scene.text) == fold(said):
        words = next((want.words for act in acts for want in act.wants), None)
        yield _failure(scene, "asked_twice", said, words)


def _unheard_of(scene: Scene, said: str) -> Iterator[Want]:
    """The wishes of the words before that nothing was added for, because they name nothing that is sold."""
    words = [token.folded for token in tokenize(said) if token.kind == "word"]
    if all(scene.lexicon.knows_word(word) for word in words):
        return
    heard = Hearing(scene.talk.locale, scene.now, scene.lexicon, scene.search.knows)
    for act in understand(said, heard).acts:
        yield from (want for want in act.wants if act.kind == "add" and names_nothing(scene.lexicon, want))


def _of_line(scene: Scene, why: str, said: str, line: LineItem) -> Failure:
    return replace(_failure(scene, why, said, line.want.words), family=line.want.family, sku=line.sku)


def _failure(scene: Scene, why: str, said: str, words: str | None) -> Failure:
    talk, ident = scene.talk, scene.desk.new_id()
    heard, failed = _PRIVATE.sub("…", said), _PRIVATE.sub("…", words) if words is not None else None
    return Failure(ident, talk.store_id, scene.now, talk.lang, talk.platform, scene.channel, why, heard, failed)
