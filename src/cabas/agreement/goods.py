"""Goods as an agreement names them: groups ("food"), departments ("Crèmerie"), category paths ("Crèmerie > Laits")."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from cabas.agreement.problems import did_you_mean
from cabas.kernel.errors import InvalidInput
from cabas.kernel.text import fold

Path = tuple[str, ...]

# Two names that are no list of departments: all there is, and whatever has a minimum age.
EVERYTHING, AGE_RESTRICTED = "everything", "age-restricted"
# How precisely a name points at goods; a department counts 2, each step below it one more.
LEVEL_EVERYTHING, LEVEL_GROUP, LEVEL_AGE_RESTRICTED = 0, 1, 50


def category(text: str) -> Path:
    """ "Crèmerie > Laits" -> ("cremerie", "laits")."""
    return tuple(fold(step) for step in text.split(">"))


@cache
def _folded(path: Path) -> Path:
    return tuple(fold(step) for step in path)


@cache
def standard_groups() -> Mapping[str, tuple[str, ...]]:
    """The groups of `goods.toml`: name -> departments and groups."""
    document = tomllib.loads((files(__package__) / "goods.toml").read_text(encoding="utf-8"))
    return {name: tuple(members) for name, members in document.items()}


@dataclass(frozen=True, slots=True)
class Goods:
    """A set of goods. `names` are as written; `levels` maps a folded category path to how precisely it was named."""

    names: tuple[str, ...]
    everything: bool = False
    age_restricted: bool = False
    levels: Mapping[Path, int] = field(default_factory=dict)

    def match(self, path: Path, minimum_age: int = 0) -> int | None:
        """How precisely these goods name a product of that category path; None when they do not."""
        folded = _folded(path)
        found = [
            level for length in range(1, len(folded) + 1) if (level := self.levels.get(folded[:length])) is not None
        ]
        if self.age_restricted and minimum_age > 0:
            found.append(LEVEL_AGE_RESTRICTED)
        if self.everything:
            found.append(LEVEL_EVERYTHING)
        return max(found, default=None)

    def clash(self, other: Goods) -> str | None:
        """Goods that both name equally precisely, by name; None when one is always the more precise."""
        if self.everything and other.everything:
            return EVERYTHING
        if self.age_restricted and other.age_restricted:
            return AGE_RESTRICTED
        for path, level in self.levels.items():
            for theirs, their_level in other.levels.items():
                shorter = min(len(path), len(theirs))
                if level == their_level and path[:shorter] == theirs[:shorter]:
                    return " > ".join(path if len(path) > len(theirs) else theirs)
        return None


ALL_GOODS = Goods((EVERYTHING,), everything=True)


def known_names(groups: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every word that may head a name of goods: groups, and the departments they hold."""
    departments = {member.split(">")[0].strip() for members in groups.values() for member in members}
    return sorted({EVERYTHING, AGE_RESTRICTED, *groups, *departments})


def goods(names: Iterable[str], groups: Mapping[str, tuple[str, ...]]) -> Goods:
    """The goods of those names. Raises `InvalidInput` for a name that is neither a group nor a department."""
    written = tuple(names)
    folded_groups = {fold(name): members for name, members in groups.items()}
    heads = {fold(name) for name in known_names(groups)}
    levels: dict[Path, int] = {}
    for name in written:
        path = category(name)
        if path[0] not in heads:
            raise InvalidInput(
                f'"{name}" is neither a group of goods nor a department.',
                remedy=did_you_mean(name, known_names(groups)),
            )
        if name in (EVERYTHING, AGE_RESTRICTED):
            continue
        if len(path) == 1 and path[0] in folded_groups:
            for member in _members(path[0], folded_groups, ()):
                levels[member] = max(levels.get(member, 0), LEVEL_GROUP)
        else:
            levels[path] = max(levels.get(path, 0), 1 + len(path))
    return Goods(written, EVERYTHING in written, AGE_RESTRICTED in written, levels)


def _members(group: str, groups: Mapping[str, tuple[str, ...]], above: tuple[str, ...]) -> Iterable[Path]:
    """The department paths of a group, groups inside it opened. A member called like its group is a department."""
    if group in above:
        raise InvalidInput(f'The group "{group}" holds itself.', remedy="Take it out of its own members.")
    for member in groups[group]:
        path = category(member)
        if len(path) == 1 and path[0] in groups and path[0] != group:
            yield from _members(path[0], groups, (*above, group))
        else:
            yield path
