"""What a platform's team and the retailer's register where, surface by surface, and whether it is done.

Each surface folder says it in a `connect.yaml`: steps in French and English, what to copy (`give`), and how to find out
(`check`: one of `CHECKS`; `probe`: a request to the running server and what it must answer).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from urllib.parse import urlsplit

import httpx2
import yaml
from pydantic import BaseModel, ConfigDict, Field

from cabas import surfaces
from cabas.agreement.agreement import Agreement, Request, evaluate
from cabas.agreement.term import Enter
from cabas.agreement.terms.access import Access
from cabas.kernel.errors import NotFound
from cabas.surfaces.contract import Premises, Surface
from cabas.usecases.shop.ports import PartnerKey

LANGUAGES = ("en", "fr")
PROBE_SECONDS = 5.0
DONE, OPEN, BY_HAND = "done", "open", "by hand"


class _Read(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Read):
    """A sentence in every language of `LANGUAGES`."""

    en: str
    fr: str

    def in_(self, lang: str) -> str:
        """The sentence in `lang`."""
        return self.fr if lang == "fr" else self.en


class Probe(_Read):
    """A request that our own server must answer so."""

    path: str
    method: str = "GET"
    status: int = 200
    has: str = ""


class Step(_Read):
    """One thing to do. `mend` is said when its check fails."""

    say: Words
    give: str = ""
    check: str = ""
    probe: Probe | None = None
    mend: Words | None = None


class Guide(_Read):
    """A `connect.yaml`. With `when` (a check) it is told only where that holds."""

    steps: tuple[Step, ...] = Field(min_length=1)
    when: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What checks look at."""

    premises: Premises
    surface: Surface
    agreement: Agreement
    keys: Sequence[PartnerKey]
    now: datetime
    health: str = ""

    @property
    def access(self) -> Access:
        """The [access] table, as if empty when there is none."""
        return self.agreement.find(Access) or Access()


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it stands: `state` is `DONE`, `OPEN` or `BY_HAND`; `why` says what is missing."""

    say: str
    state: str
    give: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps of one surface."""

    surface: str
    title: str
    steps: tuple[Told, ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether nothing is open."""
        return all(step.state != OPEN for step in self.steps)


def _public(place: Place) -> bool:
    parts = urlsplit(place.premises.url)
    return parts.scheme == "https" and (parts.hostname or "") not in ("", "localhost", "127.0.0.1", "::1")


CHECKS: dict[str, Callable[[Place], bool]] = {
    "key": lambda place: any(one.platform == place.agreement.platform and one.holds(place.now) for one in place.keys),
    "clients": lambda place: bool(place.access.clients),
    "profiles": lambda place: bool(place.access.profiles),
    "redirects": lambda place: bool(place.access.redirects),
    "webhook": lambda place: bool(place.access.webhook),
    "known": lambda place: place.access.open or CHECKS["key"](place),
    "public": _public,
    "health": lambda place: not place.health,
    "not testing": lambda place: not place.premises.testing,
}


def guide(surface: str) -> Guide | None:
    """The `connect.yaml` of a surface, if it has one."""
    file = files(surfaces) / surface / "connect.yaml"
    return Guide.model_validate(yaml.safe_load(file.read_text("utf-8"))) if file.is_file() else None


async def walk(
    premises: Premises, platform: str, found: Iterable[Surface], lang: str, *, client: httpx2.AsyncClient | None = None
) -> list[Walk]:
    """The steps for every surface that the agreement of `platform` opens today. Without `client` nothing is asked of
    the running server, and those steps are left to people.

    Raises `NotFound` for a platform without an agreement in force.
    """
    now = premises.clock.now()
    signed = {one.platform: one for one in premises.agreements() if one.live_on(now.date())}
    if platform not in signed:
        raise NotFound(
            f"No agreement with {platform!r} is in force.",
            remedy=f"Use one of: {', '.join(sorted(signed)) or 'none yet'}; write one: `cabas agreement --help`.",
        )
    agreement, keys = signed[platform], await premises.keys.keys(premises.retailer)
    walks = []
    for surface in found:
        steps = guide(surface.name)
        place = Place(premises, surface, agreement, keys, now, await surface.health(premises))
        opened = evaluate(agreement, Request(agreement.retailer, platform, (Enter(now.date(), surface.name),))).allowed
        if steps is None or not (opened or surface.own) or (steps.when and not CHECKS[steps.when](place)):
            continue
        told = [await _told(place, step, lang, client) for step in steps.steps]
        walks.append(Walk(surface.name, surface.title, tuple(told)))
    return walks


async def _told(place: Place, step: Step, lang: str, client: httpx2.AsyncClient | None) -> Told:
    values = {"url": place.premises.url, "platform": place.agreement.platform, "retailer": place.premises.retailer}
    say, give = step.say.in_(lang).format(**values), step.give.format(**values)
    mend = step.mend.in_(lang).format(**values) if step.mend else ""
    if step.check and not CHECKS[step.check](place):
        return Told(say, OPEN, give, " ".join(part for part in (mend, place.health) if part))
    if step.probe is not None and client is not None:
        wrong = await _probe(place.premises.url, step.probe, client)
        return Told(say, OPEN if wrong else DONE, give, f"{mend} ({wrong})".strip() if wrong else "")
    return Told(say, DONE if step.check else BY_HAND, give)


async def _probe(url: str, probe: Probe, client: httpx2.AsyncClient) -> str:
    """What is wrong with the answer of the running server; empty when it is as it must be."""
    try:
        answer = await client.request(probe.method, f"{url}{probe.path}", timeout=PROBE_SECONDS)
    except httpx2.HTTPError as error:
        return f"{probe.path}: {type(error).__name__}"
    if answer.status_code != probe.status:
        return f"{probe.path}: {answer.status_code}, not {probe.status}"
    return "" if probe.has in answer.text else f"{probe.path}: no {probe.has!r}"
