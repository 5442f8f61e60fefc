"""From failures to proposals: what words might mean, by what the shopper took instead, by spelling, by sound, and by
what products so called are. A person decides.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from cabas.dialogue.families import sheets
from cabas.dialogue.knowledge import Knowledge, Taught, content, name_of, tidied
from cabas.dialogue.lexicon import FAMILY, shared_trie
from cabas.dialogue.sounds import sound
from cabas.dialogue.tokens import tokenize
from cabas.dialogue.trie import NAME_WORDS_MAX
from cabas.kernel.ids import fingerprint
from cabas.kernel.text import fold
from cabas.usecases.learn.ports import Failure, Proposal
from cabas.usecases.learn.words_file import LENGTH_MAX
from cabas.usecases.ports import Query, Search

# What each kind of evidence is worth at most, of 100; kinds add up.
TAKEN, SPELLED, SOUNDS, BESIDE = 70, 55, 45, 40
# Letters that may differ, as a share of the word: "zukini" for zucchini.
APART = 0.34
SHORTEST = 4
# So many products are looked at for what stands beside the words.
HITS, AGREE = 12, 0.6
EACH = 3


@dataclass(slots=True)
class _Case:
    """Words that failed, and all that speaks for a meaning: family -> (points, reasons)."""

    lang: str
    words: str
    failures: list[Failure] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reasons: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def speak(self, family: str, points: int, reason: str) -> None:
        if family in sheets():
            self.points[family] += points
            self.reasons[family].append(reason)


def propose(
    failures: Iterable[Failure], knowledge: Knowledge, search: Search, now: datetime, *, least: int = 1
) -> list[Proposal]:
    """What might be taught because of `failures`, the likeliest first; only words that failed `least` times or more."""
    made = [
        proposal
        for case in _cases(failures, knowledge)
        if len(case.failures) >= least
        for proposal in _of(case, search, now)
    ]
    return sorted(made, key=lambda one: (-one.score, one.words, one.id))


def _cases(failures: Iterable[Failure], knowledge: Knowledge) -> Iterator[_Case]:
    found: dict[tuple[str, tuple[str, ...]], _Case] = {}
    for one in failures:
        words = tidied(one.words or "").lower()
        key = (one.lang, content(words, one.lang))
        if words and key[1] and len(words) <= LENGTH_MAX and len(key[1]) <= NAME_WORDS_MAX:
            found.setdefault(key, _Case(one.lang, words)).failures.append(one)
    taught = {lang: Taught.of(knowledge, lang) for lang in {lang for lang, _ in found}}
    for (lang, _), case in found.items():
        known = taught[lang]
        if known is None or (known.family(case.words) is None and known.product(case.words) is None):
            yield case


def _of(case: _Case, search: Search, now: datetime) -> Iterator[Proposal]:
    _taken_instead(case, search)
    if not case.points:  # what was misheard or misspelled is a guess: what the shopper did is not
        _spelled(case)
        _beside(case, search)
    refused = {one.family for one in case.failures if one.why in ("undone_at_once", "replaced") and one.sku}
    likely = [family for family in case.points if family not in refused]
    for family in sorted(likely, key=lambda one: (-case.points[one], one))[:EACH]:
        ident = fingerprint(f"{case.lang}\n{case.words}\n{family}".encode())[:8]
        score = min(100, case.points[family] + min(20, 5 * (len(case.failures) - 1)))
        reasons = tuple(case.reasons[family])
        yield Proposal(ident, case.lang, case.words, family, None, score, len(case.failures), reasons, now)


def _taken_instead(case: _Case, search: Search) -> None:
    """What shoppers took in the end."""
    taken = Counter(one.instead for one in case.failures if one.instead)
    products = search.get(taken)
    families = Counter[str]()
    for sku, count in taken.items():
        product = products.get(sku or "")
        if product is not None and product.family is not None:
            families[product.family] += count
    for family, count in families.items():
        share = count / sum(families.values())
        name = name_of(family, case.lang)
        case.speak(family, round(TAKEN * share), f"shoppers took {name} instead ({count} times)")


def _spelled(case: _Case) -> None:
    """Names that look or sound like the words."""
    said = _singular(case.words)
    if len(said) < SHORTEST:
        return
    names = _names(case.lang)
    cutoff = max(1, int(len(said) * APART))
    near = process.extract(said, list(names), scorer=DamerauLevenshtein.distance, score_cutoff=cutoff, limit=5)
    best: dict[str, tuple[int, str]] = {}
    for name, apart, _ in near:
        for family in names[name]:
            best[family] = min(best.get(family, (int(apart), name)), (int(apart), name))
    for family, (apart, name) in best.items():
        case.speak(family, round(SPELLED * (1 - apart / (len(said) * 2 * APART))), f"is spelled like {name}")
    for family in _sounds(case.lang).get(_sound(case.words, case.lang), ()):
        case.speak(family, SOUNDS, f"sounds like {name_of(family, case.lang)}")


def _beside(case: _Case, search: Search) -> None:
    """The family that most products have whose name holds the words."""
    hits = search.find(Query(case.words, case.lang), HITS)
    words = set(content(case.words, case.lang))
    named = [hit.product for hit in hits if words & set(content(hit.product.name, case.lang))]
    families = Counter(product.family for product in named if product.family)
    for family, count in families.most_common(1):
        if count >= AGREE * len(named):
            reason = f"{count} products so called are {name_of(family, case.lang)}"
            case.speak(family, round(BESIDE * count / len(named)), reason)


@cache
def _names(lang: str) -> dict[str, tuple[str, ...]]:
    """Folded names of families in the singular, with those that are called so."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in shared_trie(lang).entries:
        if entry.kind == FAMILY:
            found[_singular(entry.name)].add(entry.id)
    return {name: tuple(sorted(ids)) for name, ids in found.items()}


@cache
def _sounds(lang: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, families in _names(lang).items():
        found[_sound(name, lang)].update(families)
    return {key: frozenset(ids) for key, ids in found.items()}


def _singular(words: str) -> str:
    """Folded, without the s and x of plurals."""
    return " ".join(word[:-1] if len(word) > SHORTEST and word[-1] in "sx" else word for word in fold(words).split())


def _sound(words: str, lang: str) -> str:
    return "".join(sound(token.folded, lang) for token in tokenize(words))
