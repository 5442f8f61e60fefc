"""What a retailer's row says of a product: its family, brand, content, labels, allergens, minimum age.

The family is voted for. Every name of a family that stands in the product's name is a candidate, and so is what the
retailer's own category path is called; `VOTES` says what counts. The winner is narrowed to the child all of whose words
are there ("Lait UHT demi-écrémé" under milk).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cabas.dialogue import locales
from cabas.dialogue.families import sheets
from cabas.dialogue.names import LACKING, Name, read_name
from cabas.kernel.remember import remembered

# word: a word of the family's name was met; very: in no other form. start: nothing but packaging stands before it.
# unknown: a word nobody knows does. tied: "de", "au" stands right before ("nuggets de poulet"). flavor: it comes after
# "goût", "saveur". stretch: it comes after a comma. leaf: the category is called that; parent: a wider category is.
# kin: the name and the category agree, one being the wider family of the other. Food is never a family of a
# non-food department, nor the reverse.
VOTES = {"word": 1.0, "very": 0.3, "start": 2.5, "unknown": -1.0, "tied": -1.8, "flavor": -3.0, "stretch": -1.8,
         "leaf": 3.2, "leaf_part": 2.0, "parent": 1.4, "kin": 3.0}  # fmt: skip
THRESHOLD = 1.0
_NAME_MAX = 8

Stems = tuple[str, ...]


class FamilyNames:
    """The names of all families in one language, as stems, by stem. One per language: `names_of`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._known: dict[Stems, list[tuple[str, frozenset[int], Stems]]] = defaultdict(list)
        self._sizes: dict[str, list[int]] = defaultdict(list)  # first word -> how many words names have, ascending
        self.names: dict[str, list[Stems]] = defaultdict(list)
        self.known: set[str] = set()
        self.raw_words: set[tuple[str, ...]] = set()
        self.nots: dict[str, list[Stems]] = defaultdict(list)
        self.without: list[tuple[Stems, str, str]] = []
        self._below: dict[str, Mapping[str, list[tuple[Stems, str]]]] = {}
        more: Mapping[str, object] = locales.read(lang, "foods")
        for family, sheet in sorted(sheets().items(), key=lambda item: -int(item[1].get("popularity", 0))):
            for name in dict.fromkeys((*locales.words(sheet.get(lang)), *locales.words(more.get(family)))):
                self._put(family, read_name(name, lang))
            for name in locales.words(sheet.get("not")):
                words = read_name(name, lang).words
                # A name of another language, or made of small words but one, would keep out too much.
                if len(words) > 1 or (words and " " not in name.strip()):
                    self.nots[family].append(words)
        for family, names in self.names.items():
            for words in names:
                plain = tuple(word for word in words if not word.startswith(LACKING))
                if len(plain) < len(words):
                    self.without.extend((words, wider, family) for wider, _, _ in self._known.get(plain, ()))

    def _put(self, family: str, name: Name) -> None:
        words = name.words[:_NAME_MAX]
        if not words or name.sizes:  # "lait 2 %" without its number would be any milk
            return
        self.known.update(words)
        self.raw_words.add(name.raw)
        self.names[family].append(words)
        self._known[words].append((family, _shifted(name.acute or frozenset(), 0, len(words)), _singular(name.raw)))
        if len(words) not in self._sizes[words[0]]:
            self._sizes[words[0]].append(len(words))
            self._sizes[words[0]].sort()

    def within(self, name: Name) -> list[tuple[int, int, str, bool]]:
        """(start, end, family, whether in the very words) of every family name that stands in `name`, word beside word.

        Accents are as written, where any are. "Piles" and "Pils" have one stem, but are not the very same word.
        """
        found: list[tuple[int, int, str, bool]] = []
        words, acute, sizes = name.words, name.acute, self._sizes
        for index in [at for at, word in enumerate(words) if word in sizes]:
            for size in sizes[words[index]]:
                end = index + size
                known = self._known.get(words[index:end]) if end <= len(words) else None
                if known is None:
                    continue
                said = _singular(name.raw[index:end])
                for family, accents, raw in known:
                    if acute is None or accents == _shifted(acute, index, end):
                        found.append((index, end, family, raw == said))
        return found

    def called(self, words: Stems) -> tuple[str, ...]:
        """The families that are called exactly that."""
        return tuple(family for family, _, _ in self._known.get(words, ()))

    def excluded(self, family: str, words: Stems) -> bool:
        """Whether the words hold, side by side, a name that only looks like one of the family."""
        for name in self.nots.get(family, ()):
            if name[0] in words:
                size = len(name)
                if any(words[at : at + size] == name for at, word in enumerate(words) if word == name[0]):
                    return True
        return False

    def _lacking(self, family: str, words: frozenset[str]) -> str:
        """The family that is named after what it lacks, if all of its name is there: "bière blonde sans alcool"."""
        fits = [
            (name, other) for name, wider, other in self.without if words.issuperset(name) and family in below(wider)
        ]
        return max(fits, key=lambda one: len(one[0]))[1] if fits else family

    def narrowed(self, family: str, said: Stems) -> str:
        """The family under `family` whose longest name is all there, or `family`."""
        words = frozenset(said)
        if [word for word in said if word[:1] == LACKING]:
            family = self._lacking(family, words)
        names = self._names_below(family)
        if not names:
            return family
        best, met = family, max((len(name) for name in self.names[family] if words.issuperset(name)), default=0)
        for word in said:
            for name, child in names.get(word, ()):
                # A kind's name of as many words says more than its own: "beurre de baratte doux" is unsalted butter.
                longer = len(name) > met or (best == family and len(name) == met > 1)
                if longer and words.issuperset(name) and not self.excluded(child, said):
                    best, met = child, len(name)
        return best

    def _names_below(self, family: str) -> Mapping[str, list[tuple[Stems, str]]]:
        """The names of the families under `family` by their last word, which is the rarer one."""
        found = self._below.get(family)
        if found is None:
            found = defaultdict(list)
            for child in below(family)[1:]:
                for name in self.names[child]:
                    found[name[-1]].append((name, child))
            self._below[family] = found
        return found


@lru_cache(maxsize=1 << 14)
def _singular(raw: Stems) -> Stems:
    return tuple(word.rstrip("sx") for word in raw)


def _shifted(places: frozenset[int], start: int, end: int) -> frozenset[int]:
    """Those of the places that lie in [start, end), counted from `start`."""
    return frozenset(at - start for at in places if start <= at < end) if places else places


@remembered
def names_of(lang: str) -> FamilyNames:
    """The family names of a language, read once."""
    return FamilyNames(lang)


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    children: dict[str, list[str]] = defaultdict(list)
    for family, sheet in sheets().items():
        if sheet.get("parent"):
            children[str(sheet["parent"])].append(family)
    return {family: tuple(found) for family, found in children.items()}


@cache
def below(family: str) -> tuple[str, ...]:
    """The family and every family under it, nearest first."""
    found = [family]
    for one in found:
        found.extend(child for child in _children().get(one, ()) if child not in found)
    return tuple(found)


@cache
def above(family: str) -> tuple[str, ...]:
    """The family and every wider one, nearest first."""
    found = [family]
    while (parent := sheets().get(found[-1], {}).get("parent")) and parent not in found:
        found.append(str(parent))
    return tuple(found)


@lru_cache(maxsize=4096)
def labeled(family: str, label: tuple[str, ...], lang: str) -> str:
    """The family named after another one and a label that sets it apart: beer and "alcohol free" is "alcohol-free
    beer", which is no beer. `family` itself when there is none; `label` are the label's names in `lang`.
    """
    names = names_of(lang)
    own = locales.words(sheets()[family].get(lang)) if family in sheets() else ()
    label = tuple(tag for tag in label if not any(word.isdigit() for word in tag.split()))  # "0 sucre" is no sugar
    first = locales.head_first(lang)  # "moins de sucre" is no sugar for jam
    orders = ("{1} {0}",) if first else ("{0} {1}", "{1} {0}")
    for said in (order.format(tag, name) for name in own for tag in label for order in orders):
        apart = [one for one in names.called(read_name(said, lang).words) if one not in below(family)]
        if apart:
            return apart[0]
    return family


@cache
def packaging(lang: str) -> frozenset[str]:
    """Stems of words for packs and parts ("boîte", "tranche", "lot"): they stand before a head without hiding it."""
    sheet = locales.read(lang, "units")
    said = (words for group in ("measures", "containers") for words in sheet.get(group, {}).values())
    extra = locales.words(locales.read(lang, "search").get("packaging"))
    names = [word for record in said for word in locales.words(record["words"])]
    return frozenset(stem for name in (*names, *extra) for stem in read_name(name, lang).words)


@lru_cache(maxsize=8192)
def path_families(category: tuple[str, ...], lang: str) -> tuple[tuple[str, float], ...]:
    """(family, votes) of what the parts of a category path are called, the narrowest part first."""
    names = names_of(lang)
    found: list[tuple[str, float]] = []
    for depth, part in enumerate(reversed(category)):
        name = read_name(part, lang)
        heads = [one for one in names.within(name) if one[0] == 0]
        if not heads:
            continue
        _, end, family, _ = max(heads, key=lambda one: (one[1], one[3]))
        if end == len(name.words):
            found.append((family, VOTES["leaf"] if depth == 0 else VOTES["parent"]))
        elif depth == 0:
            found.append((family, VOTES["leaf_part"]))
    return tuple(found)


@cache
def _nonfood(group: str, lang: str) -> frozenset[str]:
    words = locales.words(locales.read(lang, "search").get(group))
    return frozenset(stem for word in words for stem in read_name(word, lang).words)


@lru_cache(maxsize=8192)
def is_nonfood(category: tuple[str, ...], lang: str) -> bool:
    """Whether a category path begins with a department, or an aisle, of things nobody eats ("Bébé > Couches")."""
    return any(
        not _nonfood(group, lang).isdisjoint(read_name(part, lang).words)
        for group, part in zip(("nonfood", "nonfood_aisles"), category, strict=False)
    )


@cache
def family_is_nonfood(family: str) -> bool:
    """Whether the family is something nobody eats."""
    path = sheets()[family]["category"]
    return any(is_nonfood(tuple(str(part) for part in parts), lang) for lang, parts in path.items())


@cache
def department(family: str) -> str:
    """The department a family is sold in, in whatever language comes first: only good for comparing."""
    return str(next(iter(sheets()[family]["category"].values()))[0])


@cache
def is_of(family: str, group: str) -> bool:
    """Whether a family is sold in one of the departments that `forms.yaml` lists under `group`, in any language."""
    path = sheets()[family]["category"] if family in sheets() else {}
    return any(parts[0] in locales.words(locales.read(lang, "forms").get(group)) for lang, parts in path.items())


@cache
def is_made(family: str) -> bool:
    """Whether a family is a dish, made of many things that its name does not tell (the aisles `made` of forms.yaml)."""
    path = sheets()[family]["category"] if family in sheets() else {}
    return any(
        not {*parts}.isdisjoint(locales.words(locales.read(lang, "forms").get("made"))) for lang, parts in path.items()
    )


def is_raw(family: str) -> bool:
    """Whether a family is one thing as it grew or was caught: fruit, vegetables, meat, fish."""
    return is_of(family, "fresh") or is_of(family, "raw")


class Found(NamedTuple):
    """A family, the votes for it, and the words of the name that spoke for it."""

    family: str
    votes: float
    words: frozenset[str] = frozenset()


def candidates(name: Name, lang: str, brand: Stems = ()) -> list[Found]:
    """The families whose names stand in `name`, most votes first. A `brand` before them does not count."""
    return [Found(family, votes, frozenset(words)) for votes, family, words in _candidates(name, lang, brand)]


_Candidate = tuple[float, str, Stems]


def _candidates(name: Name, lang: str, brand: Stems) -> list[_Candidate]:
    best: dict[str, _Candidate] = {}
    here, worth = (-1, -1), 0.0
    for start, end, family, very in names_of(lang).within(name):
        if here != (start, end):
            here, worth = (start, end), _votes(name, start, end, lang, brand)
        votes = worth + (VOTES["very"] if very else 0.0)
        if family not in best or votes > best[family][0]:
            best[family] = (votes, family, name.words[start:end])
    return sorted(best.values(), key=lambda one: -one[0]) if len(best) > 1 else list(best.values())


def best_family(
    name: Name, category: tuple[str, ...], lang: str, threshold: float = THRESHOLD, brand: Stems = ()
) -> Found | None:
    """The narrowest family that fits a product's name and category path, both in `lang`; None when unsure."""
    names = names_of(lang)
    path = path_families(category, lang)
    leaf = path[0][0] if path else ""
    wider = above(leaf) if path else ()
    votes: dict[str, _Candidate] = {family: (vote, family, ()) for family, vote in reversed(path)}
    heads = _candidates(name, lang, brand)
    for worth, family, met in heads:
        kin = bool(path) and (family in wider or leaf in above(family))
        if kin and len(heads) > 1:  # "chips de lentilles" shelved with the chips are no plain chips
            kin = not any(len(other) > len(met) and other[: len(met)] == met for _, _, other in heads)
        total = worth + (VOTES["kin"] if kin else 0.0)
        if family not in votes or votes[family][0] < total:
            votes[family] = (total, family, met)
    nonfood = bool(category) and is_nonfood(category, lang)
    shelves = {department(family) for family, _ in path}
    best: _Candidate | None = None
    for one in votes.values():
        if one[0] <= (best[0] if best else threshold) or names.excluded(one[1], name.words):
            continue
        if category and nonfood != family_is_nonfood(one[1]):
            continue
        # What is shelved with the biscuits or the juices is no fresh fruit, whatever its name begins with.
        if shelves and is_raw(one[1]) and department(one[1]) not in shelves:
            continue
        best = one
    if best is None:
        return None
    worth, family, met = best
    narrow = names.narrowed(family, name.words)
    if narrow == family:
        return Found(family, worth, frozenset(met))
    words = frozenset(name.words)
    spoke = max((frozenset(one) for one in names.names[narrow] if words.issuperset(one)), key=len, default=met)
    return Found(narrow, worth, frozenset(met).union(spoke))


def _votes(name: Name, start: int, end: int, lang: str, brand: Stems = ()) -> float:
    """What a family name at [start, end) of `name` is worth: is it the head, or said of the head?"""
    votes = VOTES["word"] * (end - start)
    if start >= name.flavor > 0:
        return votes + VOTES["flavor"]
    if locales.head_first(lang):
        first = max((at for at in name.breaks if at <= start), default=0) if name.breaks else 0
        beside, tied = name.words[first:start], start in name.tied
    else:
        last = min((at for at in (*name.breaks, name.flavor) if at >= end), default=len(name.words))
        first, beside, tied = 0, name.words[end:last], False
    skipped = packaging(lang)
    if skipped.issuperset(name.words[start:end]) and not skipped.issuperset(name.words):
        return votes + VOTES["flavor"]  # "barquette de", "petit pot": it holds something else
    known = names_of(lang).known
    weights = [1.0 if word not in known else 0.5 for word in beside if word not in skipped and word not in brand]
    if not weights:
        return votes + VOTES["start"] + (VOTES["stretch"] if first else 0.0)
    if tied:  # a long name said of an unknown head is no more of a head: "salmorejo à l'huile d'olive vierge"
        votes = min(votes, VOTES["word"]) + VOTES["tied"]
    return votes + VOTES["unknown"] * sum(weights[:3])
