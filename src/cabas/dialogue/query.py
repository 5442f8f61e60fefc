"""What is searched for, taken apart: amounts aside, family, labels, and what must not be in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.classify import Found, below, best_family, names_of
from cabas.dialogue.labels import labels, labels_by_word
from cabas.dialogue.measures import measures_of
from cabas.dialogue.names import light, read_name
from cabas.dialogue.spelling import Speller
from cabas.dialogue.tokens import spell, tokenize
from cabas.domain.cart import Want
from cabas.kernel.text import fold

EXCLUDED_MAX = 300
# A family is taken from a query's words at less than from a product's name: somebody asked for it.
THRESHOLD = 0.0
# A word this rare in the catalog may be a misspelling of a family's name.
RARE = 3

Frequency = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Query:
    """A search, already taken apart by the dialogue. `words` is the free text; the rest narrows or lifts.

    `families` are lexicon ids (the family asked for and what is below it), and `named` the part of `words` that named
    them, so that a product called otherwise counts as well. `excluded` words must not appear. `sizes` are amounts that
    may stand in a name ("250g", "x6"): they lift, they never narrow.
    """

    words: str
    lang: str
    families: tuple[str, ...] = ()
    brand: str | None = None
    labels: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    named: str = ""
    sizes: tuple[str, ...] = ()


def parse(text: str, lang: str, frequency: Frequency = lambda _: 0) -> Query:
    """The query `text` asks for in `lang`. Words of another language are understood by the families they name.

    `frequency` tells in how many products of the catalog a folded word stands: rare ones may be misspelled.
    """
    wanted, refused, lacking = _split(text, lang)
    words = _without_amount(wanted, lang)
    found, named = _family(words, lang, frequency)
    spread = dict.fromkeys(word for phrase in refused for word in _spread(phrase, lang))
    spread.update(dict.fromkeys(lacking))
    return Query(
        words=" ".join((words, *lacking)),
        lang=lang,
        families=(found.family,) if found else (),
        labels=tuple(sorted(label for label in _labels_in(wanted, lang))),
        excluded=tuple(spread)[:EXCLUDED_MAX],
        named=named,
        sizes=read_name(wanted, lang).sizes,
    )


def complete(query: Query, frequency: Frequency = lambda _: 0) -> Query:
    """`query` with what its maker left open read from its words: the family and its name, labels, refusals."""
    if query.families and query.named:
        return query
    read = parse(query.words, query.lang, frequency)
    if query.families:
        stems = _stems_of(query.families[0], query.lang)
        named = " ".join(word for word in fold(query.words).replace("'", " ").split() if light(word) in stems)
        return replace(query, named=named or (read.named if read.families == query.families[:1] else ""))
    return replace(
        read,
        brand=query.brand,
        labels=tuple(sorted({*read.labels, *query.labels})),
        excluded=(*query.excluded, *read.excluded),
        sizes=query.sizes or read.sizes,
    )


def query_of(want: Want, frequency: Frequency = lambda _: 0) -> Query:
    """The query of a wish: what the dialogue understood counts, what it left open is read from the words."""
    known = labels_by_word()
    tags = [known[fold(tag)] for tag in want.constraints if fold(tag) in known]
    said = Query(
        words=want.words,
        lang=want.lang,
        families=(want.family,) if want.family else (),
        brand=want.brand,
        labels=tuple(sorted(label.id for label in tags if label.kind != "price")),
        excluded=tuple(tag.partition(":")[2] for tag in want.constraints if tag.startswith("not_brand:")),
    )
    return complete(said, frequency)


@cache
def _stems_of(family: str, lang: str) -> frozenset[str]:
    return frozenset(stem for one in below(family) for name in names_of(lang).names.get(one, ()) for stem in name)


@lru_cache(maxsize=8)
def _negations(lang: str) -> re.Pattern[str]:
    sheet = locales.read(lang, "search")
    groups = []
    for group in ("without", "lacking"):
        words = sorted((fold(word) for word in locales.words(sheet.get(group))), key=len, reverse=True)
        groups.append(f"(?P<{group}>{'|'.join(map(re.escape, words)) or '(?!)'})")
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)[' ]*", re.IGNORECASE)


def _split(text: str, lang: str) -> tuple[str, list[str], list[str]]:
    """What is wanted, what is refused ("pas aux fruits"), and what must be lacking ("sans croûte")."""
    kept = text
    for name in _label_names(lang):
        # A label may begin with a negation ("sans gluten"): it is no refusal, so it is hidden from the search for one.
        kept = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: "\1" * len(found[0]), kept, flags=re.IGNORECASE)
    found = list(_negations(lang).finditer(kept))
    if not found or found[0].start() == 0:
        return text, [], []
    refused: list[str] = []
    lacking: list[str] = []
    for one, following in zip(found, [*found[1:], None], strict=True):
        said = text[one.end() : following.start() if following else None].strip(" ,;.")
        if said and one["without"] is not None:
            refused.append(said)
        elif said:
            lacking.append(said)
    return text[: found[0].start()].strip(" ,;"), refused, lacking


@cache
def _label_names(lang: str) -> tuple[str, ...]:
    names = (name for label in labels().values() for name in label.names.get(lang, ()))
    return tuple(sorted((name for name in names if " " in name), key=len, reverse=True))


def _labels_in(text: str, lang: str) -> Iterable[str]:
    folded = f" {fold(text)} "
    for label in labels().values():
        if label.kind != "price" and any(f" {fold(name)} " in folded for name in label.names.get(lang, ())):
            yield label.id


def _without_amount(text: str, lang: str) -> str:
    """The words without an amount before them: "deux litres de lait" asks for lait."""
    tokens = tokenize(text)
    for measured in measures_of(lang).at(tokens, 0):
        rest = tokens[measured.end :]
        if rest and measured.unit is not None and not measured.implied:
            while rest and (rest[0].is_mark or rest[0].folded in ("de", "d", "of")):
                rest = rest[1:]
            return spell(rest).strip() if rest else text
    return text


def _spread(phrase: str, lang: str) -> list[str]:
    """A refused word and all it means: "fruits" are strawberries and apricots too, in every language of the lexicon."""
    words = [phrase]
    name = read_name(phrase, lang)
    found = best_family(name, (), lang, THRESHOLD)
    if found is not None and found.words.issuperset(name.words):
        for family in below(found.family):
            for code in locales.languages():
                words.extend(" ".join(stems) for stems in names_of(code).names.get(family, ()) if len(stems) == 1)
    return words


@cache
def _speller(lang: str) -> Speller:
    words = {word for names in names_of(lang).raw_words for word in names}
    return Speller(tuple(sorted(words)), lang)


def _family(text: str, lang: str, frequency: Frequency) -> tuple[Found | None, str]:
    """The family a text names, and the words of the text that named it."""
    for code in (lang, *(other for other in locales.languages() if other != lang)):
        name = read_name(text, code)
        found = best_family(name, (), code, THRESHOLD)
        if found is not None:
            return found, " ".join(raw for raw, stem in zip(name.raw, name.words, strict=True) if stem in found.words)
    return _respelled_family(text, lang, frequency)


def _respelled_family(text: str, lang: str, frequency: Frequency) -> tuple[Found | None, str]:
    """The same for words that are misspelled or misheard."""
    name = read_name(text, lang)
    raw, known = name.raw, names_of(lang).known
    readings: list[tuple[tuple[str, ...], int, int, float]] = []
    for start, end, word in _speller(lang).joined(raw):
        readings.append(((*raw[:start], word, *raw[end:]), start, end, 0.8))
    for place, word in enumerate(raw):
        if light(word) not in known and frequency(word) < RARE:
            for other, quality in _speller(lang).near(word)[:6]:
                readings.append(((*raw[:place], other, *raw[place + 1 :]), place, place + 1, quality))
    best, most, said = None, 0.0, ""
    for words, start, end, quality in readings:
        found = best_family(read_name(" ".join(words), lang), (), lang, THRESHOLD)
        if found is not None and found.votes * quality > most:
            best, most = found, found.votes * quality
            said = " ".join((*(w for w in words if light(w) in found.words and w in raw), *raw[start:end]))
    return best, said
