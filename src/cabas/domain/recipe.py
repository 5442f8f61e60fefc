"""What a recipe needs from a shop: amounts in the shop's units, scaled, added up, what kitchens have set apart.

Pure arithmetic on exact fractions. What a spoon, a clove or a bunch holds comes in as a `Usual`; which family a word
means is for the dialogue to say (`dialogue.recipe_needs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from cabas.domain.packs import Ask, How
from cabas.kernel.quantity import GRAM, MILLILITER, Quantity

# Spoons and cups in millilitres: 15 and 5 as printed on spoons, the US cup rounded to 240, pints and quarts of the US.
VOLUMES = {
    "ml": Fraction(1), "cl": Fraction(10), "dl": Fraction(100), "l": Fraction(1000), "tsp": Fraction(5),
    "tbsp": Fraction(15), "cup": Fraction(240), "fl oz": Fraction(30), "pint": Fraction(473), "quart": Fraction(946),
    "gallon": Fraction(3785), "shot": Fraction(44),
}  # fmt: skip
MASSES = {
    "mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000), "oz": Fraction(2835, 100),
    "lb": Fraction(4536, 10),
}  # fmt: skip
# Heads of lettuce and pieces are counted; packs and cubes too, where nobody knows what they hold.
COUNTS = frozenset({"piece", "head", "pack", "sachet", "cube"})
PACKED = frozenset({"pack", "sachet"})
# Spoons, and what is less than a spoon: kitchens have that much oil, sugar or flour.
SPOONS = frozenset({"tsp", "tbsp", "pinch", "drizzle", "dash", "drop", "knob", "turn"})
SMALL = Fraction(60)
# Three tomatillos of a family nobody weighed: a guess keeps a cook's count from becoming as many packs.
GUESSED_PIECE, FEW = Quantity(50, GRAM), 2
# Nobody sells olives or beans by number: grams become pieces only from this weight up.
COUNTABLE = Fraction(20)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual about a food: the weight of one `piece`, grams per millilitre (`density`), what one of the kitchen
    `units` holds ("clove": 5 g), and whether kitchens have it: `pantry` is "always", "spoons" or nothing.
    """

    piece: Quantity | None = None
    density: Fraction | None = None
    units: Mapping[str, Quantity] = field(default_factory=dict)
    pantry: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """A food a recipe asks for. `same` are equivalent amounts, as said first (none: any one pack will do).

    `words` is how the recipe calls it in `lang`, `family` the lexicon's id if it has one, `alternatives` what the
    recipe offers instead, `pantry` what a kitchen surely has, `recipe` the dish it is for. `how` counts containers
    where the recipe names nothing else ("1 can").
    """

    words: str
    lang: str
    family: str | None = None
    same: tuple[Quantity, ...] = ()
    pantry: bool = False
    optional: bool = False
    alternatives: tuple[str, ...] = ()
    recipe: str = ""
    how: How = How.AMOUNT

    @property
    def ask(self) -> Ask:
        """The need as packs are chosen for it."""
        return Ask(self.same, self.how)

    def times(self, factor: Fraction) -> Need:
        """For more or fewer people."""
        return replace(self, same=tuple(one.times(factor) for one in self.same))


def equivalents(said: Sequence[tuple[Fraction, str | None]], usual: Usual) -> tuple[Quantity, ...]:
    """Amounts as recipes write them (value, canonical unit; no unit: pieces) in grams, millilitres and pieces.

    What was said comes first, a weight or volume before a count, at most one of each dimension; then what follows from
    it by the usual weights.
    """
    found: dict[str, Quantity] = {}
    for value, unit in said:
        quantity = _quantity(value, unit, usual)
        if quantity is not None and quantity.dimension not in found:
            found[quantity.dimension] = quantity
    if not found:
        return ()
    found = dict(sorted(found.items(), key=lambda item: item[0] == "count"))
    grams = _grams(found, usual)
    if grams is not None:
        found.setdefault("mass", Quantity.of(grams, GRAM))
        if usual.density:
            found.setdefault("volume", Quantity.of(grams / usual.density, MILLILITER))
        if usual.piece is not None and usual.piece.dimension == "mass" and usual.piece.base >= COUNTABLE:
            found.setdefault("count", Quantity.of(grams / usual.piece.base))
    return tuple(found.values())


def _quantity(value: Fraction, unit: str | None, usual: Usual) -> Quantity | None:
    if unit in MASSES:
        return Quantity.of(value * MASSES[unit], GRAM)
    if unit in VOLUMES:
        return Quantity.of(value * VOLUMES[unit], MILLILITER)
    held = usual.units.get(unit or "")
    if held is not None:
        return Quantity.of(value * held.base, GRAM if held.dimension == "mass" else MILLILITER)
    return Quantity.of(value) if unit is None or unit in COUNTS else None


def _grams(found: Mapping[str, Quantity], usual: Usual) -> Fraction | None:
    if "mass" in found:
        return found["mass"].base
    if "volume" in found:
        return found["volume"].base * usual.density if usual.density else None
    count = found["count"].base
    if usual.piece is not None:
        return count * usual.piece.base if usual.piece.dimension == "mass" else None
    return count * GUESSED_PIECE.base if count > FEW else None


def counted_in(said: Sequence[tuple[Fraction, str | None]], usual: Usual) -> How:
    """What the amounts count: packs, where nothing but packs is said and nobody knows what one holds."""
    packs = bool(said) and all(unit in PACKED and unit not in usual.units for _, unit in said)
    return How.PACKS if packs else How.AMOUNT


def is_pantry(said: Sequence[tuple[Fraction, str | None]], usual: Usual, *, plenty: bool = False) -> bool:
    """Whether a kitchen surely has that much. `plenty` is a lot of it without an amount ("oil for deep frying")."""
    if usual.pantry != "spoons" or plenty:
        return usual.pantry == "always"
    if not said:
        return True
    return any(_is_small(value, unit) for value, unit in said)


def _is_small(value: Fraction, unit: str | None) -> bool:
    if unit in SPOONS:
        return True
    if unit in ("cup", "pint", "quart", "gallon"):
        return False
    factor = MASSES.get(unit or "") or VOLUMES.get(unit or "")
    return factor is not None and value * factor <= SMALL


def merged(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs with the same food added up, over lines and recipes, in order of first appearance.

    A food is pantry or optional only if it is so everywhere; recipes are joined.
    """
    result: dict[tuple[str, bool], Need] = {}
    for need in needs:
        key = (need.family or need.words, need.optional)
        known = result.get(key)
        result[key] = need if known is None else together(known, need)
    return tuple(result.values())


def together(one: Need, other: Need) -> Need:
    """Both as one need, called as the first: amounts added up, pantry only if both are, recipes joined."""
    recipes = [name for name in (one.recipe, other.recipe) if name]
    return replace(
        one,
        same=_added(one.same, other.same),
        pantry=one.pantry and other.pantry,
        alternatives=one.alternatives or other.alternatives,
        recipe=" + ".join(dict.fromkeys(recipes)),
    )


def _added(one: tuple[Quantity, ...], other: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """The sums in every dimension both have; without one, what was said more plainly: the first that says anything."""
    theirs = {quantity.dimension: quantity for quantity in other}
    both = tuple(mine + theirs[mine.dimension] for mine in one if mine.dimension in theirs)
    return both or one or other


def scale(servings: Fraction | None, wanted: int | None, factor: Fraction | None = None) -> Fraction:
    """By what a recipe for `servings` is multiplied: `factor` if given, else for `wanted` people, else as written."""
    if factor is not None:
        return factor
    return Fraction(wanted) / servings if wanted and servings else Fraction(1)
