"""From things read to wishes: amounts that belong to the thing before, second thoughts, "une de maïs"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from cabas.dialogue import locales
from cabas.dialogue.classify import is_raw, labeled
from cabas.dialogue.details import concerning, free_of
from cabas.dialogue.item import Item
from cabas.dialogue.labels import labels_by_word
from cabas.dialogue.measures import Measured
from cabas.dialogue.tokens import stems
from cabas.dialogue.usual_pack import usual_count
from cabas.domain.cart import Amount, Want
from cabas.kernel.text import fold

# Amounts no household orders: above these a clerk asks once more before anything is done.
ABSURD = {"kg": 50, "g": 50_000, "l": 100, "ml": 100_000, "dozen": 20, "slice": 300}
ABSURD_COUNT = 200
# Units that hold so many of others.
HOLDERS, PARTS = frozenset({"can", "pack", "tub", "jar", "bag"}), frozenset({"piece", "slice", "bag"})
# Fewer grams or milliliters are not meant by a bare number ("200 g of ham and two of eggs").
LEAST_OF_SMALL_UNITS = 20
# So many bags are what one pack holds, where packs hold several.
PARTS_LEAST = 10
# So many amounts in a row are dealt out to the things named before them.
DEALT_LEAST = 2


@dataclass(slots=True)
class Wish:
    """A wish while the utterance is still being read: later words may change its amount or say which one."""

    item: Item
    amount: Amount | None
    tags: list[str]
    usual: bool = False
    more: bool = False

    @property
    def absurd(self) -> bool:
        """Whether the amount is none that can be meant: nothing at all, or far too much."""
        if self.amount is None:
            return False
        return self.amount.value <= 0 or self.amount.value >= ABSURD.get(self.amount.unit, ABSURD_COUNT)


@dataclass(slots=True)
class Wishes:
    """The wishes of an utterance, in order; `tags` hold for all of them ("je suis végétarien"), `unsafe` are allergens
    that were named. `composed` names the thing that one word of it was changed of ("salé" of "beurre doux"),
    `family_of` tells what is called so.
    """

    lang: str
    made: list[Wish] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)
    family_of: Callable[[str, str], str | None] = lambda name, lang: None
    composed: Callable[[Item, str], str | None] = lambda item, words: None

    def add(self, items: Iterable[Item]) -> list[Wish]:
        """Take in things read in one stretch. The new wishes."""
        fresh: list[Wish] = []
        spread: Amount | None = None  # "two each of": of all that are named without an amount
        for item in self._dealt(_sure(list(items))):
            if self.recount(item, fresh):
                continue
            wish = self._merged(item, fresh)
            if wish is not None:
                spread = item.amount if item.spread else spread if wish.amount is None and not item.begun else None
                wish.amount = wish.amount or spread
                fresh.append(wish)
            for earlier in (*self.made, *fresh) if item.shared else ():
                earlier.amount = earlier.amount or item.amount
        self.made.extend(fresh)
        return fresh

    def amend(self, item: Item) -> bool:
        """Put an amount or a detail on the last wish. False when there is none to put it on."""
        if not self.made:
            return False
        _put(self.made[-1], item)
        return True

    def _dealt(self, items: list[Item]) -> list[Item]:
        """The things read, the amounts that stand behind all of them put on one after the other: "leeks, figs and
        eggs: two, four and six".
        """
        start = len(items)
        while start and _only_counts(items[start - 1]):
            start -= 1
        last = items[start - 1] if 0 < start < len(items) else None
        first = [last] if last is not None and last.trailing and last.has_food else []
        amounts = [one.measured for one in (*first, *items[start:])]
        things: list[Wish | Item] = [*self.made, *items[:start]]
        named = things[-len(amounts) :] if items[start:] else []
        if not DEALT_LEAST <= len(amounts) == len(named) or any(_is_counted(one) for one in named if one not in first):
            return items
        for one, said in zip(named, amounts, strict=True):
            if isinstance(one, Wish):
                one.amount = same_unit(said, one.amount)
            elif said is not None:
                before = None if one in first else one.measured
                amount = same_unit(said, before.amount if before is not None else None) or said.amount
                one.measured, one.trailing = replace(said, amount=amount), True
        return items[:start]

    def recount(self, item: Item, fresh: Sequence[Wish] = ()) -> bool:
        """Count something that is wished for already and is only named once more: "leeks, figs, eggs; two leeks
        actually". False where it is no such thing.
        """
        if item.amount is None or item.more or (item.measured is not None and item.measured.article):
            return False
        for wish in (*self.made, *fresh):
            if not _names_same(wish.item, item, self.lang) or (wish.amount is not None and not item.repair):
                continue
            wish.amount, wish.item.words = same_unit(item.measured, wish.amount), item.words
            wish.item.vague = False
            wish.tags.extend(tag for tag in item.tags if tag not in wish.tags)
            return True
        return False

    def _merged(self, item: Item, fresh: list[Wish]) -> Wish | None:
        """The wish of `item`, or None when it changed the one before."""
        before = fresh[-1] if fresh else self.made[-1] if self.made else None
        if before is not None and fresh and item.repair:
            return self._repaired(before, item)
        if item.refines and before is not None and before.item.has_food and item.has_food:
            _refine(before, item, self.lang)
            return None
        if not item.has_food:
            if before is not None:
                _put(before, item)
                return None
            return None if not item.says else Wish(item, item.amount, list(item.tags), item.usual, item.more)
        if before is not None and not before.item.has_food and before in fresh:
            # "un litre, non, deux litres de jus": the food comes with the second amount
            if _holds(before.amount, item):  # "une boîte de camembert, huit portions"
                item.tags.append(_of_parts(item))
                item.measured = None
            amount = item.amount or before.amount
            before.item, before.amount, before.tags = item, amount, [*before.tags, *item.tags]
            before.usual = before.usual or item.usual
            return None
        amount = item.amount
        if before is not None and item.alike and amount is None:
            amount = before.amount
        elif before is not None and before.item.has_food and _is_kind(item):
            amount = self._of_its_kind(before, item)
            if item.kind_of and item.family is None:
                return None  # "deux baguettes et un rouge"
        elif item.each and before is not None and before.amount is not None and amount is not None:
            amount = _each(amount, before)
            name = self.composed(item, before.item.words) if item.family is None else None
            item.words = name or item.words  # "deux bottes d'asperges vertes et une de blanches"
        return Wish(item, amount, list(item.tags), item.usual, item.more)

    def _of_its_kind(self, before: Wish, item: Item) -> Amount | None:
        """Name another kind of the thing before ("et deux au chocolat"), and count it as that was counted."""
        bare = item.measured is not None and item.measured.unit is None
        name = self.composed(item, before.item.words)
        if name is None and bare and item.flavor:
            name = _other_kind(before.item.words, item.words, self.lang)
        if name is None:
            return item.amount
        item.words, item.family = name, self.family_of(name, self.lang) or item.family
        alike = bare and item.amount is not None and before.amount is not None
        return _each(item.amount, before) if alike and item.amount is not None else item.amount

    def _repaired(self, before: Wish, item: Item) -> Wish | None:
        """ "un, non, deux"; "une barquette de mûres, non, de myrtilles"."""
        if not item.has_food:
            if item.amount is not None:
                before.amount = same_unit(item.measured, before.amount)
            before.tags.extend(item.tags)
            return None
        amount = item.amount if item.amount is not None and not _only_article(item, before) else before.amount
        name = self.composed(item, before.item.words) if not item.begun else None
        if name is None and item.family is None and item.brand is None and not item.begun:
            name = _other_kind(before.item.words, item.words, self.lang)
        item.words = name or item.words
        item.family = (self.family_of(name, self.lang) if name is not None else None) or item.family
        before.item, before.amount = item, amount
        before.tags = list(item.tags)
        return None

    @property
    def everywhere(self) -> tuple[str, ...]:
        """The constraints that hold for every wish: diets, and what must be free of allergens."""
        safe = [free_of(allergen, self.lang) for allergen in self.unsafe]
        return tuple(dict.fromkeys((*self.tags, *(tag for tag in safe if tag is not None))))

    def wants(self, wishes: Sequence[Wish]) -> tuple[Want, ...]:
        """Wishes as the cart knows them."""
        return tuple(self.want(wish) for wish in wishes)

    def want(self, wish: Wish) -> Want:
        """One wish as the cart knows it."""
        item = wish.item
        tags = [tag for tag in (*wish.tags, *concerning(self.everywhere, item.family)) if tag not in ("small", "large")]
        amount = None if item.vague and item.measured is None else wish.amount
        family = of_labels(item.family, tags, self.lang) if item.family else None
        if family is not None and (item.canned or (amount is not None and amount.unit == "can")):
            family = self._canned(family, item.words)
        if family is not None and amount is not None and amount.unit == "bag" and amount.value >= PARTS_LEAST:
            amount = replace(amount, unit="piece") if usual_count(family) > 1 else amount  # "tea, 50 bags"
        return Want(item.words, self.lang, amount, family, item.brand, tuple(dict.fromkeys(tags)))

    def _canned(self, family: str, words: str) -> str:
        """The family of what comes in cans where fresh goods are counted in them: "two tins of tomatoes"."""
        forms = locales.words(locales.read(self.lang, "units").get("canned")) if is_raw(family) else ()
        called = (self.family_of(form.format(words), self.lang) for form in forms)
        return next((other for other in called if other is not None and not is_raw(other)), family)


def of_labels(family: str, tags: Sequence[str], lang: str) -> str:
    """The family meant where a label makes it another one: "beer without alcohol"."""
    for tag in tags:
        label = labels_by_word().get(fold(tag))
        family = labeled(family, label.names.get(lang, ()), lang) if label is not None else family
    return family


def _only_counts(item: Item) -> bool:
    """Whether it is a bare amount, and nothing else was said."""
    said = item.measured is not None and not item.measured.implied and not item.has_food
    return said and not (item.tags or item.repair or item.more or item.pronoun or item.usual or item.shared)


def _is_counted(one: Wish | Item) -> bool:
    """Whether more than one of it is counted already; a thing without a name is none that could be counted."""
    item = one.item if isinstance(one, Wish) else one
    if not item.has_food:
        return True
    return one.amount is not None and one.amount.value != 1


def _names_same(one: Item, other: Item, lang: str) -> bool:
    """Whether both are called the same, whatever their number."""
    if one.family != other.family or one.brand != other.brand or not other.has_food:
        return False
    return sorted(stems(one.words, lang)) == sorted(stems(other.words, lang))


def _is_kind(item: Item) -> bool:
    """Whether it may be another kind of the thing before: "et deux au chocolat", "et quatre nature"."""
    bare = item.measured is not None and item.measured.unit is None and not item.measured.article
    strange = bare and not item.each and not item.known and not item.trailing
    return item.brand is None and (item.flavor or item.kind_of or strange)


def _put(wish: Wish, item: Item) -> None:
    """What is said of the last wish in passing: "deux boîtes", "la brique de deux litres", "bio"."""
    if item.amount is not None and _holds(wish.amount, item):
        item.tags.append(_of_parts(item))
    elif item.amount is not None:
        wish.amount = same_unit(item.measured, wish.amount) if item.repair else item.amount
    wish.tags.extend(tag for tag in item.tags if tag not in wish.tags)
    wish.usual = wish.usual or item.usual
    wish.item.safe = wish.item.safe or item.safe
    wish.item.vague = wish.item.vague and item.amount is None


def _holds(before: Amount | None, item: Item) -> bool:
    """Whether an amount says what is in the container counted before: "une boîte de camembert, huit portions"."""
    unit = item.measured.unit if item.measured is not None else None
    if item.repair or before is None or before.unit not in HOLDERS or unit is None or item.amount is None:
        return False
    return unit.kind == "container" and unit.said in PARTS and item.amount.value > before.value


def _of_parts(item: Item) -> str:
    return f"pack_of:{item.amount.value}" if item.amount is not None else ""


def _sure(items: list[Item]) -> list[Item]:
    """Without the amounts that were taken back at once: the first of "un, non, trois concombres"."""
    kept = []
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else None
        if following is not None and following.repair and following.has_food and not item.has_food and following.amount:
            following.repair = False
            continue
        kept.append(item)
    return kept


def _refine(before: Wish, item: Item, lang: str) -> None:
    """ "Sugar free gum, the mint one": more words for the same thing."""
    before.item.words = locales.qualified(before.item.words, item.words, lang)
    _put(before, item)


def _other_kind(known: str, said: str, lang: str) -> str:
    """ "Pommes rouges, non, vertes" are "pommes vertes"; what was said of nothing named is only what was said."""
    if not known.strip():
        return said
    return locales.qualified(locales.head_word(known, lang), said, lang)


def same_unit(measured: Measured | None, before: Amount | None) -> Amount | None:
    """A bare number counts in the unit said before: "deux bouteilles, non, trois", "a kilo of leeks, make that two"."""
    if measured is None or before is None or measured.unit is not None:
        return measured.amount if measured is not None else None
    return replace(measured.amount, unit=before.unit)


def _only_article(item: Item, before: Wish) -> bool:
    return item.measured is not None and item.measured.article and before.amount is not None


def _each(amount: Amount, before: Wish) -> Amount:
    """ "un bocal d'olives, un de câpres", "une livre de cerises et une de prunes": of what was counted before."""
    counted = before.amount
    if counted is None:
        return amount
    small = amount.value < LEAST_OF_SMALL_UNITS
    if small != (counted.unit in ("g", "ml")):
        return replace(amount, unit=counted.unit)
    unit = before.item.measured.unit if before.item.measured is not None else None
    if not small or unit is None or unit.factor < LEAST_OF_SMALL_UNITS:
        return amount
    return Amount(amount.value * unit.factor, counted.unit)
