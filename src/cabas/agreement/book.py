"""All agreements of all retailers, side by side: found by platform and day, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from cabas.agreement.agreement import Agreement, parse
from cabas.agreement.problems import BadAgreement, Problem

# The platform id of the retailer's own voice page.
HOUSE = "house"


@dataclass(frozen=True, slots=True)
class AgreementBook:
    """The agreements in force and to come. It serves as the port `Agreements`: nothing in it waits."""

    agreements: tuple[Agreement, ...]

    async def for_platform(self, retailer_id: str, platform: str, day: date | None = None) -> Agreement | None:
        """The agreement live on `day`; else the nearest one, so that a refusal can say when; None without any."""
        return self.find(retailer_id, platform, day)

    def find(self, retailer_id: str, platform: str, day: date | None = None) -> Agreement | None:
        """As `for_platform`; without a day, the one that started last."""
        theirs = [one for one in self.agreements if (one.retailer, one.platform) == (retailer_id, platform)]
        if day is None:
            return max(theirs, key=lambda one: one.head.starts, default=None)
        return min(theirs, key=lambda one: (_days_away(one, day), one.id), default=None)

    def of_retailer(self, retailer_id: str) -> tuple[Agreement, ...]:
        """The agreements of one retailer, by id."""
        return tuple(sorted((one for one in self.agreements if one.retailer == retailer_id), key=lambda one: one.id))

    def joined(self, agreement: Agreement, filename: str = "") -> list[Problem]:
        """What would not stand if `agreement` came in force, instead of the one with its id. Ask before storing it."""
        others = {one.id: one for one in self.of_retailer(agreement.retailer) if one.id != agreement.id}
        return [one for one in conflicts({**others, filename: agreement}) if one.filename == filename]


def _days_away(agreement: Agreement, day: date) -> int:
    """How far the agreement is from being live on `day`; 0 when it is."""
    if agreement.live_on(day):
        return 0
    nearest = agreement.head.starts if day < agreement.head.starts else agreement.head.ends
    return abs((day - (nearest or day)).days)


def book(texts: Mapping[str, str]) -> AgreementBook:
    """The book of those files (name -> TOML text). Raises `BadAgreement` with every problem of every file."""
    problems: list[Problem] = []
    found: dict[str, Agreement] = {}
    for filename, text in sorted(texts.items()):
        try:
            found[filename] = parse(text, filename)
        except BadAgreement as error:
            problems += error.problems
    problems += conflicts(found)
    if problems:
        raise BadAgreement(problems)
    return AgreementBook(tuple(found.values()))


def conflicts(agreements: Mapping[str, Agreement]) -> list[Problem]:
    """What cannot stand side by side, by file: an id used twice, two agreements of one pair on the same days, an
    exclusive agreement beside another partner's. The retailer's own house agreement is no partner's.
    """
    found: list[Problem] = []
    for (_, one), (filename, other) in combinations(agreements.items(), 2):
        if one.retailer != other.retailer:
            continue
        if one.id == other.id:
            found.append(Problem(1, 1, "id", f'The id "{one.id}" is used twice.', "Give one another id.", filename))
        if not _same_days(one, other):
            continue
        if one.platform == other.platform:
            message = f"{one.id} and {other.id} are both with {one.platform} on the same days."
            found.append(Problem(1, 1, "starts", message, "Let one end before the other starts.", filename))
        elif (one.head.exclusive or other.head.exclusive) and HOUSE not in (one.platform, other.platform):
            alone, beside = (one, other) if one.head.exclusive else (other, one)
            message = f"{alone.id} is exclusive, and {beside.id} is live on the same days."
            found.append(Problem(1, 1, "exclusive", message, "Part their days, or drop exclusive.", filename))
    return found


def _same_days(one: Agreement, other: Agreement) -> bool:
    return (one.head.ends is None or other.head.starts <= one.head.ends) and (
        other.head.ends is None or one.head.starts <= other.head.ends
    )
