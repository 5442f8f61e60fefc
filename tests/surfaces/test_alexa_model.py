"""The interaction model: it keeps Alexa's rules, and what shoppers may say is understood as what it stands for."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cabas.dialogue.understand import Hearing, understand
from cabas.kernel.errors import InvalidInput
from cabas.surfaces.alexa.model import BUILT_IN, model, problems
from cabas.surfaces.alexa.skill import words_of
from cabas.surfaces.alexa.texts import languages, locales, texts
from cabas.surfaces.alexa.wire import Intent, Slot
from cabas.usecases.shop.visit import Caller
from cabas.usecases.shop.voice import Thread, converse
from cabas.usecases.talk.stage import load
from cabas.usecases.talk.turn import hearing
from support.premises import stage_of
from support.shop import run

WISHES = {
    "fr": {
        "OrderIntent": "trois savons", "RecipeIntent": "une quiche pour six", "RemoveIntent": "le lait",
        "ReplaceIntent": "le lait par du pain", "AskIntent": "le lait", "PickupIntent": "demain matin",
        "DeliveryIntent": "demain matin",
    },
    "en": {
        "OrderIntent": "three soaps", "RecipeIntent": "a quiche for six", "RemoveIntent": "the milk",
        "ReplaceIntent": "the milk with bread", "AskIntent": "the milk", "PickupIntent": "tomorrow morning",
        "DeliveryIntent": "tomorrow morning",
    },
}  # fmt: skip
MEANT = {
    "OrderIntent": "add", "RecipeIntent": "recipe", "RemoveIntent": "remove", "ReplaceIntent": "replace",
    "AskIntent": "ask_price", "PickupIntent": "choose_slot", "DeliveryIntent": "choose_slot", "UsualIntent": "reorder",
    "CartIntent": "list_cart", "UndoIntent": "undo", "CheckoutIntent": "checkout", "GoodsIntent": "add",
}  # fmt: skip
# Said after the name of the skill only: "ask my basket for soap".
AFTER_THE_NAME = {"for {wish}"}
MILK = {"fr": "du lait", "en": "milk"}


@cache
def _hearing(lang: str) -> Hearing:
    """What a shopper's words are understood with: a cart that has milk in it."""
    stage = stage_of()
    caller = Caller("halle", "assistant", "alexa", "voice", {"fr": "fr-FR", "en": "en-US"}[lang])
    begun = run(converse(stage.premises.front, caller, Thread("s", b"secret"), MILK[lang]))
    return hearing(run(load(stage.desk, "halle", begun.view.conversation_id, "voice")))


def acts(lang: str, text: str) -> tuple[str, ...]:
    """What a text means to a shopper who has milk in the cart."""
    return tuple(act.kind for act in understand(text, _hearing(lang)).acts)


@pytest.mark.parametrize("locale", locales())
def test_a_model_keeps_the_published_rules(locale: str) -> None:
    made = model(locale)
    assert problems(made, texts(locale[:2])["not_in_invocation"]) == []
    told = made["interactionModel"]["languageModel"]
    names = [intent["name"] for intent in told["intents"]]
    assert names == [f"AMAZON.{name}Intent" for name in BUILT_IN] + list(MEANT)
    assert len(json.dumps(made)) < 1_500_000
    goods = {value["id"]: value["name"]["value"] for value in told["types"][0]["values"]}
    assert goods["butter"] == {"fr": "beurre", "en": "butter"}[locale[:2]]


def test_there_is_a_model_for_each_locale_of_the_skill() -> None:
    assert languages() == ("en", "fr")
    assert locales() == ("en-US", "en-GB", "fr-FR", "fr-CA")


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", [name for name in MEANT if name != "GoodsIntent"])
def test_every_sample_means_what_its_intent_tells(lang: str, name: str) -> None:
    wish = WISHES[lang].get(name, "")
    told = words_of(Intent(name=name, slots={"wish": Slot(value=wish)}), lang)
    assert acts(lang, told) == (MEANT[name],)
    for sample in texts(lang)["intents"][name]["samples"]:
        if sample not in AFTER_THE_NAME:
            assert acts(lang, sample.replace("{wish}", wish)) == (MEANT[name],), sample


@pytest.mark.parametrize(
    ("invocation", "said"),
    [
        ("Mon Marché", "lower-case"), ("panier 2", "lower-case"), ("x" * 51, "lower-case"), ("panier", "one word"),
        ("ouvre panier", "'ouvre'"), ("alexa courses", "'alexa'"),
    ],
)  # fmt: skip
def test_an_invocation_name_against_the_rules_is_refused(invocation: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        model("fr-FR", invocation=invocation)


def test_a_locale_the_skill_does_not_speak_is_refused() -> None:
    with pytest.raises(InvalidInput, match="de-DE"):
        model("de-DE")


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("{wish}", "around free text"), ("add {wish} and {goods}", "around free text"), ("add 2 {goods}", "digits"),
        ("add {nothing}", "names a slot"), ("{goods} {goods}", "names a slot"), ("check out", "there twice"),
    ],
)  # fmt: skip
def test_a_sample_against_the_rules_is_noticed(sample: str, said: str) -> None:
    made: dict[str, Any] = copy.deepcopy(model("en-US"))
    told = made["interactionModel"]["languageModel"]["intents"]
    slots = [{"name": "wish", "type": "AMAZON.SearchQuery"}, {"name": "goods", "type": "CABAS_GOODS"}]
    told.append({"name": "MoreIntent", "slots": slots, "samples": [sample]})
    (wrong,) = problems(made)
    assert said in wrong


def test_a_value_that_cannot_be_said_is_noticed() -> None:
    made: dict[str, Any] = copy.deepcopy(model("en-US"))
    made["interactionModel"]["languageModel"]["types"][0]["values"].append({"id": "x", "name": {"value": "7up"}})
    assert problems(made) == ["CABAS_GOODS: '7up' cannot be said."]


def test_the_command_prints_or_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from cabas.apps.cli.commands.alexa import model as command

    command("en-GB", "the village shop")
    printed = json.loads(capsys.readouterr().out)
    assert printed["interactionModel"]["languageModel"]["invocationName"] == "the village shop"
    command("fr-CA", out=tmp_path / "model.json")
    assert json.loads((tmp_path / "model.json").read_text("utf-8")) == model("fr-CA")
