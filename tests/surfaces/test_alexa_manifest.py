"""The skill's manifest: exact for one locale, and nothing against the published rules gets out."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cabas.kernel.errors import InvalidInput
from cabas.surfaces.alexa.manifest import Listing, manifest, problems
from cabas.surfaces.alexa.texts import locales

LISTING = Listing(
    "https://shop.example", "https://shop.example/privacy", "https://shop.example/terms",
    ("https://shop.example/108.png", "https://shop.example/512.png"), name="Les Halles",
    invocation="les halles de lille",
)  # fmt: skip


def test_a_manifest_for_one_locale() -> None:
    made = manifest(["fr-FR"], LISTING)["manifest"]
    published, shown = made["publishingInformation"], made["publishingInformation"]["locales"]["fr-FR"]
    assert shown["examplePhrases"] == ["Alexa, ouvre les halles de lille", "ajoute deux litres de lait", "je valide"]
    assert shown["summary"] == "Faites vos courses à la voix : dites-le une fois, Les Halles remplit votre panier."
    assert "Les Halles trouve les produits" in shown["description"]
    assert (published["isAvailableWorldwide"], published["distributionCountries"]) == (False, ["FR"])
    assert published["category"] == "SHOPPING"
    assert made["apis"]["custom"]["endpoint"] == {
        "uri": "https://shop.example/alexa", "sslCertificateType": "Trusted",
    }  # fmt: skip
    assert made["privacyAndCompliance"]["allowsPurchases"] is True
    assert made["privacyAndCompliance"]["locales"] == {
        "fr-FR": {"privacyPolicyUrl": "https://shop.example/privacy", "termsOfUseUrl": "https://shop.example/terms"}
    }


def test_all_locales_at_once_under_their_own_names() -> None:
    made = manifest(locales(), replace(LISTING, name="", invocation=""))["manifest"]["publishingInformation"]
    names = {locale: shown["name"] for locale, shown in made["locales"].items()}
    assert names == {"en-US": "My basket", "en-GB": "My basket", "fr-FR": "Mon panier", "fr-CA": "Mon panier"}
    assert made["distributionCountries"] == ["CA", "FR", "GB", "US"]
    assert made["testingInstructions"].startswith("No account is needed")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://shop.example"}, "endpoint: 'http://shop.example/alexa' is no https address."),
        ({"privacy": "shop.example"}, "privacyPolicyUrl: 'shop.example' is no https address."),
        ({"icons": ("https://a.example/1.jpg", "https://a.example/2.png")}, "smallIconUri: .* is no PNG."),
        ({"name": "x" * 51}, "fr-FR: The name '.*' is not 2 to 50 characters long."),
        ({"name": "é" * 50, "invocation": "alexa mon panier"}, "The invocation name holds 'alexa'."),
    ],
)
def test_what_breaks_a_rule_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        manifest(["fr-FR"], replace(LISTING, **changes))


def test_no_locale_and_one_it_does_not_speak() -> None:
    with pytest.raises(InvalidInput, match="no locale"):
        manifest([], LISTING)
    with pytest.raises(InvalidInput, match="The skill has no 'de-DE'"):
        manifest(["de-DE"], LISTING)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("summary", "x" * 161, "en-US: The summary has 161 characters, the limit is 160."),
        ("description", "", "en-US: The description has 0 characters, the limit is 4000."),
        ("examplePhrases", ["Alexa, open my basket", "check out", "sing me a song"],
         "en-US: 'sing me a song' is none of the samples of the interaction model."),
        ("examplePhrases", ["open my basket", "check out", "add milk"],
         "en-US: 3 example phrases are shown, the first begins with the wake word."),
        ("keywords", ["word"] * 31, "en-US: 31 keywords, the limit is 30."),
    ],
)  # fmt: skip
def test_texts_are_held_to_the_rules(field: str, value: object, said: str) -> None:
    made = copy.deepcopy(manifest(["en-US"], replace(LISTING, invocation="the village shop")))
    made["manifest"]["publishingInformation"]["locales"]["en-US"][field] = value
    assert problems(made) == [said]


def test_the_command_writes_it(tmp_path: Path) -> None:
    from cabas.apps.cli.commands.alexa import manifest as command

    out = tmp_path / "skill.json"
    command(
        LISTING.privacy, LISTING.terms, *LISTING.icons, locale=["fr-FR"], name=LISTING.name,
        invocation=LISTING.invocation, url="https://shop.example/", out=out,
    )  # fmt: skip
    assert json.loads(out.read_text("utf-8")) == manifest(["fr-FR"], LISTING)
