"""What follows from the files of the package alone is worked out once: for a process, and for later ones if kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
Results = dict[tuple[Any, ...], Any]

_results: dict[str, Results] = {}


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """`functools.cache` for a function of positional arguments whose results another process may take over (`recalled`,
    `prime`): they can be pickled, nobody changes them, and they depend on the arguments and the package alone.
    """
    known = _results.setdefault(f"{function.__module__}.{function.__qualname__}", {})
    ask = cast("Callable[..., R]", function)

    @cache
    @wraps(function)
    def recall(*arguments: Any) -> Any:  # noqa: ANN401 (they are the function's own)
        if arguments not in known:
            known[arguments] = ask(*arguments)
        return known[arguments]

    return cast("Callable[P, R]", recall)


def recalled() -> Mapping[str, Results]:
    """Everything remembered by now: function -> arguments -> result."""
    return {name: dict(results) for name, results in _results.items() if results}


def prime(results: Mapping[str, Results]) -> None:
    """Remember what another process of the very same program recalled; what is known here already stays."""
    for name, found in results.items():
        _results.setdefault(name, {}).update({key: one for key, one in found.items() if key not in _results[name]})
