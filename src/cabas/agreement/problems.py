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


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` is most likely a slip of; None when none is near."""
    words = {one.lower(): one for one in known}
    near = get_close_matches(word.lower(), sorted(words), n=1, cutoff=0.6)
    return words[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a word that is not `known`: the nearest one, or all of them."""
    words = sorted(known)
    meant = nearest(word, words)
    return f'Did you mean "{meant}"?' if meant else f"Use one of: {', '.join(words)}."
