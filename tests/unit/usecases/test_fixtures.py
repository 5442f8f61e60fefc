"""Small shops from files: loaded whole, or told what is wrong with every row and nothing loaded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cabas.agreement.agreement import parse
from cabas.domain.discount import Discount
from cabas.domain.fulfillment import Method
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.storage.memory import Memory
from cabas.usecases.fixtures import load_fixtures, open_agreement, read_fixtures

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
FILES = {
    "conformance_input.json": '{"currency": "CHF"}',
    "products.csv": "id,title,price,image_url\nfern,Fern,1250,https://shop.example/fern.jpg\nmoss,Moss Ball,400,\n",
    "inventory.csv": "product_id,quantity\nfern,7\n",
    "customers.csv": "id,name,email\nc1,Ana Moos,ANA@shop.example\n",
    "addresses.csv": "id,customer_id,street_address,city,state,postal_code,country\na1,c1,Weg 1,Bern,BE,3000,CH\n",
    "shipping_rates.csv": "id,country_code,service_level,price,title\nslow,default,standard,700,Post\n"
    "fast,CH,express,1900,Bike\n",
    "discounts.csv": "code,type,value,description\nfern15,percentage,15,Ferns\nTWO,fixed_amount,200,\n",
    "promotions.csv": (
        "id,type,min_subtotal,eligible_item_ids,description\np1,free_shipping,5000,,Big carts\n"
        'p2,free_shipping,,"[""moss""]",Moss travels free\n'
    ),
    "payment_instruments.csv": "id,type,brand,last_digits,token,handler_id\ni1,card,Visa,1111,ok_token,mock_handler\n",
}


async def test_a_shop_is_loaded_whole() -> None:
    found, memory = read_fixtures(FILES, "garden"), Memory()
    await load_fixtures(found, "garden", "Garden", fill=memory.fill, discounts=memory.discounts, now=NOW)
    store = await memory.shop.store("garden", "main")
    assert (store.name, store.currency, store.methods) == ("Garden", "CHF", ("delivery", "pickup"))
    offers = await memory.shop.offers("garden", "main", ["fern", "moss"])
    assert {sku: (one.price, one.available) for sku, one in offers.items()} == {
        "fern": (Money(1250, "CHF"), 7),
        "moss": (Money(400, "CHF"), 0),
    }
    slots = await memory.shop.slots("garden", "main", NOW, NOW.replace(month=12))
    assert [(one.id, one.method, one.fee.amount, one.open_at(NOW)) for one in slots] == [
        ("fast", Method.DELIVERY, 1900, True), ("slow", Method.DELIVERY, 700, True), ("pickup", Method.PICKUP, 0, True),
    ]  # fmt: skip
    assert await memory.discounts.all("garden") == (
        Discount("FERN15", "Ferns", "percent", 1500, "CHF"),
        Discount("P1", "Big carts", "fee", 10_000, "CHF", 5000, automatic=True),
        Discount("P2", "Moss travels free", "fee", 10_000, "CHF", skus=("moss",), automatic=True),
        Discount("TWO", "", "amount", 200, "CHF"),
    )
    shopper = await memory.shop.shopper("garden", "c1")
    assert (shopper.name, shopper.email) == ("Ana Moos", "ana@shop.example")
    assert (found.addresses, found.instruments) == (1, 1)
    assert parse(open_agreement("garden", 'The "Garden"', "CHF")).platform == "anyone"


def test_the_least_is_products_and_inventory() -> None:
    found = read_fixtures({name: FILES[name] for name in ("products.csv", "inventory.csv")}, "garden")
    assert (len(found.products), found.currency, found.rates, found.discounts) == (2, "USD", [], [])
    with pytest.raises(InvalidInput, match=r"There is no inventory\.csv"):
        read_fixtures({"products.csv": FILES["products.csv"]}, "garden")


@pytest.mark.parametrize(
    ("file", "row", "told"),
    [
        ("products.csv", "ivy,Ivy,12.50,", "products.csv, row 4, price: '12.50' is no whole number."),
        ("products.csv", ",Ivy,100,", "products.csv, row 4, id: '' cannot be used."),
        ("products.csv", "ivy,Ivy,100,ftp://x", "products.csv, row 4, image_url: 'ftp://x' cannot be used."),
        ("products.csv", "fern,Fern,100,", "products.csv, id: 'fern' is there twice."),
        ("inventory.csv", "ivy,3", "inventory.csv, row 3, product_id: there is no product 'ivy'."),
        ("inventory.csv", "moss,-3", "inventory.csv, row 3, quantity: '-3' is no whole number."),
        ("customers.csv", "c2,Bo,bo", "customers.csv, row 3, email: 'bo' cannot be used."),
        ("addresses.csv", "a2,c9,x,y,z,1,CH", "addresses.csv, row 3, customer_id: there is no customer 'c9'."),
        (
            "shipping_rates.csv",
            "x,Swiss,express,1,X",
            "shipping_rates.csv, row 4, country_code: 'Swiss' cannot be used.",
        ),
        ("discounts.csv", "HALF,half,50,", "discounts.csv, row 4, type: 'half' is no kind of discount."),
        ("discounts.csv", "MAD,percentage,101,", "discounts.csv, row 4, value: The code MAD takes off nothing"),
        ("discounts.csv", "two,percentage,10,", "discounts.csv, code: 'TWO' is there twice."),
        ("promotions.csv", 'p3,free_shipping,,"[""ivy""]",', "row 4, eligible_item_ids: this is no list of products."),
        ("payment_instruments.csv", "i2,card,Visa,1,,h", "payment_instruments.csv, row 3, token: '' cannot be used."),
    ],
)
def test_what_is_wrong_is_told_by_file_row_and_field(file: str, row: str, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_fixtures(FILES | {file: f"{FILES[file]}{row}\n"}, "garden")
    assert told in refused.value.message
    assert refused.value.remedy.endswith("Nothing was loaded.")


def test_every_row_that_is_wrong_is_told_at_once() -> None:
    broken = {"products.csv": "id,title,price\na,A,x\n,B,1\nc,,2\n", "inventory.csv": "product_id,quantity\nz,1\n"}
    with pytest.raises(InvalidInput) as refused:
        read_fixtures(FILES | broken, "garden")
    assert refused.value.message.count(" row ") == 5  # the inventory and a promotion name products that are not there


@pytest.mark.parametrize("text", ["[]", "{", '{"currency": 5}', '{"currency": "Francs"}'])
def test_a_currency_is_three_letters(text: str) -> None:
    with pytest.raises(InvalidInput, match="names no currency"):
        read_fixtures(FILES | {"conformance_input.json": text}, "garden")
