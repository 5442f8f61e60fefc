"""What is wrong with an agreement file, said by line and column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from cabas.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` and `column` count from 1; `path` is the dotted key, empty for the whole file."""

    line: int
    column: int
    path: str
    message: str
    remedy: str
    filename: str = ""

    def __str__(self) -> str:
        where = f"{self.filename or 'agreement'}:{self.line}:{self.column}"
        return " ".join(
            part for part in (f"{where}:", self.path and f"{self.path}:", self.message, self.remedy) if part
        )


class BadAgreement(InvalidInput):
    """An agreement file cannot be used. `problems` has them all, in the order of the file."""

    code = "bad_agreement"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems), remedy="")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not `known`: the nearest one, or all of them."""
    words = sorted(known)
    near = get_close_matches(word.lower(), [one.lower() for one in words], n=1, cutoff=0.6)
    if near:
        meant = next(one for one in words if one.lower() == near[0])
        return f'Did you mean "{meant}"?'
    return f"Use one of: {', '.join(words)}."
