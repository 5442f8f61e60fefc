"""From a query to what tantivy is asked and what ranking compares: words with the words that may stand for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import tantivy

from cabas.dialogue.classify import above, family_is_nonfood, names_of
from cabas.dialogue.fits import own_words
from cabas.dialogue.kinds import shown_as
from cabas.dialogue.labels import labels
from cabas.dialogue.names import light, read_name
from cabas.dialogue.query import Query
from cabas.dialogue.ranking import Sought, Term
from cabas.storage.search_words import Words

# A word is taken for a misspelling of another one when that is so many times more frequent.
FAR_MORE = 20
# How many other stems may stand for one word.
OTHERS_MAX = 5
# What a word weighs that the catalog does not have (a family's name in another language): as one in so many names.
UNKNOWN_IN = 200
# So many refused words are looked for in ingredients too, known or not.
EXCLUDED_SAID = 12
# First pick, before ranking: what a family, a label, a part of the path and a plain name add to the text's BM25.
PICK = {"family": 6.0, "wider": 2.0, "kin": 2.0, "label": 4.0, "leaf": 1.5, "brand": 4.0, "plain": 1.5}

Clauses = list[tuple[tantivy.Occur, tantivy.Query]]


def sought(query: Query, words: Words) -> Sought:
    """The query ready for ranking: every word with its weight and the catalog's words that may stand for it."""
    name = read_name(query.words, query.lang)
    raw, stems = list(name.raw), list(name.words)
    if query.brand:
        brand = read_name(query.brand, words.lang)
        added = [(one, stem) for one, stem in zip(brand.raw, brand.words, strict=True) if stem not in stems]
        raw.extend(one for one, _ in added)
        stems.extend(stem for _, stem in added)
    named = frozenset(read_name(query.named, query.lang).words)
    asked = tuple(frozenset((label, *_near(label))) for label in query.labels)
    said = frozenset(stem for label in query.labels for stem in _label_stems(label, query.lang))
    foreign = query.lang != words.lang
    own = own_words(query.families[0]) if foreign and query.families else frozenset()  # "hot" of hot cocoa is not spicy
    terms = [
        (_told(one, stem, query.lang, words, named=stem in named) if foreign and stem not in own else None)
        or _term(one, stem, words, named=stem in named, label=stem in said, foreign=foreign)
        for one, stem in zip(raw, stems, strict=True)
    ]
    for start, end, word in words.speller.joined(raw):
        _join(terms, start, end, light(word), words)
    asked_for = frozenset(query.families)
    families = frozenset(one for one in asked_for if asked_for.isdisjoint(above(one)[1:]))
    if families:
        terms = _translated(terms, query.families[0], words, foreign=foreign)
    wider = frozenset(one for family in families for one in above(family)[1:2])
    return Sought(
        terms=tuple(terms),
        families=families,
        wider=wider - families,
        labels=asked,
        sizes=frozenset(query.sizes),
        excluded=frozenset(_excluded(query, words)),
        amount=(float(query.amount.base), query.amount.dimension) if query.amount else None,
        food=_food(families, terms),
    )


def _excluded(query: Query, words: Words) -> Iterator[tuple[str, ...]]:
    """The stems of what is refused: the words said, and of all that they mean what names of the catalog hold."""
    for place, phrase in enumerate(query.excluded):
        found = read_name(phrase, words.lang).words
        if found and (place < EXCLUDED_SAID or all(stem in words.stems for stem in found)):
            yield found


def _food(families: frozenset[str], terms: list[Term]) -> bool | None:
    """Whether food is asked for; None when no family was named, or only in words that had to be guessed."""
    named = [term for term in terms if term.named]
    if not families or (named and all(max(term.stems.values(), default=1.0) < 1.0 for term in named)):
        return None
    return not any(family_is_nonfood(family) for family in families)


def _translated(terms: list[Term], family: str, words: Words, *, foreign: bool) -> list[Term]:
    """The words of another language that named the family give way to its name in the catalog's language."""
    named = [term for term in terms if term.named]
    names = names_of(words.lang).names.get(family)
    if not named or not names or (not foreign and any(term.stems for term in named)):
        return terms
    told = [replace(term, named=False) for term in named if term.told and term.stems.keys().isdisjoint(names[0])]
    return [
        *(_term(stem, stem, words, named=True) for stem in names[0]),
        *(term for term in terms if not term.named),
        *told,
    ]


def _term(raw: str, stem: str, words: Words, *, named: bool, label: bool = False, foreign: bool = False) -> Term:
    count = words.stems.get(stem, 0) or (1 if stem in words.paths else 0)
    stems = {stem: 1.0} if count else {}
    # What is so frequent that nothing is far more so is no misspelling: most words that are asked for.
    if (count or not foreign or not named) and words.most >= FAR_MORE * count:
        others: dict[str, float] = {}
        for other, quality in words.speller.near(raw):
            near = light(other)
            if near != stem and words.stems[near] >= FAR_MORE * count:
                # Among guesses the frequent word is the likelier one.
                trust = quality * (1 - 0.3 / (1 + words.counts[other]))
                others[near] = max(others.get(near, 0.0), trust if not count else trust * 0.8)
        stems.update(
            sorted(others.items(), key=lambda item: -item[1] * math.log(2 + words.stems[item[0]]))[:OTHERS_MAX]
        )
    most = max((words.stems[one] for one in stems), default=UNKNOWN_IN)
    return Term(stems, math.log(1 + words.products / (count or most or 1)), named, label)


def _told(raw: str, stem: str, lang: str, words: Words, *, named: bool) -> Term | None:
    """A word of another language that tells one kind from another, as the catalog says it; None for any other, and for
    what names a food itself ("sweets").
    """
    if (raw,) in names_of(lang).raw_words:
        return None
    stems = {one: 1.0 for one in shown_as(stem, lang, words.lang) if words.stems.get(one)}
    if not stems:
        return None
    most = max(words.stems[one] for one in stems)
    return Term(stems, math.log(1 + words.products / most), named, told=True)


def _join(terms: list[Term], start: int, end: int, stem: str, words: Words) -> None:
    """Let words that sound like one known word stand for it, unless they are frequent words themselves."""
    count = words.stems.get(stem, 0)
    for place in range(start, end):
        term = terms[place]
        own = max((words.stems[one] for one, quality in term.stems.items() if quality == 1.0), default=0)
        if own <= count:
            terms[place] = Term({**term.stems, stem: max(term.stems.get(stem, 0.0), 0.8)}, term.weight, term.named)


def _near(label: str) -> tuple[str, ...]:
    return labels()[label].near if label in labels() else ()


@cache
def _label_stems(label: str, lang: str) -> tuple[str, ...]:
    names = labels()[label].names.get(lang, ()) if label in labels() else ()
    return tuple(stem for name in names for stem in read_name(name, lang).words)


def pick(schema: tantivy.Schema, wanted: Sought, *, strict: bool = True) -> tantivy.Query:
    """What tantivy looks for: every word and its stand-ins, and whatever else speaks for a product.

    Refused words must not stand in the name, nor (`strict`) among the ingredients.
    """
    clauses: Clauses = []
    for term in wanted.terms:
        for stem, quality in term.stems.items():
            clauses.append(_boosted(tantivy.Query.term_query(schema, "name", stem, "freq"), quality))
            clauses.append(_const(schema, "leaf", stem, PICK["leaf"] * quality))
            clauses.append(_const(schema, "brand", stem, PICK["brand"] * quality))
    for family in wanted.families:
        clauses.append(_const(schema, "family", family, PICK["family"]))
        clauses.append(_const(schema, "kin", family, PICK["kin"]))
    clauses.extend(_const(schema, "family", family, PICK["wider"]) for family in wanted.wider)
    clauses.extend(_const(schema, "label", label, PICK["label"]) for meant in wanted.labels for label in meant)
    found = tantivy.Query.boolean_query(clauses)
    lifted: Clauses = [(tantivy.Occur.Must, found), _const(schema, "mark", "plain", PICK["plain"])]
    for phrase in wanted.excluded:
        if len(phrase) == 1:
            lifted.extend(_refused(schema, field, phrase[0]) for field in ("holds", "inside")[: 1 + strict])
    return tantivy.Query.boolean_query(lifted)


def all_in_name(schema: tantivy.Schema, stems: Iterable[str]) -> tantivy.Query:
    """The products whose name has every one of these stems."""
    terms = (tantivy.Query.term_query(schema, "name", stem, "basic") for stem in stems)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])


def _refused(schema: tantivy.Schema, field: str, word: str) -> tuple[tantivy.Occur, tantivy.Query]:
    return tantivy.Occur.MustNot, tantivy.Query.term_query(schema, field, word, "basic")


def _boosted(query: tantivy.Query, boost: float) -> tuple[tantivy.Occur, tantivy.Query]:
    return tantivy.Occur.Should, tantivy.Query.boost_query(query, boost)


def _const(schema: tantivy.Schema, field: str, value: str, points: float) -> tuple[tantivy.Occur, tantivy.Query]:
    term = tantivy.Query.term_query(schema, field, value, "basic")
    return tantivy.Occur.Should, tantivy.Query.const_score_query(term, points)
