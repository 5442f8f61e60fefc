"""An utterance while it is being read: what was heard of the conversation, the wishes so far, the acts so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cabas.dialogue import locales
from cabas.dialogue.acts import Act, Reference
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import FAMILY, VARIANT, Lexicon
from cabas.dialogue.segment import read_items
from cabas.dialogue.sight import Sight
from cabas.dialogue.tokens import stems, tokenize
from cabas.dialogue.trie import TIED, small_words
from cabas.dialogue.wants import Wish, Wishes, of_labels
from cabas.dialogue.when import Times
from cabas.domain.cart import LineItem, Want
from cabas.kernel.text import fold


@dataclass(frozen=True, slots=True)
class Hearing:
    """What understanding needs of the conversation.

    `now` is in the store's zone. `knows` says whether products of the catalog are called that. `lines` are the lines
    of the cart, oldest first; `focus` the ids of those last spoken of, newest first, `fresh` of those that the last
    change put in, `gone` the lines that it took out; `pending` the kind of the open question; `topic` the article
    of the last question; `timed` says that the slot was what changed last, `slot` when the chosen one begins; `diet`
    are the constraints that were said to hold for everything.
    """

    locale: str
    now: datetime
    lexicon: Lexicon
    knows: Callable[[str], bool] = lambda words: False
    lines: tuple[LineItem, ...] = ()
    focus: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    gone: tuple[LineItem, ...] = ()
    pending: str | None = None
    topic: str | None = None
    timed: bool = False
    slot: datetime | None = None
    diet: tuple[str, ...] = ()

    @property
    def lang(self) -> str:
        """The language of the locale: "fr" of "fr-BE"."""
        return self.locale.partition("-")[0]


@dataclass(slots=True)
class Turn:
    """The state of reading one utterance. Acts come out in the order they were said; neighbors that only add things are
    one act. `asked` is what a question in it was about, `pointed` a thing of the cart that was named and not yet said
    anything about, or of which something was only `told`, `kept` says that there is enough of it at home; `diners` for
    how many a dish is that was not named yet; `asking` says that it ends in a question mark, `counts` that several
    numbers are said.
    """

    heard: Hearing
    sight: Sight
    wishes: Wishes
    times: Times
    steps: list[Act | list[Wish]] = field(default_factory=list)
    leftover: list[str] = field(default_factory=list)
    asked: Item | None = None
    pointed: Item | None = None
    kept: bool = False
    diners: int | None = None
    told: bool = False
    asking: bool = False
    counts: bool = False

    def act(self, *acts: Act) -> None:
        """Something other than adding."""
        self.steps.extend(self._aimed(act) for act in acts)

    def point(self, item: Item, *, told: bool = False) -> bool:
        """Speak of a line of the cart: "the rice, make it two". False when it is not there."""
        if self.line(item) is None:
            return False
        self.pointed, self.told = item, told
        return True

    def _aimed(self, act: Act) -> Act:
        """An act on "it" with what was pointed at just before."""
        nameless = act.target is None or act.target == Reference()
        if self.pointed is None or not nameless or act.kind not in ("set_quantity", "replace", "remove"):
            return act
        item, self.pointed = self.pointed, None
        return replace(act, target=self.reference(item))

    def wish(self, items: Iterable[Item]) -> None:
        """Things wished for."""
        fresh = self.wishes.add(items)
        if not fresh:
            return
        if self.steps and isinstance(self.steps[-1], list):
            self.steps[-1].extend(fresh)
        else:
            self.steps.append(fresh)

    def items(self, start: int, end: int, *, either: bool = False) -> list[Item]:
        """The things said by the tokens [start, end); `either` as `read_items` has it."""
        items = read_items(self.sight, start, end, either=either)
        return items if self.heard.topic is None else self._only_counted(items)

    def _only_counted(self, items: list[Item]) -> list[Item]:
        """Only the amount where a question about an article is followed by one that a name could be as well: "alors un
        petit pot".
        """
        item = items[0] if len(items) == 1 and len(items[0].pieces) == 1 else None
        said = self.sight.amounts(item.start, item.end) if item is not None else []
        for one in said:
            if item is not None and one.end == item.end and one.unit is not None and not one.implied:
                return [Item(item.start, item.end, measured=one, begun=True, tags=list(one.constraints))]
        return items

    def one(self, start: int, end: int) -> Item | None:
        """The tokens [start, end) as one thing, if they are one."""
        items = self.items(start, end)
        return items[0] if len(items) == 1 else None

    def want(self, item: Item, *, amount: bool = True) -> Want:
        """A thing as a wish of its own, with or without its amount."""
        wish = Wish(item, item.amount if amount else None, list(item.tags))
        return Wishes(self.wishes.lang).want(wish)

    def retag(self, item: Item, line: LineItem | None) -> bool:
        """Another one of `line` with the details of `item`; False where there are none, or nothing to put them on."""
        if not item.tags or line is None:
            return False
        self.act(Act("replace", wants=(self.tagged(line, item.tags),)))
        return True

    def tagged(self, line: LineItem, tags: Iterable[str]) -> Want:
        """What `line` holds with details more: beer that is to be alcohol free is of another family."""
        every = tuple(dict.fromkeys((*line.want.constraints, *tags)))
        family = line.want.family and of_labels(line.want.family, every, self.heard.lang)
        return replace(line.want, constraints=every, family=family)

    def reference(self, item: Item | None) -> Reference:
        """What a thing points at: by name, or what was spoken of last."""
        if item is None or not item.has_food:
            return Reference()
        return Reference(want=self.want(item, amount=False))

    @property
    def focus(self) -> LineItem | None:
        """The line spoken of last; the only line of the cart when none was."""
        if self.pointed is not None:
            return self.line(self.pointed)
        by_id = {line.id: line for line in self.heard.lines}
        for line_id in self.heard.focus:
            if line_id in by_id:
                return by_id[line_id]
        return self.heard.lines[0] if len(self.heard.lines) == 1 else None

    def line(self, item: Item) -> LineItem | None:
        """The line of the cart a thing names, the newest first."""
        return self._line(item.family, item.words)

    def gone(self, item: Item) -> LineItem | None:
        """The line a thing names among those that the last change took out."""
        return self._line(item.family, item.words, self.heard.gone)

    def holds(self, want: Want) -> bool:
        """Whether the cart has a line for a wish."""
        return self._line(want.family, want.words) is not None

    def _line(self, family: str | None, named: str, lines: Sequence[LineItem] | None = None) -> LineItem | None:
        lexicon = self.heard.lexicon
        below = set(lexicon.below(family)) if family else set()
        words = set(lexicon.stems(named))
        for line in reversed(self.heard.lines if lines is None else lines):
            if below & {line.family, line.want.family}:
                return line
            if words and words <= set(lexicon.stems(f"{line.want.words} {line.name} {line.brand or ''}")):
                return line
        return None

    def named(self, words: str) -> bool:
        """Whether something is called exactly that, in the lexicon or in the catalog."""
        return self.called(words) or self.sight.knows(words)

    def called(self, words: str, least: float = 0.0) -> bool:
        """Whether something is called that in the lexicon; exactly so where its name scores above `least`."""
        return self.family_called(words, least) is not None

    def family_called(self, words: str, least: float = 0.0) -> str | None:
        """The family whose goods are called that; exactly so where the name scores above `least`."""
        tokens = tokenize(words)
        whole = (match for match in self.heard.lexicon.at(tokens, 0, self.heard.lang) if match.kind == FAMILY)
        fits = (match for match in whole if match.end == len(tokens) and match.words > 1 and match.score > least)
        return next((match.id for match in fits), None)

    def _alike(self, item: Item, words: str) -> bool:
        """Whether a thing is of the same aisle as the thing `words`: limes are no kind of lemons."""
        families = self.heard.lexicon.families
        mine, other = item.family, self.heard.lexicon.family_of(words, self.heard.lang)
        if mine is None or other is None or mine not in families or other not in families:
            return False
        return bool(families[mine]["category"] == families[other]["category"])

    def composed(self, item: Item, words: str) -> str | None:
        """A new name of the thing `words` with what `item` says of it: "entier" of "lait écrémé" is "lait
        entier", "rye" of "white bread" is "rye bread"; None where nothing is called so.
        """
        lang = self.heard.lang
        said = item.words
        mine = set(stems(words, lang))
        if mine and mine < set(stems(said, lang)) and not item.begun:  # "de poire, le nectar": the thing is said again
            kept = [word for word in said.split() if not set(stems(word, lang)) & mine]
            said = " ".join(word for word in kept if fold(word) not in small_words(lang))
        elif set(self.heard.lexicon.stems(said) if item.flavor else stems(said, lang)) & mine:
            return None
        known = words.split()
        if not said or not known:
            return None
        tied = self.sight.spell(item.start, item.end) if said == item.words and not item.flavor else said
        ends = list(range(len(known) - 1, 1, -1))
        if item.flavor:  # "à la vanille" brings its own "à la"
            ends = [last for last in ends if fold(known[last - 1]) not in small_words(lang)]
        tries = [
            *(f"{' '.join(known[:last])} {words}" for last in ends for words in (tied, said)),
            f"{known[0]} {tied}",
            f"{known[0]} {said}",
            f"{words} {tied}",
            f"{words} {said}",
            f"{said} {known[-1]}",
            f"{said} {words}",
        ]
        if not locales.head_first(lang):
            tries.reverse()
        elif len(known) == 1:  # "du rouge" in place of rosé is a wine too
            tries.extend(f"{name} {said}" for name in self._wider(words))
        called = self.called if self._alike(item, words) else self.named
        names = dict.fromkeys(tries)
        found = next((name for name in names if self.called(name, 1 - TIED)), None)
        found = found or next((name for name in names if called(name)), None)
        return found or self._flavored(said, words)

    def _wider(self, words: str) -> list[str]:
        """The first names of the families above the one that `words` name."""
        lexicon, lang = self.heard.lexicon, self.heard.lang
        family = lexicon.family_of(words, lang)
        records = [lexicon.family(one) for one in lexicon.above(family)[1:]] if family else []
        return [record.names[lang][0] for record in records if record is not None and record.names.get(lang)]

    def _flavored(self, said: str, words: str) -> str | None:
        """ "Chocolat" of "yaourts vanille", when that is a kind of yogurt there is."""
        lexicon, lang = self.heard.lexicon, self.heard.lang
        family = lexicon.family_of(words, lang)
        kin = set(lexicon.below(lexicon.above(family)[-1])) if family else set()
        tokens = tokenize(said)
        kinds = [match for match in lexicon.at(tokens, 0, lang) if match.kind == VARIANT and match.end == len(tokens)]
        if not any(match.id in kin for match in kinds):
            return None
        return locales.qualified(locales.head_word(words, lang), said, lang)
