"""Products for videos: what is read, what is proposed, what never is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabas.agreement.agreement import parse
from cabas.domain.catalog import Offer, Product
from cabas.domain.order import Order
from cabas.kernel.errors import InvalidInput
from cabas.kernel.money import Money
from cabas.kernel.text import fold
from cabas.usecases.ports import Hit, Query
from cabas.usecases.videos import APPROVED, VideoLink, clock, description, link_code, video_links
from cabas.usecases.videos.propose import Counter, proposals
from cabas.usecases.videos.read import Spoken, Video, read_videos

DAY = date(2026, 11, 24)
AGREEMENT = """
id = "halle-google"
retailer = "halle"
platform = "google"
starts = 2026-01-01
[merchant_of_record]
seller = "retailer"
[assortment]
[[assortment.sells]]
goods = ["everything"]
[[assortment.excludes]]
goods = ["Crèmerie > Beurres"]
[placements]
places = ["{place}"]
[fulfillment_split]
methods = ["pickup"]
"""


def product(sku: str, name: str, family: str, *category: str, age: int = 0) -> Product:
    return Product(sku, {"fr": name}, family=family, category=category, minimum_age=age, popularity=500)


PRODUCTS = {
    one.sku: one
    for one in (
        product("farine", "Farine de blé", "wheat_flour", "Épicerie sucrée", "Farines"),
        product("beurre", "Beurre doux", "butter", "Crèmerie", "Beurres"),
        product("courgette", "Courgette", "courgette", "Fruits et légumes", "Légumes"),
        product("rhum", "Rhum ambré", "rum", "Vins, bières et spiritueux", "Rhums", age=18),
    )
}


class Shelves:
    """`Search` by the words of names."""

    def find(self, query: Query, limit: int = 20) -> list[Hit]:
        asked = fold(query.words).split()
        found = [one for one in PRODUCTS.values() if any(word[:5] in fold(one.name) for word in asked)]
        return [Hit(one, 1.0) for one in found][:limit]

    def get(self, skus):  # type: ignore[no-untyped-def]
        return {sku: PRODUCTS[sku] for sku in skus if sku in PRODUCTS}

    def knows(self, words: str) -> bool:
        return any(fold(words) in fold(one.name) for one in PRODUCTS.values())

    def brands(self) -> dict[str, int]:
        return {}


def counter(place: str = "video", left: int = 5) -> Counter:
    offers = {sku: Offer(sku, "lyon", Money(150), left) for sku in PRODUCTS}
    return Counter(parse(AGREEMENT.format(place=place)), Shelves(), offers, DAY)


VIDEO = Video(
    "abc-123_x", "Un dessert facile", ("150 g de farine", "100 g de beurre", "2 cl de rhum"),
    (Spoken(75, "On prépare la farine"),), (Spoken(80, "la courgette rend de l'eau"), Spoken(90, "bonjour")), "fr",
)  # fmt: skip


def families_are_known() -> bool:
    from cabas.dialogue.families import sheets

    return all(one.family in sheets() for one in PRODUCTS.values())


def test_what_a_recipe_lists_is_proposed_with_its_time() -> None:
    assert families_are_known(), "the products of this test name families that are gone"
    (link,) = proposals(VIDEO, counter())
    assert link == VideoLink(
        link_code("halle", "google", "abc-123_x", "farine"), "google", "abc-123_x", "Un dessert facile", "farine",
        "farine", 75, 700, ("ingredients", "chapter"),
    )  # fmt: skip


def test_what_is_excluded_for_adults_or_said_in_passing_is_no_proposal() -> None:
    skus = {link.sku for link in proposals(VIDEO, counter())}
    assert skus.isdisjoint({"beurre", "rhum", "courgette"})
    again = replace(VIDEO, transcript=(*VIDEO.transcript, Spoken(95, "la courgette"), Spoken(99, "la courgette")))
    assert {link.sku: link.seconds for link in proposals(again, counter())} == {"farine": 75, "courgette": 80}


def test_an_agreement_without_videos_and_an_empty_shelf_propose_nothing() -> None:
    assert proposals(VIDEO, counter("shopping")) == []
    assert proposals(VIDEO, counter(left=0)) == []


def test_the_data_api_and_captions_make_one_video() -> None:
    told = {"items": [{"id": {"videoId": "abc-123_x"}, "snippet": {
        "title": "  Tarte <b>facile</b>\u202e ", "defaultAudioLanguage": "fr-FR",
        "description": "Bienvenue\n00:00 Début\n1:02:03 - La pâte\n",
    }}]}  # fmt: skip
    vtt = (
        "WEBVTT\n\n00:01.000 --> 00:02.000 align:start\n<c>un œuf</c>\nun œuf\n\n01:02.000 --> 01:03.000\n&amp; du sel"
    )
    (video,) = read_videos([("abc-123_x.json", json.dumps(told).encode()), ("abc-123_x.fr.vtt", vtt.encode())])
    assert video == Video(
        "abc-123_x", "Tarte <b>facile</b>", ("Bienvenue",), (Spoken(0, "Début"), Spoken(3723, "La pâte")),
        (Spoken(1, "un œuf"), Spoken(62, "& du sel")), "fr",
    )  # fmt: skip


def test_subrip_and_plain_text() -> None:
    srt = b"1\r\n00:00:07,500 --> 00:00:09,000\r\nbonjour\r\n"
    text = b"Titre\nUne ligne\n2:05 La suite\n"
    (video,) = read_videos([("x.srt", srt), ("x.txt", text)])
    assert video == Video("x", "Titre", ("Une ligne",), (Spoken(125, "La suite"),), (Spoken(7, "bonjour"),))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.json", b"{", "is not JSON"),
        ("x.json", b"[1]", "holds no videos"),
        ("x.json", b'{"id": "../../etc"}', "is not the id of a video"),
        ("x.json", b"[" * 100_000, "is not JSON"),
        ("a b.vtt", b"WEBVTT", "is not the id of a video"),
        ("x.doc", b"", "is none of"),
        ("x.txt", b"\xff\xfe", "is not UTF-8"),
        ("x.txt", b"x" * 5_000_001, "has more than 5,000,000 bytes"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(name: str, data: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_videos([(name, data)])


@given(st.sampled_from(["x.vtt", "x.srt", "x.txt", "x.json"]), st.text(max_size=400))
def test_no_text_breaks_the_reader_or_gets_a_product_in(name: str, text: str) -> None:
    try:
        videos = read_videos([(name, text.encode("utf-8", "ignore"))])
    except InvalidInput:
        return
    assert all(link.sku in PRODUCTS for video in videos for link in proposals(video, counter()))


def test_feeds_and_descriptions_hold_what_was_approved() -> None:
    (link,) = proposals(VIDEO, counter())
    assert video_links([link], "google") == {}
    assert description([link], {"farine": "Farine de blé"}, "https://halle.example") == ""
    approved = replace(link, state=APPROVED)
    assert video_links([approved], "google") == {"farine": ("https://www.youtube.com/watch?v=abc-123_x",)}
    assert video_links([approved], "amazon") == {}
    text = description([approved], {"farine": "Farine de blé"}, "https://halle.example")
    assert text == f"1:15 Farine de blé: https://halle.example/go/{link.id}\n"
    assert [clock(seconds) for seconds in (5, 760, 3723)] == ["0:05", "12:40", "1:02:03"]


def test_an_order_remembers_no_link_unless_told() -> None:
    assert Order.__dataclass_fields__["source"].default == ""
