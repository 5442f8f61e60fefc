"""What is searched for, taken apart: amounts aside, family, labels, and what must not be in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from cabas.dialogue import locales
from cabas.dialogue.annotate import labels_in
from cabas.dialogue.classify import Found, below, best_family, names_of
from cabas.dialogue.labels import labels, labels_by_word
from cabas.dialogue.measures import measures_of
from cabas.dialogue.names import light, read_name
from cabas.dialogue.refusals import refused
from cabas.dialogue.spelling import Speller
from cabas.dialogue.tokens import spell, tokenize
from cabas.domain.cart import Want
from cabas.kernel.quantity import EACH, SYMBOLS, Quantity
from cabas.kernel.text import fold

EXCLUDED_MAX = 1500
NOT_BRAND = "not_brand:"
# The constraints that say where a thing is to come from, which names tell.
ORIGINS = ("origin", "origine")
# A family is taken from a query's words at less than from a product's name: somebody asked for it.
THRESHOLD = 0.0
# A word this rare in the catalog may be a misspelling of a family's name.
RARE = 3
# How many texts read without a catalog are remembered: ingredients of recipes are asked for again and again.
PARSED_KEPT = 4_096

Frequency = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Query:
    """A search, already taken apart by the dialogue. `words` is the free text; the rest narrows or lifts.

    `families` are lexicon ids (the family asked for and what is below it), and `named` the part of `words` that named
    them, so that a product called otherwise counts as well. `excluded` words must not appear. `sizes` are amounts that
    may stand in a name ("250g", "x6"): they lift, they never narrow,
    and neither does `amount`, how much was asked for in all.
    """

    words: str
    lang: str
    families: tuple[str, ...] = ()
    brand: str | None = None
    labels: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    named: str = ""
    sizes: tuple[str, ...] = ()
    amount: Quantity | None = None


def parse(text: str, lang: str, frequency: Frequency | None = None) -> Query:
    """The query `text` asks for in `lang`. Words of another language are understood by the families they name.

    `frequency` tells in how many products of the catalog a folded word stands: rare ones may be misspelled. Without it
    every word may be, whatever the catalog.
    """
    return _parse_anywhere(text, lang) if frequency is None else _parse(text, lang, frequency)


@lru_cache(maxsize=PARSED_KEPT)
def _parse_anywhere(text: str, lang: str) -> Query:
    return _parse(text, lang, lambda _: 0)


def _parse(text: str, lang: str, frequency: Frequency) -> Query:
    wanted, refused, lacking = _split(text, lang)
    words, amount = _without_amount(wanted, lang)
    found, named = _family(words, lang, frequency)
    spread = dict.fromkeys(word for phrase in refused for word in _spread(phrase, lang))
    spread.update(dict.fromkeys(lacking))
    return Query(
        words=" ".join((words, *(f"{_negation(lang)} {one}" for one in lacking))),
        lang=lang,
        families=(found.family,) if found else (),
        labels=tuple(sorted(labels_in(wanted, lang))),
        excluded=tuple(spread)[:EXCLUDED_MAX],
        named=named,
        sizes=(*read_name(wanted, lang).sizes, *_as_size(amount)),
        amount=amount,
    )


def complete(query: Query, frequency: Frequency | None = None) -> Query:
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
        amount=query.amount or read.amount,
    )


def query_of(want: Want, frequency: Frequency | None = None) -> Query:
    """The query of a wish: what the dialogue understood counts, what it left open is read from the words."""
    known = labels_by_word()
    tags = [known[fold(tag)] for tag in want.constraints if fold(tag) in known]
    said = Query(
        words=" ".join((want.words, *_more_words(want))),
        lang=want.lang,
        families=(want.family,) if want.family else (),
        brand=want.brand,
        labels=tuple(sorted(label.id for label in tags if label.kind != "price")),
        excluded=tuple(
            words
            for tag in want.constraints
            if (words := tag[len(NOT_BRAND) :] if tag.startswith(NOT_BRAND) else refused(tag, want.lang))
        ),
    )
    return complete(said, frequency)


def _more_words(want: Want) -> tuple[str, ...]:
    """The words of tags that are no label: where it comes from, "sans morceaux"."""
    known = labels_by_word()
    words: list[str] = []
    for tag in want.constraints:
        kind, colon, value = tag.partition(":")
        if kind in ORIGINS:
            words.extend(_forms_of(value, want.lang))
        elif not (colon or fold(tag) in known or refused(tag, want.lang)):
            words.append(value or tag)
    return tuple(words)


@lru_cache(maxsize=256)
def _forms_of(place: str, lang: str) -> tuple[str, ...]:
    """The words for what comes from a place, each stem once: "Espagne", "espagnol"."""
    said = locales.words(locales.read(lang, "words").get("origins", {}).get(place)) or (place,)
    return tuple({light(fold(word)): word for word in reversed(said)}.values())


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


def _negation(lang: str) -> str:
    """The word that says something is not inside: "sans"."""
    words = locales.words(locales.read(lang, "search").get("lacking"))
    return words[0] if words else ""


def _split(text: str, lang: str) -> tuple[str, list[str], list[str]]:
    """What is wanted, what is refused ("pas aux fruits"), and what must be lacking ("sans croûte")."""
    # A label may begin with a negation ("sans gluten"): it is no refusal, so it is hidden from the search for one.
    kept = _label_names(lang).sub(lambda found: "\1" * len(found[0]), text)
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
def _label_names(lang: str) -> re.Pattern[str]:
    names = {name for label in labels().values() for name in label.names.get(lang, ()) if " " in name}
    said = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{said or '(?!)'})(?!\w)", re.IGNORECASE)


def _without_amount(text: str, lang: str) -> tuple[str, Quantity | None]:
    """The words without an amount before them, and the amount: "deux litres de lait" asks for lait."""
    tokens = tokenize(text)
    for measured in measures_of(lang).at(tokens, 0):
        rest = tokens[measured.end :]
        if rest and measured.unit is not None and not measured.implied:
            while rest and (rest[0].is_mark or measures_of(lang).of.at(rest, 0)):
                rest = rest[1:]
            unit = SYMBOLS.get(measured.amount.unit, EACH)
            return (spell(rest).strip(), Quantity.of(measured.amount.value, unit)) if rest else (text, None)
    return text, None


def _as_size(amount: Quantity | None) -> tuple[str, ...]:
    """How a pack of that size is written in a name: "1kg"."""
    return (str(amount).replace(" ", ""),) if amount is not None and amount.unit != EACH else ()


def _spread(phrase: str, lang: str) -> list[str]:
    """A refused word and all it means: "fruits" are strawberries and apricots too, in the languages beside it."""
    words = [phrase]
    name = read_name(phrase, lang)
    found = best_family(name, (), lang, THRESHOLD)
    if found is not None and found.words.issuperset(name.words):
        for family in below(found.family):
            for code in (lang, *locales.others(lang)):
                words.extend(" ".join(stems) for stems in names_of(code).names.get(family, ()) if len(stems) == 1)
    return words


@cache
def _speller(lang: str) -> Speller:
    words = {word for names in names_of(lang).raw_words for word in names}
    return Speller(tuple(sorted(words)), lang)


def _family(text: str, lang: str, frequency: Frequency) -> tuple[Found | None, str]:
    """The family a text names, and the words of the text that named it; misspelled and misheard words count less."""
    found, said = None, ""
    for code in (lang, *locales.others(lang)):
        name = read_name(text, code)
        found = best_family(name, (), code, THRESHOLD)
        if found is not None:
            said = " ".join(raw for raw, stem in zip(name.raw, name.words, strict=True) if stem in found.words)
            break
    other, heard = _respelled_family(text, lang, frequency)
    if other is not None and (found is None or other.votes > found.votes):
        return other, heard
    return found, said


def _respelled_family(text: str, lang: str, frequency: Frequency) -> tuple[Found | None, str]:
    """The same for words the lexicon does not know and the catalog hardly: read as what they look or sound like."""
    raw, known, speller = read_name(text, lang).raw, names_of(lang).known, _speller(lang)
    odd = {word: speller.near(word)[:6] for word in raw if light(word) not in known and frequency(word) < RARE}
    odd = {word: near for word, near in odd.items() if near}
    likely = [odd[word][0][0] if word in odd else word for word in raw]
    readings = [(likely, 0.8)] if odd else []
    for place, word in enumerate(raw):
        for other, quality in odd.get(word, ()):
            readings.append(([*likely[:place], other, *likely[place + 1 :]], quality))
    spans = []
    for start, end, word in speller.joined(raw):
        if any(frequency(one) < RARE or light(one) not in known for one in raw[start:end]):
            spans.append((len(readings), start, end))
            readings.append(([*likely[:start], word, *likely[end:]], 0.8))
    best, most, said = None, 0.0, ""
    joined = {index: (start, end) for index, start, end in spans}
    for index, (words, quality) in enumerate(readings):
        found = best_family(read_name(" ".join(words), lang), (), lang, THRESHOLD)
        if found is not None and found.votes * quality > most:
            best, most = Found(found.family, found.votes * quality, found.words), found.votes * quality
            start, end = joined.get(index, (0, 0))
            kept = words if start == end else [*words[:start], *[words[start]] * (end - start), *words[start + 1 :]]
            said = " ".join(one for one, other in zip(raw, kept, strict=True) if light(other) in found.words)
    return best, said
