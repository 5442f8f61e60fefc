"""What an import would do, and the table of refused rows."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Reject
from cabas.usecases.publish import Options, preview, rejects_csv

FILE = """sku;nom;marque;prix;note
a1;Lait entier 1 L;Clos Vert;1,15 €;x
a2;<b>Lait</b>;Clos Vert;1,15 €;
a3;Moutarde;;;
"""


def test_a_preview_shows_columns_products_and_refused_rows() -> None:
    seen = preview([FILE.encode()])
    assert seen.format == "csv"
    assert seen.mapped == {"sku": "sku", "name": "nom", "brand": "marque", "price": "prix"}
    assert seen.unused == ("note",)
    assert [(one.product.sku, one.product.family, one.price) for one in seen.products] == [
        ("a1", "whole_milk", Money(115)),
        ("a3", "mustard", None),
    ]
    assert [(one.line, one.code) for one in seen.rejects] == [(3, "html_in_title")]
    assert (seen.rows, seen.families, seen.rejected, seen.whole) == (3, 2, {"html_in_title": 1}, True)


def test_a_preview_marks_estimates() -> None:
    seen = preview([FILE.encode()], Options(prices="estimate"))
    assert [one.estimated for one in seen.products] == [False, True]


def test_a_preview_reads_no_more_than_it_shows() -> None:
    def endless() -> object:
        yield b"sku;nom\n"
        number = 0
        while True:
            number += 1
            yield b"a%d;Lait\n" % number

    seen = preview(endless())  # type: ignore[arg-type]
    assert (len(seen.products), seen.rows, seen.whole) == (10, 2000, False)


def test_a_header_without_rows_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no rows"):
        preview([b"sku;nom\n"])


def test_rejects_are_a_table_no_spreadsheet_runs() -> None:
    lines = list(rejects_csv([Reject(7, "title", "csv_injection", "=1+1", 'Say "no".', "@a1")]))
    assert lines == [
        "row,id,field,code,reason,remedy\n",
        '7,\'@a1,title,csv_injection,\'=1+1,"Say ""no""."\n',
    ]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_cell_of_the_table_is_a_formula(sku: str, reason: str) -> None:
    text = "".join(rejects_csv([Reject(1, "f", "c", reason, "r", sku)]))
    _, row = csv.reader(text.splitlines())
    assert len(row) == 6
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_digest_is_of_the_product_alone() -> None:
    draft = Draft(2, "a", "Lait", price=Money(100), quantity=3)
    same = Draft(9, "a", "Lait", price=Money(200), available=True)
    assert draft.digest("v1") == same.digest("v1")
    assert draft.digest("v1") != draft.digest("v2")
    assert draft.digest("v1") != Draft(2, "a", "Lait", brand="x").digest("v1")
    assert Draft(2, "a", "L", category=("x",)).digest("") != Draft(2, "a", "L", labels=("x",)).digest("")
