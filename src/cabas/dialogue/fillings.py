"""Two fillings of one dish: "a cheese and ham sandwich", "a jar of tomato and mascarpone sauce" are one thing.

Where the head stands last, "and" joins two fillings when what stands before it cannot be meant by itself: "a cheese"
is said by nobody, and neither is "two lentil" or "olive". The words of dishes are `filled` (counted) and `flavored`
(not counted) in words.yaml.
"""

from __future__ import annotations

from cabas.dialogue import locales
from cabas.dialogue.item import Item
from cabas.dialogue.lexicon import VARIANT
from cabas.dialogue.sight import Sight

# A head is no longer than this, and so are the words for one filling.
HEAD_WORDS_MAX, FILLING_WORDS_MAX = 2, 3
TWO = 2


def filled(sight: Sight, item: Item) -> int | None:
    """The place where the head of a dish with two fillings begins; None where `item` is no such thing."""
    if locales.head_first(sight.lang) or not item.kept or len(item.ands) > 1:
        return None
    if not item.ands:
        return _named_pair(sight, item)
    place, last = item.ands[0], item.kept[-1] + 1
    after = sight.said("and", place) or place
    head, counted = _head(sight, after, last)
    if head >= last or not after < head <= after + FILLING_WORDS_MAX or any(map(sight.is_small, range(after, head))):
        return None
    before = [piece for piece in item.pieces if piece.start < place]
    if not before or place - before[0].start > FILLING_WORDS_MAX or before[0].match is None:
        return None
    paired = sight.said("paired", before[0].start)
    if paired is not None and place < paired <= head:
        return head
    if before[-1].end != place or plural(sight, place):
        return None
    return head if _fits(sight, item, before[-1].match.id if before[-1].match else "", last, counted=counted) else None


def _named_pair(sight: Sight, item: Item) -> int | None:
    """As `filled`, where both fillings are one name by themselves ("ham and cheese" of a toastie)."""
    first = item.pieces[0] if len(item.pieces) == TWO else None
    if first is None or first.match is None or first.match.kind != VARIANT:
        return None
    pair = any(sight.said("and", place) is not None for place in range(first.start, first.end))
    head, _ = _head(sight, first.end, item.kept[-1] + 1)
    return head if pair and head == first.end else None


def _fits(sight: Sight, item: Item, first: str, last: int, *, counted: bool) -> bool:
    """Whether the thing before "and", of the family `first` and in the singular, cannot be meant by itself."""
    measured, record = item.measured, sight.tools.lexicon.family(first)
    whole = record is not None and record.piece is not None  # "a lemon" may be meant
    if measured is not None and measured.article:
        return not whole or (counted and not plural(sight, last))
    if measured is not None and measured.unit is None:
        return counted and plural(sight, last)
    return whole and (sight.written or item.begun or item.start == 0)


def _head(sight: Sight, after: int, last: int) -> tuple[int, bool]:
    """Where the head that ends at `last` begins, and whether it is counted; `last` itself where there is none."""
    for start in range(max(after, last - HEAD_WORDS_MAX), last):
        for section in ("filled", "flavored"):
            if sight.said(section, start) == last:
                return start, section == "filled"
    return last, False


def plural(sight: Sight, end: int) -> bool:
    """Whether the word before `end` is in the plural."""
    plurals = tuple(locales.words(locales.read(sight.lang, "numbers").get("plurals")))
    word = sight.tokens[end - 1].folded
    return word.endswith(plurals) and not word.endswith(("ss", "us"))
