"""By which surfaces the platform may come in, how it is known, and how often it may ask.

    [access]
    surfaces = ["ucp", "mcp"]
    profiles = ["https://assistant.example/.well-known/ucp"]
    requests_per_minute = 1200

Without this table every surface is open to a platform that shows its key, at the usual number of requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from cabas.agreement.schema import FLAG, TEXT, Reader, key, list_of, whole
from cabas.agreement.term import Decision, Enter, Question, Term
from cabas.agreement.toml_lines import Path

REQUESTS_PER_MINUTE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Term):
    """By which surfaces the platform may come in, how it is known, and how often it may ask."""

    surfaces: tuple[str, ...] = key(
        list_of(TEXT), "Names of surfaces (`cabas surfaces`); all when left out.", default=()
    )
    open: bool = key(FLAG, "Whether callers without a key are taken for this platform.", default=False)
    profiles: tuple[str, ...] = key(
        list_of(TEXT), "Addresses of the platform's own UCP profiles, by whose keys it signs.", default=()
    )
    clients: tuple[str, ...] = key(
        list_of(TEXT), "Ids or metadata addresses of its OAuth clients, when others than its own id.", default=()
    )
    redirects: tuple[str, ...] = key(
        list_of(TEXT), "Addresses to which linking an account may return, exactly as it sends them.", default=()
    )
    jwks: str = key(
        TEXT, "Address of the keys (a JWK set) by which its clients prove themselves, instead of a secret.", default=""
    )
    webhook: str = key(TEXT, "Address that is told of orders.", default="")
    requests_per_minute: int = key(
        whole(1, 1_000_000),
        "How many requests it may send in a minute, over all surfaces.",
        default=REQUESTS_PER_MINUTE,
    )

    def verify(self, path: Path, reader: Reader) -> None:
        """Notes addresses that are none."""
        for name in ("profiles", "redirects"):
            for index, address in enumerate(getattr(self, name)):
                _check(address, (*path, name, index), reader)
        for name in ("webhook", "jwks"):
            if address := getattr(self, name):
                _check(address, (*path, name), reader)

    def decide(self, question: Question) -> Decision | None:
        """Denies surfaces that are not listed."""
        if not isinstance(question, Enter) or not self.surfaces or question.surface in self.surfaces:
            return None
        return self.no(
            "surface_not_granted",
            fr=f"L'accord avec {{platform}} n'ouvre pas {question.surface}.",
            en=f"The agreement with {{platform}} does not open {question.surface}.",
        )


def _check(address: str, path: Path, reader: Reader) -> None:
    parts = urlsplit(address)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        reader.problem(path, "This is no address to be trusted.", "Write it like https://partner.example/path.")
