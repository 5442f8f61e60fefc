"""Names that a verb, a time or a pattern must not cut: "window cleaner" opens no window of time."""

from __future__ import annotations

from cabas.dialogue import locales
from cabas.dialogue.lexicon import BRAND, FAMILY, LABEL
from cabas.dialogue.patterns import Found
from cabas.dialogue.sight import NAME_TOKENS_MAX, Sight
from cabas.dialogue.trie import Match

# Details that say which kind, in words that might stand for themselves ("zero percent", "no more than two euros").
_SAID_OF_IT = frozenset({"fat", "percent", "max_price", "max_price_bare"})
# A name met with this score is one word for word.
SURE_NAME = 0.98


def in_name(sight: Sight, place: int) -> bool:
    """Whether a name goes on over `place`: nothing begins at the "and" of "Elle & Vire", the "cut" of "fine cut
    marmalade", or the "cleaner" of "window cleaner".
    """
    return any(
        match.kind in (FAMILY, BRAND) and match.end > place and match.score >= SURE_NAME
        for start in range(max(0, place - NAME_TOKENS_MAX + 1), place)
        for match in sight.names(start)
    )


def ends_name(sight: Sight, place: int) -> bool:
    """Whether a name ends right before `place`."""
    return any(
        match.end == place and match.kind in (FAMILY, BRAND)
        for start in range(max(0, place - NAME_TOKENS_MAX), place)
        for match in sight.names(start)
    )


def cuts_a_name(clause: Sight, found: Found) -> bool:
    """Whether a pattern takes a word of a longer name for its own: "andouille de Vire" is turned away by nobody. An
    amount may end inside a name ("deux bouteilles d'eau") but be none ("hundreds and thousands"); no name begins or
    ends with a small word ("une tomate de moins" has no "tomate en dés" in it).
    """
    counts = [span for name, span in found.slots.items() if name.startswith(("amount", "number"))]
    if any(match.kind == FAMILY and match.end == end and match.words > 1
           for start, end in counts for place in range(start, end) for match in clause.names(place)):  # fmt: skip
        return True
    if any(_cuts_a_label(clause, *span, amount=name.startswith("amount")) for name, span in found.slots.items()):
        return True
    counted = {end for _, end in counts}
    borders = {place for span in found.slots.values() for place in span if 0 < place < len(clause.tokens)} - counted
    return any(
        (match.kind == BRAND or (match.kind == FAMILY and match.lang == clause.lang)) and match.words > 1
        and match.score >= SURE_NAME and match.start < place < match.end and not clause.is_small(match.end - 1)
        and not clause.is_small(match.start)
        for place in borders for start in range(max(0, place - NAME_TOKENS_MAX), place) for match in clause.names(start)
    )  # fmt: skip


def _cuts_a_label(clause: Sight, start: int, end: int, *, amount: bool) -> bool:
    """Whether what a pattern takes for the name begins inside of what is only said of it: nobody turns away "added
    sugar jam" who asks for "no added sugar jam"; or an `amount` does: "not over three fifty" counts nothing.
    """
    for before in range(max(0, start - NAME_TOKENS_MAX), start):
        last = None if clause.is_mark(before) else says_of_it(clause, before, start)
        if last is not None and (last < end or (amount and last > end)):
            return True
    return False


def says_of_it(sight: Sight, place: int, after: int) -> int | None:
    """The end of what is said of a thing from `place` on over `after`, where "no" turns nothing away: "no more than
    four euros", "no added sugar". None where nothing of the kind is said.
    """
    label, said = sight.name(place, len(sight.tokens), LABEL), sight.detail(place, len(sight.tokens))
    ends = [label.end] if label is not None else []
    ends += [said.end] if said is not None and said.kind in _SAID_OF_IT else []
    return max((last for last in ends if last > after), default=None)


def makes_next(sight: Sight, match: Match, end: int) -> bool:
    """Whether a brand that is the name of goods as well stands right before goods of the same aisle."""
    following = sight.name(match.end, end, FAMILY)
    if following is None or locales.head_first(sight.lang) or following.lang not in (None, "", sight.lang):
        return False
    families = sight.tools.lexicon.families
    paths = [families.get(one.id, {}).get("category") for one in (match, following)]
    return paths[0] is not None and paths[0] == paths[1]


def label_before(sight: Sight, position: int, end: int, match: Match) -> Match | None:
    """The label that a name begins with, where the name of the thing begins behind it and goes on over that one:
    "decaf / coffee capsules" are no "decaf coffee" and capsules.
    """
    label = sight.name(position, match.end, LABEL)
    thing = sight.name(label.end, end, FAMILY) if label is not None else None
    return label if thing is not None and thing.end > match.end and thing.lang == sight.lang else None
