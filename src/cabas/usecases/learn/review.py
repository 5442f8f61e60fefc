"""What was not understood, grouped by likely cause: what to look at first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cabas.dialogue.knowledge import content
from cabas.usecases.learn.ports import Failure as Failure  # noqa: PLC0414 (its readers look for it here)

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Failures of one cause over the same words. `words` is None for those whose words were not kept, `unheard` counts
    them; `instead` are the SKUs taken in the end, the most frequent first.
    """

    why: str
    lang: str
    words: str | None
    count: int
    unheard: int
    examples: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


def groups(failures: Iterable[Failure]) -> list[Group]:
    """The failures by cause and words, the most frequent first."""
    found: dict[tuple[str, str, tuple[str, ...] | None], list[Failure]] = defaultdict(list)
    for one in failures:
        key = content(one.words, one.lang) if one.words else None if one.said is None else ()
        found[one.why, one.lang, key].append(one)
    made = [_group(key[0], key[1], some) for key, some in found.items()]
    return sorted(made, key=lambda group: (-group.count, group.why, group.lang, group.words or ""))


def _group(why: str, lang: str, failures: list[Failure]) -> Group:
    said = dict.fromkeys(one.said for one in failures if one.said)
    taken: dict[str, int] = defaultdict(int)
    for one in failures:
        if one.instead:
            taken[one.instead] += 1
    return Group(
        why,
        lang,
        next((one.words for one in failures if one.words), None),
        len(failures),
        sum(one.said is None for one in failures),
        tuple(said)[:EXAMPLES],
        tuple(sorted(taken, key=lambda sku: (-taken[sku], sku))),
    )
