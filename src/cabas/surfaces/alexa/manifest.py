"""The skill's manifest (`skill.json`): how it is shown in the store, where it is reached, what it says of privacy.

Source: "Skill Manifest Schema" of the Alexa Skills Kit, and the texts of `ask-smapi-model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cabas.kernel.errors import InvalidInput
from cabas.surfaces.alexa.model import model
from cabas.surfaces.alexa.texts import texts

# Characters the store takes; phrases and keywords it shows.
NAME, SUMMARY_MAX, DESCRIPTION_MAX, PHRASES, KEYWORDS_MAX = (2, 50), 160, 4000, 3, 30
CATEGORY = "SHOPPING"


@dataclass(frozen=True, slots=True)
class Listing:
    """How the skill is listed. `url` is this installation's public address; `name` and `invocation` are those of every
    locale when given; icons are PNG pictures of 108 and 512 pixels.
    """

    url: str
    privacy: str
    terms: str
    icons: tuple[str, str]
    name: str = ""
    invocation: str = ""
    testing: str = ""


def manifest(locales: Sequence[str], listing: Listing) -> dict[str, Any]:
    """The manifest for `locales`, as `ask smapi update-skill-manifest` takes it.

    Raises `InvalidInput` for a locale the skill does not speak, and for what breaks a published rule.
    """
    told = {locale: _shown(locale, listing) for locale in dict.fromkeys(locales)}
    policies = {"privacyPolicyUrl": listing.privacy, "termsOfUseUrl": listing.terms}
    made = {
        "manifest": {
            "manifestVersion": "1.0",
            "publishingInformation": {
                "locales": told,
                "isAvailableWorldwide": False,
                "distributionMode": "PUBLIC",
                "distributionCountries": sorted({locale.partition("-")[2] for locale in told}),
                "category": CATEGORY,
                "testingInstructions": listing.testing or texts(next(iter(told), "en")[:2])["manifest"]["testing"],
            },
            "apis": {
                "custom": {
                    "endpoint": {"uri": f"{listing.url}/alexa", "sslCertificateType": "Trusted"},
                    "interfaces": [],
                }
            },
            "permissions": [],
            "privacyAndCompliance": {
                "allowsPurchases": True,
                "usesPersonalInfo": True,
                "isChildDirected": False,
                "isExportCompliant": True,
                "containsAds": False,
                "locales": dict.fromkeys(told, policies),
            },
        }
    }
    wrong = problems(made)
    if wrong:
        raise InvalidInput(wrong[0], remedy="See `cabas alexa manifest --help`.")
    return made


def _shown(locale: str, listing: Listing) -> dict[str, Any]:
    invocation = model(locale, invocation=listing.invocation)["interactionModel"]["languageModel"]["invocationName"]
    words = texts(locale.partition("-")[0])["manifest"]
    values = {"name": listing.name or invocation.capitalize(), "invocation": invocation}
    return {
        "name": values["name"],
        "summary": words["summary"].format(**values),
        "description": words["description"].format(**values),
        "examplePhrases": [words["open"].format(**values), *words["examples"]],
        "keywords": list(words["keywords"]),
        "smallIconUri": listing.icons[0],
        "largeIconUri": listing.icons[1],
    }


def problems(made: Mapping[str, Any]) -> list[str]:
    """What of a manifest breaks a published rule; empty when it can be submitted."""
    told = made["manifest"]
    published = told["publishingInformation"]
    found = [] if published["locales"] else ["The manifest has no locale."]
    addresses = {"endpoint": told["apis"]["custom"]["endpoint"]["uri"]}
    for locale, shown in published["locales"].items():
        found += [f"{locale}: {wrong}" for wrong in _shown_problems(locale, shown)]
        policies = told["privacyAndCompliance"]["locales"][locale]
        addresses |= {name: shown[name] for name in ("smallIconUri", "largeIconUri")} | policies
    found += [
        f"{name}: {address[:80]!r} is no https address." for name, address in addresses.items() if not _https(address)
    ]
    found += [f"{name}: {addresses[name][:80]!r} is no PNG." for name in addresses
              if name.endswith("IconUri") and not urlsplit(addresses[name]).path.endswith(".png")]  # fmt: skip
    return found


def _shown_problems(locale: str, shown: Mapping[str, Any]) -> Iterable[str]:
    shortest, longest = NAME
    if not shortest <= len(shown["name"]) <= longest:
        yield f"The name {shown['name'][:60]!r} is not {shortest} to {longest} characters long."
    for field, most in (("summary", SUMMARY_MAX), ("description", DESCRIPTION_MAX)):
        if not 0 < len(shown[field]) <= most:
            yield f"The {field} has {len(shown[field])} characters, the limit is {most}."
    phrases = shown["examplePhrases"]
    if len(phrases) != PHRASES or not phrases[0].startswith("Alexa, "):
        yield f"{PHRASES} example phrases are shown, the first begins with the wake word."
    samples = [_pattern(one) for one in _samples(locale)]
    for phrase in phrases[1:]:
        if not any(one.fullmatch(phrase.lower()) for one in samples):
            yield f"{phrase!r} is none of the samples of the interaction model."
    if len(shown["keywords"]) > KEYWORDS_MAX:
        yield f"{len(shown['keywords'])} keywords, the limit is {KEYWORDS_MAX}."


def _samples(locale: str) -> Iterable[str]:
    """What may be said, but for samples that are a slot and nothing else: anything would be one."""
    found = (one for intent in texts(locale.partition("-")[0])["intents"].values() for one in intent["samples"])
    return (one for one in found if re.sub(r"\{[a-z]+\}", "", one).strip())


def _pattern(sample: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z]+\}", sample.lower())
    return re.compile(".+".join(map(re.escape, parts)))


def _https(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname) and len(address) <= 2000
