"""What would do for a wish: found once, and remembered for all who wish for the same after.

Which products a wish may mean, and what each is worth for it, is the same for every shopper and store: prices, stock,
agreements and habits come after. It stands as long as the search gives the very same answer and no word was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cabas.dialogue.fits import begins, fits
from cabas.dialogue.knowledge import Taught
from cabas.dialogue.looser import looser
from cabas.dialogue.merit import Merit, claims, merit
from cabas.dialogue.query import Query, query_of
from cabas.domain.cart import Want
from cabas.domain.catalog import Product
from cabas.kernel.recent import Recent
from cabas.usecases.ports import Hit, Search

# How many of what the search finds are looked at, and how many where a store has none of those.
HITS, HITS_DEEP = 24, 96
# How many wishes are remembered. One takes some kilobytes: a reference to each product and what it is worth.
FOUND_KEPT = 8_192


@dataclass(frozen=True, slots=True)
class Finding:
    """What would do for a wish, best first: a thing only near it is no answer. `answer` is what it was drawn from,
    `strange` are the words nobody knows that were left out for it.
    """

    query: Query
    taught: Taught | None
    answer: Sequence[Hit]
    hits: tuple[tuple[Product, float], ...]
    strange: tuple[str, ...] = ()
    _merits: dict[tuple[int, bool], Merit] = field(default_factory=dict)

    def merit(self, want: Want, product: Product) -> Merit:
        """`merit`, worked out once for each of the hits. Of an amount only counts whether one was said."""
        key = (id(product), want.amount is None)  # the hits live as long as this does, so no other has their id
        found = self._merits.get(key)
        if found is None:
            found = merit(want, product)
            if any(product is one for one, _ in self.hits):
                self._merits[key] = found
        return found


class Findings:
    """The findings of the wishes said last, in all stores of all retailers."""

    __slots__ = ("_kept",)

    def __init__(self, most: int = FOUND_KEPT) -> None:
        self._kept: Recent[tuple[str, Want, int], Finding] = Recent(most)

    def of(self, retailer_id: str, search: Search, taught: Taught | None, want: Want, most: int = HITS) -> Finding:
        """What would do for `want`, however much of it was asked for, of the first `most` that the search finds."""
        plain = replace(want, amount=None) if want.amount is not None else want
        key = (retailer_id, plain, most)
        known = self._kept.get(key)
        query = known.query if known is not None else query_of(plain)
        answer = search.find(query, most)
        if known is not None and known.answer is answer and known.taught is taught:
            return known
        hits, strange = _found(search, taught, plain, answer, most)
        made = Finding(query, taught, answer, tuple(hits), strange)
        self._kept.keep(key, made)
        return made


def _found(
    search: Search, taught: Taught | None, want: Want, answer: Sequence[Hit], most: int
) -> tuple[list[tuple[Product, float]], tuple[str, ...]]:
    """What fits, and the words that had to be left out for it."""
    found = _fitting(want, answer)
    strange: tuple[str, ...] = ()
    for less in looser(want) if not found else ():
        near = _fitting(less.want, search.find(query_of(less.want), most))
        found = [hit for hit in near if not less.tag or claims(less.tag, hit[0])]
        if found:
            strange = less.left
            break
    if want.family and not found:
        found = _called(want, search, answer, most)
    if taught is None:
        return found, strange
    plain = taught.plain(want.words, want.family)
    if not found and plain != want.words:  # a word of the retailer's own, which no product is called by
        called = replace(want, words=plain)
        found = _fitting(called, search.find(query_of(called), most))
    return [(product, score) for product, score in found if not taught.refuses(want, product)], strange


def _called(want: Want, search: Search, answer: Sequence[Hit], most: int) -> list[tuple[Product, float]]:
    """What is of another family and called what was said, word for word: mushrooms "en boîte" that are filed as fresh
    ones, and what a brand makes ("des Activia pruneau" are none of the prunes).
    """
    named = replace(want, family=None)
    hits = [(hit.product, hit.score) for hit in answer if begins(want, hit.product) and fits(named, hit.product)]
    if hits or not (want.brand or want.constraints):
        return hits
    wide = replace(named, words=f"{want.brand or ''} {want.words}".strip())
    answer = search.find(query_of(wide), max(most, HITS_DEEP))
    return [
        (hit.product, hit.score)
        for hit in answer
        if (want.brand or begins(want, hit.product)) and fits(wide, hit.product)
    ]


def _fitting(want: Want, answer: Sequence[Hit]) -> list[tuple[Product, float]]:
    found = [(hit.product, hit.score) for hit in answer if fits(want, hit.product)]
    return found or [(hit.product, hit.score) for hit in answer if fits(want, hit.product, filed=False)]
