"""What would do for a wish is found once, and found again when the catalog or the words are others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from cabas.dialogue.knowledge import Knowledge, Taught, Word
from cabas.dialogue.merit import merit
from cabas.dialogue.query import Query
from cabas.domain.cart import Amount, Want
from cabas.domain.catalog import Product
from cabas.usecases.ports import Hit
from cabas.usecases.talk.findings import Findings

GREEN = Product("G-1", {"fr": "Lentilles vertes 500 g"}, family="green_lentils", popularity=300)
DEAR = Product("G-2", {"fr": "Lentilles vertes du Puy"}, family="green_lentils", popularity=100)
PUREE = Product("P-1", {"fr": "Purée de carottes"}, family="mashed_potatoes")
WANT = Want("lentilles vertes", "fr", family="green_lentils")


class Remembering:
    """A search that gives the very same answer until the catalog changes, as the real one does."""

    def __init__(self) -> None:
        self.asked = 0
        self.change(GREEN, PUREE, DEAR)

    def change(self, *products: Product) -> None:
        self.answer = tuple(Hit(one, 1.0) for one in products)

    def find(self, query: Query, limit: int = 20) -> Sequence[Hit]:
        self.asked += 1
        return self.answer

    def get(self, skus: Iterable[str]) -> dict[str, Product]:
        return {}

    def knows(self, words: str) -> bool:
        return False

    def brands(self) -> Mapping[str, int]:
        return {}


def skus(findings: Findings, search: Remembering, want: Want = WANT, taught: Taught | None = None) -> list[str]:
    return [product.sku for product, _ in findings.of("halle", search, taught, want).hits]


def test_what_is_only_near_it_is_no_answer() -> None:
    assert skus(Findings(), Remembering()) == ["G-1", "G-2"]


def test_however_much_is_wished_for_it_is_the_same_thing() -> None:
    findings, search = Findings(), Remembering()
    first = findings.of("halle", search, None, WANT)
    assert findings.of("halle", search, None, replace(WANT, amount=Amount(Fraction(3)))) is first
    assert findings.of("cave", search, None, WANT) is not first  # another retailer's catalog


def test_another_catalog_is_looked_at_anew() -> None:
    findings, search = Findings(), Remembering()
    assert skus(findings, search) == ["G-1", "G-2"]
    search.change(DEAR)
    assert skus(findings, search) == ["G-2"]


def test_a_word_that_is_taught_counts_at_once() -> None:
    findings, search = Findings(), Remembering()
    taught = Taught.of(Knowledge(1, (Word("lentilles vertes", "fr", None, "G-1", never=True),)), "fr")
    assert skus(findings, search) == ["G-1", "G-2"]
    assert skus(findings, search, taught=taught) == ["G-2"]
    assert skus(findings, search) == ["G-1", "G-2"]


def test_only_so_many_are_remembered() -> None:
    findings, search = Findings(most=1), Remembering()
    first = findings.of("halle", search, None, WANT)
    findings.of("halle", search, None, replace(WANT, words="lentilles"))
    assert findings.of("halle", search, None, WANT) is not first


def test_the_worth_of_a_product_is_remembered_and_the_same() -> None:
    finding = Findings().of("halle", Remembering(), None, WANT)
    counted = replace(WANT, amount=Amount(Fraction(2)))
    for want in (WANT, counted):
        for product in (GREEN, DEAR, PUREE):
            assert finding.merit(want, product) == merit(want, product)
    assert finding.merit(WANT, GREEN) is finding.merit(WANT, GREEN)
    assert finding.merit(WANT, PUREE) is not finding.merit(WANT, PUREE)  # it is none of the hits: nothing is kept
