"""What goes wrong, said so that the reader can mend it."""

from __future__ import annotations


class CabasError(Exception):
    """Something a person can mend. Every error of Cabas says what, where and how to mend it.

    Subclass it once per cause. `code` is stable and fit for scripts and wires; `remedy` is a sentence for people.
    """

    code = "error"

    def __init__(self, message: str, *, remedy: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(CabasError):
    """The caller's words, file or request cannot be used as they are."""

    code = "invalid_input"


class NotFound(CabasError):
    """The thing named does not exist, or not for this retailer."""

    code = "not_found"


class NotAllowed(CabasError):
    """The caller may not do this. Nothing was changed."""

    code = "not_allowed"


class Conflict(CabasError):
    """The state changed under the caller, or the same key was used for another request. Nothing was changed."""

    code = "conflict"


class Unavailable(CabasError):
    """A part Cabas needs does not answer. Trying again later may help."""

    code = "unavailable"
