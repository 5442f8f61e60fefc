"""Every sentence of `locales/<lang>/tests/*.yaml` means exactly what stands beside it (`support.acts_as_text`).

A file is a list of {context, cases}: the cart before ("4 can tuna"), how many of its newest lines the last turn put in
(`fresh`), the open question, the article last asked about, the locale where it matters, whether the slot changed last
(`timed`), when the one chosen begins (`slot`). The newest line of the cart is the one spoken of last.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files

import pytest
import yaml

from cabas.dialogue import locales
from cabas.dialogue.lexicon import Lexicon, lexicon
from cabas.dialogue.understand import Hearing, understand
from cabas.domain.cart import Amount, LineItem, Want
from support.acts_as_text import lines

NOW = datetime.fromisoformat("2026-11-24T10:05:00+01:00")
BRANDS = (
    "Barilla", "Bonne Maman", "Carte Noire", "Chobani", "Coca-Cola", "Danone", "Evian", "Folgers", "Harrys", "Heinz",
    "Jockey", "Kellogg's", "Panzani", "Président", "Tide",
)  # fmt: skip
_LINE = re.compile(r"(\d+(?:\.\d+)?)(?: (l|ml|kg|g|pack|can|bottle|jar|tub|bag|slice|bunch))? (.+)")


@cache
def words(lang: str) -> Lexicon:
    return lexicon(BRANDS, lang=lang)


def cases() -> list[tuple[str, dict[str, object], str, list[str]]]:
    found = []
    for lang in locales.languages():
        folder = files("cabas.dialogue.locales") / lang / "tests"
        for path in sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else ():
            for group in yaml.safe_load(path.read_text(encoding="utf-8")):
                context = group.get("context") or {}
                found += [(lang, context, said, acts) for said, *acts in group["cases"]]
    return found


def cart(lines: list[str], lang: str) -> tuple[LineItem, ...]:
    made = []
    for number, text in enumerate(lines, 1):
        count, unit, food = _LINE.fullmatch(text).groups()
        family = words(lang).family_of(food, lang)
        want = Want(food, lang, Amount(Fraction(count), unit or "piece"), family)
        pieces = max(1, int(Fraction(count)))
        made.append(LineItem(id=str(number), want=want, sku=food, name=food, family=family, quantity=pieces))
    return tuple(made)


def hearing(lang: str, context: dict[str, object]) -> Hearing:
    lines = cart(context.get("cart", []), lang)
    return Hearing(
        locale=str(context.get("locale", lang)),
        now=NOW,
        lexicon=words(lang),
        lines=lines,
        focus=tuple(line.id for line in reversed(lines)),
        fresh=tuple(line.id for line in lines[len(lines) - int(context.get("fresh", 0)) :]),
        pending=context.get("pending"),
        topic=context.get("topic"),
        timed=bool(context.get("timed")),
        slot=datetime.fromisoformat(str(context["slot"])) if "slot" in context else None,
    )


CASES = cases()


@pytest.mark.parametrize(("lang", "context", "said", "acts"), CASES, ids=[f"{one[0]}: {one[2]}" for one in CASES])
def test_means(lang: str, context: dict[str, object], said: str, acts: list[str]) -> None:
    assert lines(understand(said, hearing(lang, context)).acts) == acts


def test_every_kind_of_act_is_said_in_every_language() -> None:
    kinds = {"add", "remove", "set", "replace", "reorder", "recipe", "price", "stock", "slot", "method", "checkout",
             "confirm", "cancel", "undo", "list", "help", "smalltalk", "stop"}  # fmt: skip
    for lang in locales.languages():
        said = {act.split(" ")[0] for one in CASES if one[0] == lang for act in one[3]}
        assert kinds - said == set()
