"""The interaction model of the skill, made from the locales: what the shopper may say, and what goods are called.

Alexa does not hand over the words of a shopper, only those in slots. So most intents are a few words around one slot
of free text (`AMAZON.SearchQuery`), and what it is told goes through the same understanding as everywhere. The names
of families are a slot type, for goods that are named without a word around them.
Source: "Interaction Model Schema" and "Slot Type Reference" of the Alexa Skills Kit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from cabas.dialogue import locales
from cabas.dialogue.lexicon import lexicon
from cabas.kernel.errors import InvalidInput
from cabas.surfaces.alexa.texts import locales as spoken_locales
from cabas.surfaces.alexa.texts import texts

GOODS, UNIT, FREE = "CABAS_GOODS", "CABAS_UNIT", "AMAZON.SearchQuery"
SLOT_TYPES = {"wish": FREE, "goods": GOODS, "more": GOODS, "unit": UNIT, "amount": "AMAZON.NUMBER"}
BUILT_IN = ("Yes", "No", "Cancel", "Stop", "Help", "Fallback", "NavigateHome")
# Published limits: characters of a value, and values with their synonyms in one skill.
VALUE_MAX, VALUES_MAX, INVOCATION = 140, 50_000, (2, 50)
# More names than this do not help recognition and make the model slow to build.
SYNONYMS_MAX = 8
_SAYABLE = re.compile(r"[^\W\d_](?:[^\W\d_]|[' .-])*")
_SAMPLE = re.compile(r"(?:[^\W\d_]|[' .{}-])+")


def model(locale: str, *, invocation: str = "") -> dict[str, Any]:
    """The interaction model for `locale`, as the developer console and `ask` take it.

    Raises `InvalidInput` for a locale the skill does not speak, or an invocation name that breaks a rule.
    """
    if locale not in spoken_locales():
        raise InvalidInput(f"The skill has no {locale!r}.", remedy=f"Use one of: {', '.join(spoken_locales())}.")
    lang = locale.partition("-")[0]
    words = texts(lang)
    intents = [{"name": f"AMAZON.{name}Intent", "samples": []} for name in BUILT_IN]
    made = {
        "interactionModel": {
            "languageModel": {
                "invocationName": invocation or words["invocation"],
                "intents": [*intents, *(_intent(name, told["samples"]) for name, told in words["intents"].items())],
                "types": [_type(GOODS, _goods(lang)), _type(UNIT, _units(lang))],
            }
        }
    }
    wrong = problems(made, words["not_in_invocation"])
    if wrong:
        raise InvalidInput(wrong[0], remedy="Choose an invocation name by Alexa's rules: two spoken words or more.")
    return made


def problems(made: Mapping[str, Any], forbidden: Iterable[str] = ()) -> list[str]:
    """What of a model breaks a published rule; empty when it can be built. `forbidden` are words of no invocation."""
    told = made["interactionModel"]["languageModel"]
    return [
        *_invocation_problems(told["invocationName"], set(forbidden)),
        *_sample_problems(told["intents"]),
        *_type_problems(told["types"]),
    ]


def _invocation_problems(name: str, forbidden: set[str]) -> Iterable[str]:
    shortest, longest = INVOCATION
    if not shortest <= len(name) <= longest or not _SAYABLE.fullmatch(name) or name != name.lower():
        yield f"The invocation name {name[:60]!r} is not {shortest} to {longest} lower-case letters and spaces."
    if len(name.split()) < 2:
        yield f"The invocation name {name[:60]!r} has one word only."
    for word in sorted(set(name.split()) & forbidden):
        yield f"The invocation name holds {word!r}."


def _sample_problems(intents: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    seen: set[str] = set()
    for intent in intents:
        slots = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        for sample in intent["samples"]:
            place = f"{intent['name']}: {sample!r}"
            named = [name for _, name, _, _ in Formatter().parse(sample) if name]
            if not _SAMPLE.fullmatch(sample):
                yield f"{place} has digits or marks."
            if not set(named) <= set(slots) or len(set(named)) != len(named):
                yield f"{place} names a slot that the intent has not, or one twice."
            free = [name for name in named if slots.get(name) == FREE]
            if free and (len(named) > 1 or not sample.replace(f"{{{free[0]}}}", "").strip()):
                yield f"{place} needs words, and no other slot, around free text."
            if sample.lower() in seen:
                yield f"{place} is there twice."
            seen.add(sample.lower())


def _type_problems(types: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    count = 0
    for kind in types:
        for value in kind["values"]:
            names = [value["name"]["value"], *value["name"].get("synonyms", ())]
            count += len(names)
            yield from (
                f"{kind['name']}: {name!r} cannot be said."
                for name in names
                if len(name) > VALUE_MAX or not _SAYABLE.fullmatch(name)
            )
    if count > VALUES_MAX:
        yield f"There are {count} values; Alexa takes {VALUES_MAX}."


def _intent(name: str, samples: list[str]) -> dict[str, Any]:
    named = dict.fromkeys(slot for one in samples for _, slot, _, _ in Formatter().parse(one) if slot)
    slots = [{"name": slot, "type": SLOT_TYPES[slot]} for slot in named]
    return {"name": name, **({"slots": slots} if slots else {}), "samples": samples}


def _type(name: str, values: Mapping[str, list[str]]) -> dict[str, Any]:
    told = [
        {"id": ident, "name": {"value": names[0], **({"synonyms": names[1:]} if names[1:] else {})}}
        for ident, names in values.items()
    ]
    return {"name": name, "values": told}


def _goods(lang: str) -> dict[str, list[str]]:
    """What families of goods are called, by their ids."""
    named = {ident: locales.words(family.get(lang)) for ident, family in lexicon().families.items()}
    return _sayable(named)


def _units(lang: str) -> dict[str, list[str]]:
    """What amounts are counted in."""
    units = locales.read(lang, "units")
    return _sayable(
        {
            ident: locales.words(unit["words"])
            for kind in ("measures", "containers")
            for ident, unit in units[kind].items()
        }
    )


def _sayable(named: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The names that can be said, each once in the whole type, where it stands first."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for ident, names in named.items():
        mine = [name for name in dict.fromkeys(name.replace("’", "'").lower() for name in names) if name not in taken]
        mine = [name for name in mine if len(name) > 1 and len(name) <= VALUE_MAX and _SAYABLE.fullmatch(name)]
        if mine:
            found[ident] = mine[: 1 + SYNONYMS_MAX]
            taken.update(found[ident])
    return found
