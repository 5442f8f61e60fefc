"""The recipe as data inside a page: schema.org JSON-LD (mended where it is broken) and the state scripts of web apps.

What sites get wrong, and is mended here: graphs and arrays, one string holding the whole list, HTML inside strings,
entities escaped twice, trailing commas, raw line breaks, several documents in one script. Where nothing parses, the
strings after "recipeIngredient" are taken as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

NODES_MAX, STATE_MAX = 60_000, 3_000_000

_COMMENT = re.compile(
    r"^\s*(?:/\*.{0,200}?\*/|<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*;?\s*$", re.DOTALL
)
_TRAILING = re.compile(r",(\s*[}\]])")
_MISSING = re.compile(r"([}\]\"])(\s*\n\s*)(?=[{\[\"])")
_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_BREAK_TAG = re.compile(r"<\s*(?:br|/?li|/?p|/?div|/?ul|/?ol)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,500}>")
_STRING = re.compile(r'"((?:[^"\\]|\\.){0,2000})"')
_KEY = re.compile(r'"(?:recipeIngredient|ingredients)"\s*:\s*')
_NAME_KEYS = ("name", "ingredient", "title", "label", "libelle", "food", "item", "ingredientname", "product")
_AMOUNT_KEYS = ("quantity", "amount", "qty", "quantite", "ingredientquantity", "value", "count")
_UNIT_KEYS = ("unit", "unitname", "unite", "unitlabel", "unittext", "measure", "abbreviation", "mesure")
_NOTE_KEYS = ("complement", "note", "notes", "comment", "preparation", "suffix")
_TEXT_KEYS = ("text", "raw", "display", "originaltext", "full", "description", "rawtext", "original")


@dataclass(frozen=True, slots=True)
class Data:
    """A recipe as data: lines as given (they may hold several each), the yields, the name."""

    lines: tuple[str, ...]
    yields: tuple[str, ...] = ()
    name: str = ""


def recipes(scripts: Iterable[tuple[str, str]]) -> Iterator[Data]:
    """The recipes of the JSON-LD scripts of a page, in order."""
    for attributes, text in scripts:
        if "ld+json" not in attributes.lower():
            continue
        documents = documents_of(text)
        found = [made for node in _nodes(documents) if (made := _recipe(node)) is not None]
        if not found and _KEY.search(text):
            found = [_salvaged(text)]
        yield from found


def recipe_in(document: object) -> Data | None:
    """The first recipe of a document that was read already (schema.org `Recipe`); None where there is none."""
    found = (_recipe(node) for node in _nodes([document]))
    return next((one for one in found if one is not None and one.lines), None)


def states(scripts: Iterable[tuple[str, str]]) -> Iterator[Data]:
    """Lists under a key named after ingredients, in the JSON state of a web app."""
    for attributes, text in scripts:
        kind = attributes.lower()
        if "json" not in kind or "ld+json" in kind or "ngredient" not in text or len(text) > STATE_MAX:
            continue
        for node in _nodes(documents_of(text)):
            for key, value in node.items():
                if "ingredient" in key.lower() and isinstance(value, list) and len(value) > 1:
                    lines = tuple(line for item in value if (line := _line(item)))
                    if len(lines) > 1:
                        yield Data(lines)


def documents_of(text: str) -> list[Any]:
    """The JSON documents of a script, mended as far as it goes."""
    for mended in _mendings(text):
        try:
            return _parsed(mended)
        except (ValueError, RecursionError):
            continue
    return []


def _mendings(text: str) -> Iterator[str]:
    text = _COMMENT.sub("", text.strip()).strip().rstrip(";").strip()
    yield text
    if "&quot;" in text and '"' not in text:
        text = unescape(text)
        yield text
    text = _ESCAPE.sub(r"\\\\", _TRAILING.sub(r"\1", text))
    yield text
    yield _MISSING.sub(r"\1,\2", text)


def _parsed(text: str) -> list[Any]:
    decoder = json.JSONDecoder(strict=False)
    documents, at = [], 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        documents.append(document)
        while at < len(text) and text[at] in " \t\r\n;,":
            at += 1
    return documents


def _nodes(documents: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Every object inside, in document order, at most `NODES_MAX` values looked at."""
    pending, seen = list(reversed(documents)), 0
    while pending and seen < NODES_MAX:
        seen += 1
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending.extend(reversed(value.values()))
        elif isinstance(value, list):
            pending.extend(reversed(value))


def _recipe(node: Mapping[str, Any]) -> Data | None:
    kinds = node.get("@type")
    names = [str(kind).rsplit("/", 1)[-1].lower() for kind in (kinds if isinstance(kinds, list) else [kinds])]
    given = node.get("recipeIngredient", node.get("ingredients") if "recipe" in names else None)
    if "recipe" not in names and given is None:
        return None
    return Data(
        tuple(_strings(given)), tuple(_strings(node.get("recipeYield", node.get("yield")))), text_of(node.get("name"))
    )


def _strings(value: object) -> Iterator[str]:
    """The texts of a string, a number, a list, or lists of things with a name, however nested."""
    pending, seen = [value], 0
    while pending and seen < NODES_MAX:
        seen += 1
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(reversed(item))
        elif isinstance(item, dict):
            inner = item.get("itemListElement", item.get("ingredients", item.get("recipeIngredient")))
            if inner is not None:
                pending.append(inner)
            else:
                yield from (line for line in [_line(item)] if line)
        elif isinstance(item, str | int | float) and not isinstance(item, bool):
            text = text_of(item)
            if text:
                yield text


def _line(item: object) -> str:
    """One ingredient of a state: a string, or an object with a text, or with amount, unit and name."""
    if isinstance(item, str):
        return text_of(item)
    if not isinstance(item, dict):
        return ""
    fields = {str(key).lower(): value for key, value in item.items()}
    whole = _first(fields, _TEXT_KEYS)
    name = _first(fields, _NAME_KEYS)
    amount = _first(fields, _AMOUNT_KEYS)
    if whole and (not name or len(whole) >= len(name)) and (not amount or amount in whole):
        return whole
    parts = (amount if amount != "0" else "", _first(fields, _UNIT_KEYS) if amount else "", name)
    note = _first(fields, _NOTE_KEYS)
    return " ".join(part for part in parts if part) + (f" ({note})" if note and name else "") if name else ""


def _first(fields: Mapping[str, object], keys: tuple[str, ...]) -> str:
    """The text of the first of the keys that has one; objects give their own name."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, dict):
            inner = {str(name).lower(): item for name, item in value.items()}
            value = next((inner[name] for name in (*_NAME_KEYS, *_UNIT_KEYS, "singular") if inner.get(name)), None)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and (text := text_of(value)):
            return text
    return ""


def _salvaged(text: str) -> Data:
    """The strings of the ingredient list of a script that no mending made JSON."""
    found = _KEY.search(text)
    if found is None:
        return Data(())
    start = found.end()
    end = text.find("]", start) if text.startswith("[", start) else len(text)
    strings = _STRING.findall(text, start, end if end > 0 else len(text))
    lines = strings if text.startswith("[", start) else strings[:1]
    return Data(tuple(text_of(_unescaped(line)) for line in lines))


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{_ESCAPE.sub("", text)}"', strict=False))
    except ValueError:
        return text


def text_of(value: object) -> str:
    """A value as plain text: entities and tags resolved, `<br>` and list items as line breaks."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)
    if isinstance(value, float):
        text = f"{value:g}"
    for _ in range(2):
        if "&" in text:
            text = unescape(text)
    if "<" in text:
        text = _TAG.sub("", _BREAK_TAG.sub("\n", text))
    return text.replace("\u00a0", " ").strip()
