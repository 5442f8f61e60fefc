"""What a retailer taught beside the words every shop shares: packs of names, its own words, corrections of staff.

Words of a pack only add: where the shared words or the retailer's own say something about the same words, the pack is
silent. The retailer's own words come first. "Never" takes a meaning away, whoever gave it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from cabas.dialogue import locales
from cabas.dialogue.classify import below
from cabas.dialogue.families import sheets
from cabas.dialogue.tokens import Token, spell, stem, tokenize
from cabas.dialogue.trie import Entry, Match, Trie, small_words
from cabas.domain.cart import Want
from cabas.domain.catalog import Product

# The kinds of names that words taught by the retailer itself take the place of.
FAMILY, OUTRANKED = "family", frozenset({"family", "variant", "dish", "label", "brand"})
# A name the retailer taught is as good as any; one of a pack gives way to a shared name of the same words.
OWN_WEIGHT, PACK_WEIGHT = 100, -1


@dataclass(frozen=True, slots=True)
class Word:
    """Words of a language that mean a family, or one product (`sku`; its family, where known, beside it).

    `like` is the name of the family they are another word for, where it is not its first. `never` says that they do not
    mean it. `own` words are the retailer's; the others come from a pack of open data.
    """

    words: str
    lang: str
    family: str | None = None
    sku: str | None = None
    never: bool = False
    own: bool = True
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a retailer taught, at one version: the number changes with every change of the words."""

    version: int = 0
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Taught:
    """The words of `knowledge` for shoppers who speak `lang`, ready for looking up. It never changes."""

    lang: str
    words: tuple[Word, ...]
    tries: Mapping[str, tuple[Trie, Trie]] = field(default_factory=dict)
    skus: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    refusals: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    never: Mapping[str, Trie] = field(default_factory=dict)
    likes: Mapping[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    @classmethod
    def of(cls, knowledge: Knowledge, lang: str) -> Taught | None:
        """None when nothing was taught, so that nothing is looked up."""
        if not knowledge.words:
            return None
        known = sheets()
        meant: dict[str, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
        never: dict[str, list[Entry]] = defaultdict(list)
        skus: dict[tuple[str, ...], str] = {}
        refusals: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for word in knowledge.words:
            family = word.family if word.family in known else None  # a family of another version of Cabas says nothing
            if word.never:
                if family is not None:
                    never[word.lang].append(Entry(FAMILY, family, word.words))
                if word.lang == lang:
                    refusals[content(word.words, lang)].update({word.sku} if word.sku else below(family or ""))
                continue
            if family is not None:
                weight = OWN_WEIGHT if word.own else PACK_WEIGHT
                meant[word.lang][0 if word.own else 1].append(Entry(FAMILY, family, word.words, weight))
            if word.sku is not None and word.lang == lang:
                skus[content(word.words, lang)] = word.sku
        return cls(
            lang,
            knowledge.words,
            {code: (Trie(code, own), Trie(code, pack)) for code, (own, pack) in meant.items()},
            skus,
            {words: frozenset(ids) for words, ids in refusals.items()},
            {code: Trie(code, entries) for code, entries in never.items()},
            {(one.family, content(one.words, lang)): one.like for one in knowledge.words
             if one.like and one.family and one.lang == lang},
        )  # fmt: skip

    def adjust(self, found: dict[tuple[int, str, str], Match], tokens: Sequence[Token], index: int, lang: str) -> None:
        """Put the taught names that start at `index` among those `found`, and take the refused ones out.

        The keys of `found` are (end, kind, id). Names of another language than `lang` count a little less.
        """
        mine: set[tuple[int, str, str]] = set()
        for code, trie, own in self._layers:
            for match in trie.at(tokens, index):
                same = [key for key in found if key[0] == match.end and key[1] in OUTRANKED]
                if not own and same:
                    continue
                for key in same:
                    if key not in mine:
                        del found[key]
                mine.add((match.end, match.kind, match.id))
                _put(found, match, code, lang)
        for trie in self.never.values():
            for match in trie.at(tokens, index):
                found.pop((match.end, match.kind, match.id), None)

    @cached_property
    def _layers(self) -> tuple[tuple[str, Trie, bool], ...]:
        """The tries that hold something, the retailer's own of all languages first."""
        layers = [(code, trie, at == 0) for at in (0, 1) for code, tries in self.tries.items() for trie in (tries[at],)]
        return tuple(layer for layer in layers if layer[1].entries)

    def names(self) -> Iterator[tuple[str, int]]:
        """The words of the lexicon's own language that mean something, with their weight: for those who mishear."""
        own, pack = self.tries.get(self.lang, (None, None))
        for trie in (own, pack):
            if trie is not None:
                yield from ((entry.name, entry.weight) for entry in trie.entries)

    def has_stem(self, known: str, lang: str) -> bool:
        """Whether a taught name of the language has that stem."""
        return any(known in trie.stems for trie in self.tries.get(lang, ())) or (
            lang == self.lang and known in self._sku_stems
        )

    @cached_property
    def _sku_stems(self) -> frozenset[str]:
        return frozenset(part for words in self.skus for part in words)

    def product(self, words: str) -> str | None:
        """The product those words mean, by SKU."""
        return self.skus.get(content(words, self.lang)) if self.skus else None

    def grounded(self, knows: Callable[[str], bool]) -> Callable[[str], bool]:
        """`knows`, and the words that mean a product."""
        return (lambda words: self.product(words) is not None or knows(words)) if self.skus else knows

    def refuses(self, want: Want, product: Product) -> bool:
        """Whether somebody said that the words of `want` never mean `product`, or its family."""
        if not self.refusals:
            return False
        ids = self.refusals.get(content(want.words, self.lang), frozenset())
        return product.sku in ids or (product.family is not None and product.family in ids)

    def plain(self, words: str, family: str | None) -> str:
        """`words` with the taught ones said as a name of the family, so that products called so are found."""
        tokens = tokenize(words)
        said: list[str] = []
        index = 0
        while index < len(tokens):
            match = self._meant(tokens, index, family)
            if match is None:
                said.append(tokens[index].text)
                index += 1
                continue
            key = (match.id, content(spell(tokens[index : match.end]), self.lang))
            said.append(self.likes.get(key) or name_of(match.id, self.lang))
            index = match.end
        return " ".join(said) if family is not None else words

    def _meant(self, tokens: Sequence[Token], index: int, family: str | None) -> Match | None:
        matches = [
            match
            for code in dict.fromkeys((self.lang, *self.tries))
            for trie in self.tries.get(code, ())
            for match in trie.at(tokens, index)
            if match.id == family
        ]
        return max(matches, key=lambda match: match.rank, default=None)

    def family(self, words: str, *, own: bool = False) -> str | None:
        """The family that `words`, all of them, are taught to mean; None when they are not. `own`: by the retailer."""
        tokens = tuple(token for token in tokenize(words) if not token.is_mark)
        found = [
            match
            for code in dict.fromkeys((self.lang, *self.tries))
            for trie in self.tries.get(code, ())[: 1 if own else 2]
            for match in trie.at(tokens, 0)
            if match.end == len(tokens)
        ]
        return found[0].id if found else None


def _put(found: dict[tuple[int, str, str], Match], match: Match, code: str, lang: str) -> None:
    from cabas.dialogue.lexicon import FOREIGN

    if code != lang:
        match = replace(match, score=match.score - FOREIGN)
    key = (match.end, match.kind, match.id)
    if key not in found or found[key].score < match.score:
        found[key] = match


def content(words: str, lang: str) -> tuple[str, ...]:
    """The stems of `words` without small words: what two ways of saying the same have in common."""
    small = small_words(lang)
    return tuple(
        stem(token.folded, lang) for token in tokenize(words) if not token.is_mark and token.folded not in small
    )


def name_of(family: str, lang: str) -> str:
    """What Cabas calls a family in `lang`: its first name there, else in any language, else its id."""
    sheet = sheets().get(family, {})
    names = (locales.words(sheet.get(code)) for code in (lang, *locales.languages()))
    return next((said[0] for said in names if said), family)


def tidied(words: str) -> str:
    """Words as they are kept: marks left out, single spaces."""
    return spell(token for token in tokenize(words) if not token.is_mark).strip()
