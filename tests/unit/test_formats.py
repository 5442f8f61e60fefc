"""Files of products and stock: what is read, and what is refused for which reason."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

import pytest

from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.usecases.formats import Draft, Reject, Rules, StockRow, _bytes, detect, formats, open_feed

GOOGLE = "id\ttitle\tdescription\tavailability\tprice\tgtin\tbrand\tunit_pricing_measure"
GOOD = "a1\tTomates rondes\tRondes. Ingrédients : tomate\tin_stock\t2.49 EUR\t4006381333931\tLe Clos\t500 g"


def read(text: str | bytes, name: str | None = None) -> list[Draft | StockRow | Reject]:
    data = text.encode() if isinstance(text, str) else text
    return list(open_feed([data], name=name).rows)


def google(**changed: str) -> Draft | Reject:
    """The good row with some cells changed."""
    cells = dict(zip(GOOGLE.split("\t"), GOOD.split("\t"), strict=True)) | changed
    (item,) = read(GOOGLE + "\n" + "\t".join(cells.values()) + "\n")
    assert not isinstance(item, StockRow)
    return item


def test_a_google_row_is_read() -> None:
    assert google() == Draft(
        line=2,
        sku="a1",
        name="Tomates rondes",
        gtin="4006381333931",
        brand="Le Clos",
        size="500 g",
        ingredients="tomate",
        price=Money(249),
        available=True,
    )


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"gtin": "4006381333932"}, "gtin_check_digit", "gtin"),
        ({"gtin": "400638133393"}, "gtin_check_digit", "gtin"),
        ({"price": "2.49"}, "price_no_currency", "price"),
        ({"price": "2,49 €"}, "price_no_currency", "price"),
        ({"price": "-2.49 EUR"}, "price_negative", "price"),
        ({"price": "0.00 EUR"}, "price_negative", "price"),
        ({"price": "2.495 EUR"}, "price_too_fine", "price"),
        ({"price": "249000.00 EUR"}, "price_too_high", "price"),
        ({"price": "2.49 SEK"}, "foreign_currency", "price"),
        ({"title": "Tomates <i>rondes</i>"}, "html_in_title", "title"),
        ({"title": "Tomates&nbsp;rondes"}, "html_in_title", "title"),
        ({"title": "=1+1"}, "csv_injection", "title"),
        ({"title": "@AVERAGE(A1)"}, "csv_injection", "title"),
        ({"title": "-1+1 tomate"}, "csv_injection", "title"),
        ({"title": "Tomates\u200drondes"}, "invisible_characters", "title"),
        ({"brand": "Le\u202eClos"}, "invisible_characters", "brand"),
        ({"title": "t" * 151}, "title_too_long", "title"),
        ({"title": " "}, "title_missing", "title"),
        ({"id": ""}, "id_missing", "id"),
        ({"availability": "oui"}, "availability_unknown", "availability"),
        ({"title": "To\0mates"}, "bad_encoding", "title"),
        ({"title": "Tomates\trondes"}, "column_count", ""),
    ],
)
def test_a_bad_row_is_refused(changed: dict[str, str], code: str, field: str) -> None:
    item = google(**changed)
    assert isinstance(item, Reject)
    assert (item.code, item.field, item.line) == (code, field, 2)
    assert item.reason
    assert item.remedy


@pytest.mark.parametrize(
    "title",
    [
        "-25% de sel",
        "+ de fruits",
        "@home",
        "- Lait fermier",
        "Steaks hachés <5%",
        '12" pizza',
        "Fish & chips",
        "t" * 150,
    ],
)
def test_an_odd_name_is_a_name(title: str) -> None:
    item = google(title=title)
    assert isinstance(item, Draft)
    assert item.name == title


def test_the_first_of_two_rows_with_one_id_stays() -> None:
    first, second = read(f"{GOOGLE}\n{GOOD}\n{GOOD.replace('2.49', '3.49')}\n")
    assert isinstance(first, Draft)
    assert first.price == Money(249)
    assert isinstance(second, Reject)
    assert (second.code, second.line, second.sku) == ("duplicate_id", 3, "a1")
    assert "Line 2" in second.reason


def test_a_line_that_is_not_utf8_is_refused_and_the_next_is_read() -> None:
    bad = GOOD.replace("a1", "a0").encode().replace(b"rondes\t", b"rond\xe9es\t")
    first, second = read(b"\n".join([GOOGLE.encode(), bad, GOOD.encode()]))
    assert isinstance(first, Reject)
    assert (first.code, first.field, first.line) == ("bad_encoding", "title", 2)
    assert isinstance(second, Draft)


def test_stock_rows_are_told_from_product_rows() -> None:
    feed = open_feed([b"store_code\tid\tquantity\tavailability\tprice\nL1\ta1\t7\tin_stock\t2.49 EUR\n"])
    assert feed.format == "google-inventory"
    assert list(feed.rows) == [StockRow(2, "L1", "a1", True, 7, Money(249))]


def test_one_product_may_stand_in_two_stores_but_not_twice_in_one() -> None:
    head = "store_code\tid\tquantity\tavailability\tprice\n"
    rows = read(head + "".join(f"{store}\ta1\t7\tin_stock\t2.49 EUR\n" for store in ("L1", "L2", "L1")))
    assert [type(row) for row in rows] == [StockRow, StockRow, Reject]


def test_an_open_food_facts_export_is_read() -> None:
    text = (
        "code\turl\tproduct_name\tproduct_name_fr\tquantity\tbrands\tcategories_tags\tlabels_tags\tingredients_text\t"
        "allergens\n3017620422003\tu\tSpread\tPâte à tartiner\t400 g\tNoisy,Group\ten:spreads,en:sweet-spreads\t"
        "en:organic\tsucre, lait\ten:milk\n"
    )
    feed = open_feed([text.encode()])
    assert feed.format == "openfoodfacts"
    assert feed.unused == ("url",)
    assert list(feed.rows) == [
        Draft(
            line=2,
            sku="3017620422003",
            name="Pâte à tartiner",
            gtin="3017620422003",
            brand="Noisy",
            category=("spreads", "sweet spreads"),
            size="400 g",
            labels=("organic",),
            ingredients="sucre, lait",
            allergens=("milk",),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Référence;Libellé;Prix TTC;Marque;Rayon\nr1;Café moulu;3,20 €;Brulerie;Épicerie > Cafés\n",
        'reference,libelle,prix,marque,rayon\nr1,Café moulu,"3,20",Brulerie,Épicerie/Cafés\n',
        "sku|name|price|brand|category\nr1|Café moulu|3.20 EUR|Brulerie|Épicerie>Cafés\n",
    ],
)
def test_a_table_with_names_people_use_is_read(text: str) -> None:
    feed = open_feed([text.encode()])
    assert feed.format == "csv"
    assert list(feed.rows) == [
        Draft(2, "r1", "Café moulu", brand="Brulerie", category=("Épicerie", "Cafés"), price=Money(320))
    ]


@pytest.mark.parametrize(
    ("header", "cell", "cents"),
    [("consigne", "0,25", 25), ("Pfand", "0.08 €", 8), ("deposit", "", None), ("deposit", "0,00 €", None),
     ("CRV", "3.10 EUR", 310)],
)  # fmt: skip
def test_a_deposit_is_an_amount_beside_the_price(header: str, cell: str, cents: int | None) -> None:
    (row,) = read(f"sku;nom;prix;{header}\np1;Limonade 1 l;1,20;{cell}\n")
    assert isinstance(row, Draft)
    assert (row.price, row.deposit) == (Money(120), Money(cents) if cents else None)
    bare = Draft(row.line, row.sku, row.name, row.lang)
    assert (row.digest("x") == bare.digest("x")) is (cents is None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [("-0,25", "deposit_negative"), ("un peu", "deposit_unreadable"), ("0,255", "deposit_too_fine"),
     ("0,25 CHF", "foreign_currency"), ("990000", "deposit_too_high")],
)  # fmt: skip
def test_what_is_no_deposit_is_refused(cell: str, code: str) -> None:
    (row,) = read(f"sku;nom;prix;consigne\np1;Limonade 1 l;1,20;{cell}\n")
    assert isinstance(row, Reject)
    assert (row.field, row.code) == ("deposit", code)


def test_a_cell_may_hold_a_line_break() -> None:
    rows = read('id,name,composition\n1,Pain,"farine,\n""eau"""\n2,Sel,\n')
    assert [(row.line, row.ingredients) for row in rows if isinstance(row, Draft)] == [(2, 'farine,\n"eau"'), (4, "")]


def test_a_quote_that_never_closes_costs_one_row() -> None:
    rows = read('id,name\n1,"Pain\n2,Sel\n3,Eau\n')
    assert [(row.line, getattr(row, "code", "")) for row in rows] == [(2, "bad_quotes"), (3, ""), (4, "")]


def test_gzip_utf16_and_byte_order_marks_are_undone() -> None:
    text = f"{GOOGLE}\r\n{GOOD}\r\n"
    expected = read(text)
    assert read(gzip.compress(text[:40].encode()) + gzip.compress(text[40:].encode())) == expected
    assert read(text.encode("utf-16")) == expected
    assert read(b"\xef\xbb\xbf" + text.encode()) == expected


def test_chunks_may_be_cut_anywhere() -> None:
    text = f"{GOOGLE}\n{GOOD}\n".encode()
    assert list(open_feed(text[i : i + 1] for i in range(len(text))).rows) == read(text)


def test_a_compression_bomb_is_refused() -> None:
    bomb = gzip.compress(GOOGLE.encode() + b"\n" + b"\t" * (_bytes.RATIO_FROM * 2))
    with pytest.raises(InvalidInput, match="150 times") as caught:
        read(bomb)
    assert caught.value.code == "gzip_bomb"


@pytest.mark.parametrize("cut", [20, 60])
def test_a_cut_gzip_file_is_refused(cut: int) -> None:
    with pytest.raises(InvalidInput, match="too early"):
        read(gzip.compress(f"{GOOGLE}\n{GOOD}\n".encode())[:cut])


def test_an_endless_line_is_cut_and_refused() -> None:
    lines = list(_bytes.lines([b"a\n", *[b"x" * 100_000] * 5, b"\nb"]))
    assert [len(line) for line in lines] == [1, _bytes.LINE_MAX + 1, 1]
    first, second = read(GOOGLE.encode() + b"\n" + b"x" * 300_000 + b"\n" + GOOD.encode())
    assert isinstance(first, Reject)
    assert first.code == "line_too_long"
    assert isinstance(second, Draft)


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xd8\xff\xe0JFIF\n", b"un\tdeux\n1\t2\n"])
def test_what_is_no_feed_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert caught.value.remedy


def test_a_named_format_must_exist() -> None:
    with pytest.raises(InvalidInput, match="pricelist"):
        read(f"{GOOGLE}\n{GOOD}\n", "pricelist")


def test_every_format_reads_its_own_header() -> None:
    assert sorted(formats()) == ["csv", "google", "google-inventory", "openfoodfacts"]
    for name, one in formats().items():
        found = detect([aliases[0] for aliases in one.COLUMNS.values()])
        assert name == found.NAME


def test_rows_are_read_as_they_come() -> None:
    def endless() -> Iterable[bytes]:
        yield GOOGLE.encode() + b"\n"
        number = 0
        while True:
            number += 1
            yield GOOD.replace("a1", f"a{number}").encode() + b"\n"

    rows = open_feed(endless(), rules=Rules(lang="en")).rows
    assert [row.sku for row, _ in zip(rows, range(3), strict=False)] == ["a1", "a2", "a3"]
