"""Situations and the exact reply to each, by language, from `replies/<lang>.yaml`; bounds that hold for any cart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cabas.dialogue import say
from cabas.dialogue.reply import TEXT_MAX, Fact, render
from cabas.dialogue.ssml import ssml
from cabas.domain.cart import Amount, LineItem, Want
from cabas.domain.fulfillment import Method, Slot
from cabas.kernel.money import Money

TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).parent / "replies"
MONEY = ("total", "fee", "price", "each", "deposits")


def line(row: Mapping[str, Any], lang: str) -> LineItem:
    """A line of the table. `asked` is "2 l" or "3"; `words` what it was called."""
    asked = str(row["asked"]).split() if "asked" in row else []
    amount = Amount(Fraction(asked[0]), asked[1] if len(asked) > 1 else "piece") if asked else None
    want = Want(row.get("words", row["name"]), lang, amount)
    price = Money(row["cents"]) if "cents" in row else None
    return LineItem(
        "1", want, sku="1", name=row["name"], brand=row.get("brand"), quantity=row.get("quantity", 1), price=price,
        why=(row.get("why", "popular"),), sold_by="weight" if row.get("weight") else "each",
    )  # fmt: skip


def slot(text: str) -> Slot:
    start, minutes, method = text.split()
    starts = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return Slot("s", "lille", Method(method), starts, starts + timedelta(minutes=int(minutes)), starts, 1, 0, Money(0))


def value(key: str, raw: Any, lang: str) -> object:
    if key in MONEY:
        return Money(raw)
    if key == "items":
        return [line(row, lang) for row in raw]
    if key == "amount":
        number, unit = raw.split()
        return Amount(Fraction(number), unit)
    if key == "window":
        return slot(raw)
    return [slot(one) for one in raw] if key == "options" else raw


def said_of(row: Mapping[str, Any], lang: str) -> tuple[str, str]:
    facts = [
        Fact(kind, {key: value(key, raw, lang) for key, raw in values.items()})
        for told in row["facts"]
        for kind, values in told.items()
    ]
    return render(facts, lang, TODAY, row.get("said", ()))


def table() -> list[tuple[str, int, dict[str, Any]]]:
    return [
        (path.stem, place, row)
        for path in sorted(FOLDER.glob("*.yaml"))
        for place, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize(("lang", "place", "row"), table())
def test_the_exact_reply(lang: str, place: int, row: dict[str, Any]) -> None:
    assert said_of(row, lang) == (row["text"], row.get("speech", row["text"]))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_table_is_long_and_every_reply_fits(lang: str) -> None:
    rows = [row for known, _, row in table() if known == lang]
    assert len(rows) >= 60
    for row in rows:
        for said in (row["text"], row.get("speech", row["text"])):
            assert 0 < len(said) <= TEXT_MAX
            assert "  " not in said
            assert "{" not in said


names = st.text("abcdeéœ 'l,()&%", min_size=1, max_size=120).map(lambda text: text.strip() or "x")
wants = st.builds(
    Want, names, st.just("fr"),
    st.none() | st.builds(Amount, st.fractions(Fraction(1, 4), 400), st.sampled_from(("piece", "l", "kg", "bottle"))),
)  # fmt: skip
lines = st.builds(
    LineItem, id=st.just("1"), want=wants, sku=st.none() | st.just("1"), name=names, brand=st.none() | names,
    quantity=st.integers(1, 9000), price=st.none() | st.integers(0, 10**7).map(Money),
    sold_by=st.sampled_from(("each", "weight")),
    why=st.sampled_from((("usual",), ("promotion",), ("popular",), ("closest",))),
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.sampled_from(["fr", "en"]), st.lists(lines, min_size=1, max_size=100), st.lists(names, max_size=60),
    st.lists(st.sampled_from(sorted(say.phrases("en")["facts"])), min_size=1, max_size=8),
)  # fmt: skip
def test_every_reply_fits_whatever_the_cart(
    lang: str, cart: list[LineItem], other: list[str], kinds: list[str]
) -> None:
    long = " ".join(other) or "x"
    values = {
        "items": cart, "names": other or ["x"], "total": Money(123456), "fee": Money(490), "each": Money(99),
        "old": long,
        "count": len(cart), "dish": long, "servings": "4", "name": long, "taken": long, "words": long,
        "constraint": long, "sentence": long, "sentences": long, "reason": long, "why": long, "store": long,
    }  # fmt: skip
    text, speech = render([Fact(kind, values) for kind in kinds], lang, TODAY)
    assert 0 < len(text) <= TEXT_MAX
    assert 0 < len(speech) <= TEXT_MAX
    ET.fromstring(ssml(speech))  # noqa: S314 (our own words)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_excuse_is_heard_twice_in_a_row(lang: str) -> None:
    facts = say.phrases(lang)["facts"]
    excuses = [kind for kind, template in facts.items() if "ways" in template or "ways" in template.get("one", {})]
    assert len(excuses) >= 10
    for kind in excuses:
        said: list[str] = []
        for turn in range(6):
            fact = Fact(kind, {"names": [f"x{turn}"], "words": f"x{turn}", "name": f"x{turn}", "what": "x"})
            text, _ = render([fact], lang, TODAY, said[-4:])
            again = re.sub(r"x\d", "x0", text)
            assert not said or again != re.sub(r"x\d", "x0", said[-1]), (kind, said)
            said.append(text)


def test_what_is_asked_comes_last() -> None:
    text, _ = render([Fact("pantry", {"names": ["salt"]}), Fact("not_found", {"names": ["kale"]})], "en", TODAY)
    assert text == (
        "I couldn't find kale in this store, so I'm keeping it as a note. You probably have salt; shall I add some?"
    )


def test_speech_as_ssml() -> None:
    assert ssml("Fish & chips <1>. All right?") == (
        '<speak>Fish &amp; chips &lt;1&gt;.<break time="400ms"/>All right?</speak>'
    )
    assert ssml("Commande 4K7QX-0M2PD passée. Merci !") == (
        '<speak>Commande <say-as interpret-as="characters">4K7QX 0M2PD</say-as> passée.'
        '<break time="250ms"/>Merci !</speak>'
    )
    assert ssml("Un demi-litre de lait.") == "<speak>Un demi-litre de lait.</speak>"
    assert ssml("a\u0007b") == "<speak>a b</speak>"
    assert ssml("") == "<speak></speak>"


@given(st.text(max_size=400))
def test_any_speech_is_well_formed_ssml(speech: str) -> None:
    plain = "".join(one for one in speech if one.isprintable())
    root = ET.fromstring(ssml(plain))  # noqa: S314 (our own words)
    assert root.tag == "speak"
    assert {node.tag for node in root} <= {"break", "say-as"}
