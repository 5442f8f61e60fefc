"""A trie of stems: which names start at a place of a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cabas.dialogue import locales
from cabas.dialogue.phrases import Phrases
from cabas.dialogue.tokens import Token, stem, tokenize
from cabas.kernel.text import fold

NAME_WORDS_MAX = 9
# What a match loses for another form of a word, and for words written together or apart.
INFLECTED, JOINED = 0.02, 0.05
# "barquette de mûres" is hardly the biscuit called "barquette mûre".
TIED = 0.4
# "Marks & Spencer" and "Marks and Spencer" are one name.
AND = "&"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one thing. `weight` (0-100) decides between things of the same name: the more popular one."""

    kind: str
    id: str
    name: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A name found in the tokens [start, end). `score` is 1 for the very words, less for other forms and guesses.

    `words` counts the words of the name that were met, small words aside.
    """

    start: int
    end: int
    kind: str
    id: str
    score: float
    lang: str = ""
    words: int = 1
    weight: int = 0

    @property
    def rank(self) -> tuple[int, float, int]:
        """What makes one match better than another that starts at the same place."""
        return (self.end - self.start, self.score, self.weight)


class _Node:
    __slots__ = ("below", "entries")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.entries: list[Entry] = []


class Trie:
    """Names of one language by their stems. Small words inside a name may be left out ("jus de pomme", "jus pomme");
    two words may be written as one ("sweet corn", "sweetcorn").
    """

    def __init__(self, lang: str, entries: Iterable[Entry] = ()) -> None:
        self.lang = lang
        self.vocabulary: dict[str, str] = {}  # folded word -> stem
        self.stems: set[str] = set()
        self._root = _Node()
        self._joints = joints(lang)
        self._digits = digits(lang)
        self._ands = frozenset(
            word for word in locales.words(locales.read(lang, "words").get("and")) if " " not in word
        )
        self.entries = tuple(entries)
        for entry in self.entries:
            self.put(entry)

    def put(self, entry: Entry) -> None:
        """Add a name."""
        tokens = tokenize(entry.name)
        for token in tokens:
            if token.kind == "word" and len(token.folded) > 1:
                self.vocabulary[token.folded] = stem(token.folded, self.lang)
        for path in self._paths(tokens):
            node = self._root
            for step in path:
                node = node.below.setdefault(step, _Node())
            self.stems.update(path)
            if entry not in node.entries:
                node.entries.append(entry)
                node.entries.sort(key=lambda other: -other.weight)

    def _paths(self, tokens: Sequence[Token]) -> set[tuple[str, ...]]:
        kept: list[Token] = []
        index = 0
        while index < len(tokens):
            joint = self._joints.at(tokens, index) if kept else None
            if joint and joint[1] < len(tokens):
                index = joint[1]
                continue
            if not tokens[index].is_mark:
                kept.append(tokens[index])
            index += 1
        path = tuple(self._step(token) for token in kept)
        small = articles(self.lang)
        plain = tuple(step for step, token in zip(path, kept, strict=True) if token.folded not in small)
        paths = {path[:NAME_WORDS_MAX], plain[:NAME_WORDS_MAX]} - {()}
        if len(kept) == 2 and all(len(token.folded) > 2 for token in kept):
            paths.add((stem(kept[0].folded + kept[1].folded, self.lang),))
        return paths

    def _step(self, token: Token) -> str:
        if token.folded in self._digits:
            return self._digits[token.folded]  # "quatre épices", "4 épices"
        return AND if token.folded in self._ands else stem(token.folded, self.lang)

    def at(self, tokens: Sequence[Token], index: int, less: float = 0.0) -> Iterable[Match]:
        """Every name that starts at `index`. Each scores `less`."""
        return self._at(tokens, index, less) if self._begins(tokens, index) else ()

    def _begins(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether any name begins with the word at `index`, alone or written together with the next: few words do."""
        if index >= len(tokens) or tokens[index].is_mark:
            return False
        below, token = self._root.below, tokens[index]
        if self._step(token) in below:
            return True
        following = tokens[index + 1] if index + 1 < len(tokens) and len(token.folded) > 1 else None
        return following is not None and stem(token.folded + following.folded, self.lang) in below

    def _at(self, tokens: Sequence[Token], index: int, less: float) -> Iterator[Match]:
        # (node, position, words met, score, whether a joint was just left out): a handful of steps, names are short
        todo: list[tuple[_Node, int, int, float, bool]] = [(self._root, index, 0, 1.0, False)]
        while todo:
            node, position, words, score, tied = todo.pop()
            if words and node.entries and not tied:
                yield from self._found(tokens, index, position, node, words, score, less)
            if position >= len(tokens) or tokens[position].is_mark:
                continue
            token = tokens[position]
            tie = words > 0 and len(token.folded) > 1 and self._joints.at(tokens, position) is not None
            below = None if tie else node.below.get(self._step(token))  # "tomates de" is no "tomates en dés"
            if below is not None:
                todo.append((below, position + 1, words + 1, score, False))
            following = position + 1 < len(tokens) and self._joints.at(tokens, position + 1) is None
            if following and len(token.folded) > 1 and not tokens[position + 1].is_mark:
                joined = node.below.get(stem(token.folded + tokens[position + 1].folded, self.lang))
                if joined is not None and joined is not below:
                    todo.append((joined, position + 2, words + 2, score - JOINED, False))
            joint = self._joints.at(tokens, position) if words and not tied and node.below else None
            if joint is not None and joint[1] < len(tokens):
                todo.append((node, joint[1], words, score, True))

    def _found(
        self, tokens: Sequence[Token], start: int, end: int, node: _Node, words: int, score: float, less: float
    ) -> Iterator[Match]:
        text = " ".join(token.text for token in tokens[start:end]).lower()
        tied = end - start > words
        for entry in node.entries:
            if entry.kind == "brand" and words == 1 and not _has_word(entry.name, tokens[start].folded):
                continue  # "un fromage fermier" is not of La Fermière
            exact = score if _said_as(text, entry.name) else score - INFLECTED
            if tied and len(_plain(entry.name).split()) <= words:
                exact -= TIED
            yield Match(start, end, entry.kind, entry.id, exact - less, self.lang, words, entry.weight)


@lru_cache(maxsize=65536)
def _plain(name: str) -> str:
    return " ".join(token.text for token in tokenize(name)).lower()


def _said_as(text: str, name: str) -> bool:
    """Whether the very name was said, accents included ("pâté" is not "pâte"), a plural aside."""
    plain = _plain(name)
    return text == plain or text.rstrip("sx") == plain.rstrip("sx")


@lru_cache(maxsize=8192)
def _has_word(name: str, folded: str) -> bool:
    """Whether a name has that word, a plural aside, or is that word in all."""
    words = [token.folded.rstrip("sx") for token in tokenize(name) if not token.is_mark]
    return folded.rstrip("sx") in (*words, "".join(words))


@lru_cache(maxsize=16)
def digits(lang: str) -> dict[str, str]:
    """The number words of one word as digits, those left out that are articles too."""
    sheet = locales.read(lang, "numbers")
    articles_too = set(locales.words(sheet.get("articles")))
    said = [(word, number) for number, words in sheet["values"].items() for word in locales.words(words)]
    return {fold(word): str(number) for word, number in said if " " not in word and word not in articles_too}


@lru_cache(maxsize=16)
def joints(lang: str) -> Phrases[bool]:
    """The words that tie a name together and may be left out: "de", "à la", "of"."""
    return Phrases.of(locales.words(locales.read(lang, "words").get("joints")), True)


@lru_cache(maxsize=16)
def small_words(lang: str) -> frozenset[str]:
    """Articles, prepositions and conjunctions: words that are no name by themselves."""
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "words").get("small")))


@lru_cache(maxsize=16)
def articles(lang: str) -> frozenset[str]:
    """The articles: "le" and "du" inside a name may be left out."""
    return frozenset(fold(word) for word in locales.words(locales.read(lang, "words").get("articles")))


def holds(said: Sequence[str], path: Sequence[str]) -> bool:
    """Whether the words of `path` stand in `said` in order, others between them allowed."""
    rest = iter(said)
    return bool(path) and all(step in rest for step in path)
