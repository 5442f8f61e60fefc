"""The reference of agreement files, written from the code: every term, key, kind, choice and example."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import MISSING
from inspect import cleandoc

from cabas.agreement.agreement import Head, kinds
from cabas.agreement.fields import FIELDS
from cabas.agreement.goods import standard_groups
from cabas.agreement.schema import Key, keys
from cabas.agreement.term import Term
from cabas.agreement.words import listed
from cabas.domain.consent import PURPOSES
from cabas.kernel.money import Money

_TOP = """\
# Agreement files

An agreement is one TOML file: keys on top, then one table per term. `cabas agreement check FILE` tells what is wrong
with it, by line. This page is written from the code (`cabas.agreement.reference`); a test keeps it so.

Kinds of values: a *date* is written without quotes (`2019-01-01`); an *amount* is in the agreement's currency
(`2.50`), a *percentage* has two decimals at most (`4.5`), neither with quotes. *Goods* are groups, departments and
category paths, see [Goods](#goods). Days are the store's own; the first and the last one are both included.
"""
_GOODS = """\
## Goods

A list of goods names groups ("food"), departments ("Crèmerie") or category paths ("Crèmerie > Laits"). Case and
accents do not matter. `everything` is all there is, `age-restricted` whatever has a minimum age. The table `[goods]`
adds groups of the retailer's own, or replaces these:

    [goods]
    cellar = ["Cave > Vins", "Cave > Champagnes"]

| group | holds |
|---|---|
"""


def reference() -> str:
    """The whole page, as Markdown."""
    parts = [_TOP, "## The head\n", _table(keys(Head))]
    required = [f"`[{name}]`" for name, kind in kinds().items() if kind.required]
    parts.append(f"Every agreement has {listed(required, 'en')}; every other term may be left out.\n")
    parts += [part for name, kind in kinds().items() for part in _term(name, kind)]
    groups = "".join(f"| `{name}` | {', '.join(members)} |\n" for name, members in standard_groups().items())
    parts.append(_GOODS + groups)
    parts.append("## Fields a platform may see\n")
    rows = (f"| `{name}` | {one.doc} | {'yes' if one.personal else 'no'} |\n" for name, one in FIELDS.items())
    parts.append("| field | what | personal |\n|---|---|---|\n" + "".join(rows))
    parts.append("## Purposes a shopper agrees to\n")
    parts.append("| purpose | what the shopper is asked |\n|---|---|\n" + _choices(PURPOSES.items()))
    return "\n".join(parts)


def _term(name: str, kind: type[Term]) -> Iterator[str]:
    """The section of one term: what it is for, its example, its keys."""
    doc = cleandoc(sys.modules[kind.__module__].__doc__ or "")
    yield f"## [{name}]\n"
    yield doc + "\n"
    yield _table(keys(kind))
    for one in keys(kind):
        if one.kind.rows is not None:
            yield f"Keys of a row `[[{name}.{one.name}]]`:\n"
            yield _table(keys(one.kind.rows))


def _table(found: Iterable[Key]) -> str:
    rows = "".join(f"| `{one.name}` | {_kind(one)} | {_default(one)} | {one.doc} |\n" for one in found)
    return f"| key | kind | when left out | meaning |\n|---|---|---|---|\n{rows}"


def _kind(one: Key) -> str:
    if not one.kind.choices or one.kind.choices is PURPOSES:
        return one.kind.label if one.kind.choices is not PURPOSES else "a [purpose](#purposes-a-shopper-agrees-to)"
    if set(one.kind.choices) == set(FIELDS):
        return "list of [fields](#fields-a-platform-may-see)"
    choices = "; ".join(f'`"{name}"` {doc}' for name, doc in one.kind.choices.items())
    return f"{one.kind.label}: {choices}"


def _default(one: Key) -> str:
    if one.default is MISSING:
        return "must be given"
    if one.default in (None, "", ()):
        return "–"
    if isinstance(one.default, bool):
        return f"`{str(one.default).lower()}`"
    if isinstance(one.default, str):
        return f'`"{one.default}"`'
    return f"`{one.default}`" if isinstance(one.default, int | Money) else "everything"


def _choices(items: Iterable[tuple[str, str]]) -> str:
    return "".join(f"| `{name}` | {doc} |\n" for name, doc in items)
