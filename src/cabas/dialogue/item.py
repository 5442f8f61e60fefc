"""One thing asked for, as it is read: the record, and what readings cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from cabas.dialogue.lexicon import FAMILY, VARIANT
from cabas.dialogue.measures import Measured
from cabas.dialogue.sight import Sight
from cabas.dialogue.trie import Match
from cabas.domain.cart import Amount

# What a reading costs. One thing costs 1; words that explain nothing, names that stand side by side, and marks or "and"
# inside it cost more. Set by reading many sentences of both languages.
COST = {
    "item": 1.0, "amend": 0.4, "nothing": 1.4, "unknown": 1.1, "word": 0.55, "known_word": 0.25, "small": 0.45,
    "beside": 2.3, "compound": 1.5, "linked": 0.25, "asked": 0.15, "and": 2.6, "and_inside": 0.55, "mark": 2.6,
    "soft_mark": 0.15, "article": 1.5, "second_amount": 2.0, "remark": 0.2, "implied": 0.12, "name_word": -0.06,
    "unit": -0.03, "partitive": 0.9, "detail": 0.02, "pronoun": 0.3, "same_family": 0.25, "bare_number": 0.4,
    "unit_word": 0.8,
    "mark_after_amount": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A name, or a word nobody knows, in the food words [start, end); `linked` by "de", "à" to what stands before."""

    start: int
    end: int
    match: Match | None = None
    linked: bool = False
    after_and: bool = False


@dataclass(slots=True)
class Item:
    """What one stretch [start, end) says. `tags` are constraints as `Want` writes them.

    `canned` wants it in a can or a jar; `usual` asks for what is always bought;
    `pronoun` and `more` point at something spoken of before; `vague` counts
    without a number ("quelques"); `article` an amount that is only "un", "a"; `each` one that needs the unit of the
    thing before ("une de thon"); `repair` takes back what was said before it; `alternative` is only second choice;
    `shared` is an amount of everything before ("six of each"), `spread` one of what follows as well ("two each of");
    `aside` says that words of every day were passed over before any name ("the kids would like"); `refines` says which
    one of the thing before ("the mint one"); `flavor` counts another kind of the thing before ("et quatre à la
    vanille"), `kind_of` one told by its looks ("et deux vertes"); `alike` wants as much of it as of the thing
    before ("the same of figs").
    """

    start: int
    end: int
    measured: Measured | None = None
    pieces: list[Piece] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    brand: str | None = None
    brand_words: tuple[int, int] | None = None
    head: str | None = None
    family: str | None = None
    restricted: str | None = None
    tags: list[str] = field(default_factory=list)
    canned: bool = False
    usual: bool = False
    pronoun: bool = False
    more: bool = False
    vague: bool = False
    definite: bool = False
    begun: bool = False
    each: bool = False
    repair: bool = False
    refines: bool = False
    alternative: bool = False
    safe: bool = False
    trailing: bool = False
    known: bool = False
    shared: bool = False
    spread: bool = False
    aside: bool = False
    flavor: bool = False
    kind_of: bool = False
    alike: bool = False
    words: str = ""
    cost: float = 0.0
    ands: list[int] = field(default_factory=list)

    @property
    def amount(self) -> Amount | None:
        """What was counted, if anything was; handfuls and pinches are no amount one can buy."""
        if self.measured is None or (self.measured.unit is not None and self.measured.unit.kind == "kitchen"):
            return None
        return self.measured.amount

    @property
    def has_food(self) -> bool:
        """Whether it names something."""
        return bool(self.pieces) or self.brand is not None

    @property
    def family_piece(self) -> Piece | None:
        """The first piece that is the name of a family."""
        return next((piece for piece in self.pieces if piece.match is not None and piece.match.kind == FAMILY), None)

    @property
    def says(self) -> bool:
        """Whether it says anything at all."""
        return self.has_food or self.measured is not None or bool(self.tags) or self.usual or self.pronoun or self.more


def is_clause(sight: Sight, item: Item) -> bool:
    """Whether a stretch with no known head has words in it that only clauses have ("n'en mange pas")."""
    if item.head is not None or item.brand is not None:
        return False
    inside = {place for piece in item.pieces if piece.match is not None for place in range(piece.start, piece.end)}
    for place in range(item.start, item.end) if item.usual else ():
        found = sight.detail(place, item.end)  # "des moufles comme celles que je prends toujours"
        inside.update(range(place, found.end) if found is not None and found.kind == "usual" else ())
    said = [place for place in range(item.start, item.end) if place not in inside]
    return any(sight.said("clausal", place) is not None or _was_done(sight, place) for place in said)


def _was_done(sight: Sight, place: int) -> bool:
    """Whether a verb tells here what was done: "a gagné"."""
    verb = sight.said("perfect", place)
    return verb is not None and verb < len(sight.tokens) and sight.is_everyday(verb) and not sight.is_small(verb)


def is_told(sight: Sight, item: Item) -> bool:
    """Whether of a known thing nothing is wished for, but told what it did: "le lait a tourné"."""
    if sight.said("definite", item.start) is None:
        return False
    strange = {piece.start for piece in item.pieces if piece.match is None}
    return any(place + 1 in strange and _was_done(sight, place) for place in range(item.start, item.end - 1))


def is_never(sight: Sight, item: Item) -> bool:
    """Whether a thing is called by nothing but words that are no goods ("passe", "tard"), and by no known name."""
    if item.head is not None or item.brand is not None or item.restricted is not None:
        return False
    strange = [piece for piece in item.pieces if piece.match is None]
    if any(piece.match is not None and piece.match.kind != VARIANT for piece in item.pieces):
        return False
    return bool(strange) and all(
        sight.is_everyday(place) for piece in strange for place in range(piece.start, piece.end)
    )
