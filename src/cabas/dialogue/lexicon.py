"""What things are called: families of goods, labels, brands, dishes, restricted goods, found in text by their words.

The names every store shares are read once; a store's brands and own words are a thin layer over them. Products of a
French store may be asked for in English: the languages beside the shopper's (`also`) are looked at too. Words nobody
knows may be misspelled or misheard: see `sounds`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from cabas.dialogue import locales
from cabas.dialogue.dishes import dishes
from cabas.dialogue.families import pack_size, sheets
from cabas.dialogue.knowledge import Knowledge, Taught
from cabas.dialogue.labels import labels, restricted
from cabas.dialogue.sounds import Ear
from cabas.dialogue.tokens import Token, stem, stems, tokenize
from cabas.dialogue.trie import Entry, Match, Trie, holds, small_words
from cabas.domain.catalog import Family, SoldBy, Storage
from cabas.kernel.remember import remembered

__all__ = [
    "BRAND",
    "DISH",
    "FAMILY",
    "KINDS",
    "LABEL",
    "RESTRICTED",
    "VARIANT",
    "Entry",
    "Lexicon",
    "Match",
    "lexicon",
    "small_words",
]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FAMILY, LABEL, BRAND, DISH, RESTRICTED = "family", "label", "brand", "dish", "restricted"
# More words that make another product of a family ("sel et vinaigre" for crisps): no thing by themselves.
VARIANT = "variant"
KINDS = (FAMILY, LABEL, BRAND, DISH, RESTRICTED, VARIANT)
# A name of another language than the shopper's counts this much less.
FOREIGN = 0.1
# How many texts' names one lexicon remembers.
MENTIONED_KEPT = 1_024
# Of how many families the wider and the narrower ones are remembered: more than there are.
KIN_KEPT = 1 << 13


class Lexicon:
    """The names of one store for shoppers who speak `lang`. Make it with `lexicon`; it never changes."""

    def __init__(self, lang: str, entries: Iterable[Entry] = (), taught: Taught | None = None) -> None:
        self.lang = lang
        self.taught = taught
        self.langs = (lang, *locales.others(lang))
        self.families = sheets()
        self._shared = {code: shared_trie(code) for code in self.langs}
        own = tuple(entries)
        self._own = Trie(lang, own)
        heard = ((entry.name, entry.weight) for entry in own)
        self._ear = Ear(lang, (*heard, *taught.names()) if taught else heard, ())
        self._mentioned = lru_cache(MENTIONED_KEPT)(self._mentions)  # asked of each wish for each kind of goods
        self._family_of = lru_cache(MENTIONED_KEPT)(self._head_of)

    def at(self, tokens: Sequence[Token], index: int, lang: str | None = None) -> list[Match]:
        """Every name that starts at `index`, in `lang` (the lexicon's own) and then the others; the best first."""
        lang = lang or self.lang
        found: dict[tuple[int, str, str], Match] = {}
        for code in self.langs:
            for match in self._shared[code].at(tokens, index, 0.0 if code == lang else FOREIGN):
                _keep(found, match)
        for match in self._own.at(tokens, index):
            _keep(found, match)
        if self.taught is not None:
            self.taught.adjust(found, tokens, index, lang)
        if len(found) < 2:
            return list(found.values())
        return sorted(found.values(), key=lambda match: match.rank, reverse=True)

    def matches(self, tokens: Sequence[Token], lang: str | None = None) -> list[Match]:
        """The longest name of each kind at every place, in reading order. They may overlap."""
        found: list[Match] = []
        for index, token in enumerate(tokens):
            if not token.is_mark:
                best: dict[str, Match] = {}
                for match in self.at(tokens, index, lang):
                    best.setdefault(match.kind, match)
                found.extend(best.values())
        return found

    def covering(self, tokens: Sequence[Token], lang: str | None = None) -> list[Match]:
        """Names that do not overlap, chosen left to right, the longest first; of equals a family."""
        found: list[Match] = []
        index = 0
        while index < len(tokens):
            here = [] if tokens[index].is_mark else self.at(tokens, index, lang)
            if here:
                longest = [match for match in here if match.end == here[0].end]
                found.append(next((match for match in longest if match.kind == FAMILY), longest[0]))
                index = here[0].end
            else:
                index += 1
        return found

    def dish(self, text: str) -> str | None:
        """The dish that `text` names, in any language; of several the one with the most words."""
        tokens = tokenize(text)
        named = [
            match
            for lang in (self.lang, *(one for one in locales.languages() if one != self.lang))
            for index in range(len(tokens))
            for match in self.at(tokens, index, lang)
            if match.kind == DISH
        ]
        return max(named, key=lambda match: match.end - match.start).id if named else None

    def heard(self, tokens: Sequence[Token], index: int) -> Iterator[tuple[str, int]]:
        """The store's own names (brands) that the words from `index` on sound like, with the index after them."""
        return self._ear.heard(tokens, index)

    def torn(self, tokens: Sequence[Token], index: int) -> Iterator[tuple[float, int, str]]:
        """As `Ear.torn`, of the store's own names."""
        return self._ear.torn(tokens, index)

    def knows_word(self, folded: str, lang: str | None = None) -> bool:
        """Whether a name of the language has that word, in any form."""
        lang = lang or self.lang
        known = stem(folded, lang)
        if known in self._shared[lang].stems or (lang == self.lang and known in self._own.stems):
            return True
        return self.taught is not None and self.taught.has_stem(known, lang)

    def heads_names(self, folded: str, lang: str | None = None) -> bool:
        """Whether names of families have that word where their head stands ("sauce", "soup")."""
        lang = lang or self.lang
        return stem(folded, lang) in _heads(lang)

    def excluded(self, family: str, said: Sequence[str], lang: str | None = None) -> bool:
        """Whether the stems `said` are a name that only looks like one of the family (its `not:`)."""
        paths = _lookalikes(lang or self.lang).get(family)
        return paths is not None and any(holds(said, path) for path in paths if path and path[0] in said)

    def below(self, family: str) -> tuple[str, ...]:
        """The family and every family under it."""
        return _below(family)

    def above(self, family: str) -> tuple[str, ...]:
        """The family and every wider one, up to the widest."""
        return _above(family)

    def family(self, family: str) -> Family | None:
        """What is usual about a family; None for an id nobody knows."""
        return _record(family) if family in self.families else None

    def family_of(self, name: str, lang: str | None = None) -> str | None:
        """The family a PRODUCT NAME is of, by its head word; None when unsure. See `heads`."""
        return self._family_of(name, lang or self.lang)

    def _head_of(self, name: str, lang: str) -> str | None:
        from cabas.dialogue.heads import family_of

        return family_of(self, name, lang)

    def stems(self, text: str) -> tuple[str, ...]:
        """The stems of the words of `text` in the lexicon's own language, small words left out."""
        small = small_words(self.lang)
        return tuple(
            stem(token.folded, self.lang)
            for token in tokenize(text)
            if not token.is_mark and token.folded not in small
        )  # fmt: skip

    def mentions(self, text: str, ident: str) -> bool:
        """Whether `text` names the thing of that id: a family or one below it, a label, restricted goods, a dish."""
        return ident in self._mentioned(text)

    def _mentions(self, text: str) -> frozenset[str]:
        found = self.matches(tokenize(text))
        longer = [match for match in found if match.kind != RESTRICTED and match.end - match.start > 1]
        named = {
            match.id
            for match in found
            if match.kind != RESTRICTED
            or not any(  # no essence in vanilla essence, no antibiotic in what is antibiotic free
                one.start <= match.start and match.end <= one.end and one.end - one.start > match.end - match.start
                for one in longer
            )
        }
        return frozenset(wider for one in named for wider in self.above(one))

    def department(self, text: str) -> str | None:
        """The department called `text` ("les surgelés"), as the category path writes it; None when there is none."""
        return _departments().get(tuple(sorted(self.stems(text))))

    def is_department(self, text: str) -> bool:
        """Whether `text` means several kinds of things: a department, or a family that is only a wider word."""
        if self.department(text) is not None:
            return True
        named = [match.id for match in self.covering(tokenize(text)) if match.kind == FAMILY]
        return any(one in _children() and not self.families[one].get("packs") for one in named)


@lru_cache(maxsize=KIN_KEPT)
def _above(family: str) -> tuple[str, ...]:
    result = [family]
    while (parent := sheets().get(result[-1], {}).get("parent")) and parent not in result:
        result.append(str(parent))
    return tuple(result)


@lru_cache(maxsize=KIN_KEPT)
def _below(family: str) -> tuple[str, ...]:
    result = [family]
    for parent in result:
        result.extend(_children().get(parent, ()))
    return tuple(result)


def _keep(found: dict[tuple[int, str, str], Match], match: Match) -> None:
    key = (match.end, match.kind, match.id)
    if key not in found or found[key].score < match.score:
        found[key] = match


def lexicon(brands: Iterable[str] = (), knowledge: Knowledge | None = None, lang: str = "fr") -> Lexicon:
    """The lexicon of a store for shoppers who speak `lang`: every family, the store's `brands`, and what was taught."""
    taught = Taught.of(knowledge, lang) if knowledge else None
    if not brands and taught is None:
        return _plain(lang)
    return Lexicon(lang, (Entry(BRAND, brand, brand) for brand in sorted({name for name in brands if name})), taught)


@cache
def _plain(lang: str) -> Lexicon:
    """The words that every store shares."""
    return Lexicon(lang)


@remembered
def known_brands() -> Mapping[str, tuple[str, ...]]:
    """Brands people name whether or not a store sells them, with other ways to say them."""
    text = (files("cabas.dialogue") / "brands.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, list[str]] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    return {brand: tuple(str(name) for name in spoken) for brand, spoken in loaded.items()}


@remembered
def shared_trie(lang: str) -> Trie:
    """The names of a language that every store shares. Families with equal names go by popularity."""
    entries: list[Entry] = []
    more: Mapping[str, object] = locales.read(lang, "foods")
    for family, sheet in sheets().items():
        weight = int(sheet.get("popularity", 0))
        names = dict.fromkeys((*locales.words(sheet.get(lang)), *locales.words(more.get(family))))
        entries.extend(Entry(FAMILY, family, name, weight) for name in names)
        variants = [str(variant[lang]) for variant in sheet.get("variants", ()) if variant.get(lang)]
        entries.extend(Entry(VARIANT, family, name, weight) for name in variants)
    for brand, spoken in known_brands().items():
        entries.extend(Entry(BRAND, brand, name) for name in (brand, *spoken))
    for kind, records in ((LABEL, labels()), (RESTRICTED, restricted()), (DISH, dishes())):
        entries.extend(Entry(kind, one.id, name) for one in records.values() for name in one.names.get(lang, ()))
    return Trie(lang, entries)


@remembered
def shared_ear(lang: str) -> Ear:
    """How the names every store shares sound, and how their words are spelled."""
    trie = shared_trie(lang)
    return Ear(lang, ((entry.name, entry.weight) for entry in trie.entries if entry.kind != VARIANT), trie.vocabulary)


@remembered
def _heads(lang: str) -> frozenset[str]:
    """The stems that stand first (or last: `head` in locale.yaml) in names of several words."""
    place = 0 if locales.head_first(lang) else -1
    names = [_content(name, lang) for sheet in sheets().values() for name in locales.words(sheet.get(lang))]
    return frozenset(name[place] for name in names if len(name) > 1)


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for family, sheet in sheets().items():
        if sheet.get("parent"):
            found[sheet["parent"]] += (family,)
    return dict(found)


@remembered
def _lookalikes(lang: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    return {
        family: tuple(_content(name, lang) for name in locales.words(sheet["not"]))
        for family, sheet in sheets().items()
        if sheet.get("not")
    }


def _content(name: str, lang: str) -> tuple[str, ...]:
    """The stems of a name without its small words."""
    found = tuple(part for part in stems(name, lang) if part not in small_words(lang))
    return found or stems(name, lang)


@cache
def _departments() -> Mapping[tuple[str, ...], str]:
    """Department names by their stems, for every language that names them."""
    found: dict[tuple[str, ...], str] = {}
    for sheet in sheets().values():
        for lang in locales.languages():
            for part in sheet["category"].get(lang, ()):
                found.setdefault(tuple(sorted(_content(part, lang))), part)
    for lang in locales.languages():
        for part, names in locales.read(lang, "departments").items():
            for name in names:
                found.setdefault(tuple(sorted(_content(name, lang))), part)
    return found


@cache
def _record(family: str) -> Family:
    return family_record(family, sheets()[family])


def family_record(family: str, sheet: Mapping[str, Any]) -> Family:
    """The sheet of a family as the domain's record."""
    langs = locales.languages()
    packs = locales.words(sheet.get("packs"))
    units, one = pack_size(packs[0]) if packs else (1, None)
    return Family(
        id=family,
        names={lang: locales.words(sheet.get(lang)) for lang in langs if sheet.get(lang)},
        parent=sheet.get("parent"),
        category=" > ".join(next((sheet["category"][lang] for lang in langs if lang in sheet["category"]), ())),
        vat_rate=int(sheet.get("vat", 550)),
        sold_by=SoldBy(sheet.get("sold_by", "each")),
        minimum_age=int(sheet.get("age", 0)),
        allergens=frozenset(locales.words(sheet.get("allergens"))),
        storage=Storage(sheet.get("storage", "ambient")),
        popularity=int(sheet.get("popularity", 0)),
        piece=pack_size(str(sheet["piece"]))[1] if sheet.get("piece") else None,
        pack=one.times(units) if one is not None else None,
        staple=bool(sheet.get("staple", False)),
    )
