"""An agreement between a retailer and a platform: read from one TOML file, asked by every use case.

    id = "halle-google"             # the head of the file
    retailer = "halle"
    platform = "google"
    starts = 2018-06-11
    [merchant_of_record]            # then one table per term (`terms/`, one file each)
    seller = "platform"

`evaluate` decides who may sell what, on which day, to whom, by which method. What is not granted is denied.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from cabas.agreement import terms as terms_
from cabas.agreement import words
from cabas.agreement.goods import goods, standard_groups
from cabas.agreement.problems import BadAgreement, Problem, did_you_mean
from cabas.agreement.schema import DAY, FLAG, TEXT, Reader, key, read
from cabas.agreement.term import Decision, Question, Sell, Show, Term, Who
from cabas.agreement.toml_lines import locate
from cabas.domain.ledger import Posting, reverse
from cabas.domain.order import Order
from cabas.kernel.errors import InvalidInput

AnyTerm = TypeVar("AnyTerm", bound=Term)
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_MARK = re.compile(r"\{(?:platform|retailer)\}")
GROUPS_TABLE = "goods"


@cache
def kinds() -> Mapping[str, type[Term]]:
    """Every kind of term, by the name of its file in `terms/`."""
    found: dict[str, type[Term]] = {}
    for module in iter_modules(terms_.__path__, f"{terms_.__name__}."):
        for one in vars(import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Term) and one.__module__ == module.name:
                found[module.name.rpartition(".")[2]] = one
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The keys on top of the file, before the first table."""

    id: str = key(TEXT, "A name for it, unique among the retailer's agreements: small letters, digits, dashes.")
    retailer: str = key(TEXT, "Id of the retailer.")
    platform: str = key(TEXT, "Id of the platform: what it signs in with.")
    starts: date = key(DAY, "First day, in the store's own time.")
    ends: date | None = key(DAY, "Last day; open-ended when left out.", default=None)
    exclusive: bool = key(FLAG, "Whether the retailer may have no other partner meanwhile.", default=False)
    currency: str = key(TEXT, "ISO 4217 code of every amount in the file.", default="EUR")
    retailer_name: str = key(TEXT, "The retailer as receipts print it; its id when left out.", default="")
    platform_name: str = key(TEXT, "The platform as receipts print it; its id when left out.", default="")

    def verify(self, path: tuple[str | int, ...], reader: Reader) -> None:
        """Notes ids that are none, and an end before the start."""
        for name in ("id", "retailer", "platform"):
            if not _ID.fullmatch(getattr(self, name)):
                reader.problem((*path, name), "This cannot be an id.", "Use small letters, digits and dashes.")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            reader.problem((*path, "currency"), "This is no currency code.", 'Use three letters, like "EUR".')
        if self.ends and self.ends < self.starts:
            message = f"The agreement ends on {self.ends}, before it starts on {self.starts}."
            reader.problem((*path, "ends"), message, "Use a later day, or leave it out.")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one retailer and one platform signed. `terms` are in the order of their names."""

    head: Head
    terms: tuple[Term, ...]

    @property
    def id(self) -> str:
        """Its name."""
        return self.head.id

    @property
    def retailer(self) -> str:
        """Id of the retailer."""
        return self.head.retailer

    @property
    def platform(self) -> str:
        """Id of the platform."""
        return self.head.platform

    @property
    def names(self) -> Mapping[str, str]:
        """The parties by role, as receipts print them."""
        return {
            "retailer": self.head.retailer_name or self.head.retailer,
            "platform": self.head.platform_name or self.head.platform,
        }

    def live_on(self, day: date) -> bool:
        """Whether it counts that day."""
        return self.head.starts <= day and (self.head.ends is None or day <= self.head.ends)

    def find(self, kind: type[AnyTerm]) -> AnyTerm | None:
        """Its term of that kind, or None."""
        return next((term for term in self.terms if isinstance(term, kind)), None)


@dataclass(frozen=True, slots=True)
class Request:
    """Someone wants something: the questions `platform` asks `retailer`."""

    retailer: str
    platform: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what each term said to it."""

    question: Question
    decisions: tuple[Decision, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against it."""
        return all(decision.allowed for decision in self.decisions)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the agreement says, question by question."""

    answers: tuple[Answer, ...]

    @property
    def allowed(self) -> bool:
        """Whether everything asked is allowed."""
        return all(answer.allowed for answer in self.answers)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Which term decided what; each decision once."""
        return _once(decision for answer in self.answers for decision in answer.decisions)

    @property
    def denials(self) -> tuple[Decision, ...]:
        """The decisions that speak against it; each once."""
        return tuple(decision for decision in self.decisions if not decision.allowed)

    def who(self, does: str) -> str:
        """The party that does it: "retailer" unless a term says otherwise."""
        for answer in self.answers:
            if isinstance(answer.question, Who) and answer.question.does == does and answer.decisions:
                return answer.decisions[0].value
        return "retailer"


def _once(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    seen: dict[tuple[str, str, str, str], Decision] = {}
    for one in decisions:
        seen.setdefault((one.term, one.code, one.value, one.sentence("en")), one)
    return tuple(seen.values())


def evaluate(agreement: Agreement, request: Request) -> Verdict:
    """What the agreement says to every question of `request`. Pure: the days are in the questions."""
    names = {"{platform}": agreement.names["platform"], "{retailer}": agreement.names["retailer"]}
    return Verdict(tuple(_answer(agreement, request, question, names) for question in request.questions))


def _answer(agreement: Agreement, request: Request, question: Question, names: Mapping[str, str]) -> Answer:
    stopped = _not_ours(agreement, request, question.day)
    if stopped is not None:
        return Answer(question, (_named(stopped, names),))
    said = [decision for term in agreement.terms if (decision := term.decide(question)) is not None]
    # A denial is only heard beside the grants it overrules; a question nobody granted is denied.
    if not question.silence and not said:
        said = [_silence(question)]
    denials = [decision for decision in said if not decision.allowed]
    return Answer(question, tuple(_named(decision, names) for decision in denials or said))


def _not_ours(agreement: Agreement, request: Request, day: date) -> Decision | None:
    """Why this agreement does not apply at all, or None."""
    if (request.retailer, request.platform) != (agreement.retailer, agreement.platform):
        fr = "L'accord {retailer} - {platform} ne vaut pas pour ce partenaire."
        return _no("other_parties", fr, "The agreement of {retailer} and {platform} is not with this partner.")
    head = agreement.head
    if day < head.starts:
        fr = f"L'accord avec {{platform}} commence le {words.day(head.starts, 'fr')}."
        return _no("not_started", fr, f"The agreement with {{platform}} starts on {words.day(head.starts, 'en')}.")
    if head.ends is not None and head.ends < day:
        fr = f"L'accord avec {{platform}} a pris fin le {words.day(head.ends, 'fr')}."
        return _no("ended", fr, f"The agreement with {{platform}} ended on {words.day(head.ends, 'en')}.")
    return None


def _silence(question: Question) -> Decision:
    about = f" ({question.about})" if isinstance(question, Sell | Show) and question.about else ""
    return _no(
        "not_granted",
        f"Rien dans l'accord avec {{platform}} ne le permet{about}.",
        f"Nothing in the agreement with {{platform}} allows it{about}.",
    )


def _no(code: str, fr: str, en: str) -> Decision:
    return Decision(False, code, "agreement", {"fr": fr, "en": en})


def _named(decision: Decision, names: Mapping[str, str]) -> Decision:
    if not any("{" in sentence for sentence in decision.words.values()):
        return decision
    said = {lang: _MARK.sub(lambda mark: names[mark[0]], sentence) for lang, sentence in decision.words.items()}
    return Decision(decision.allowed, decision.code, decision.term, said, decision.value)


def postings(agreement: Agreement, order: Order) -> tuple[Posting, ...]:
    """What `order` moves in the ledger, term by term."""
    return tuple(posting for term in agreement.terms for posting in term.postings(order))


def correction(agreement: Agreement, before: Order, after: Order) -> tuple[Posting, ...]:
    """What to post when `before` turns out to be `after` (a short pick, a weight): the first is reversed whole."""
    return (*reverse(postings(agreement, before)), *postings(agreement, after))


def parse(text: str, filename: str = "") -> Agreement:
    """The agreement of a TOML text. Raises `BadAgreement` with every problem in it."""
    agreement, problems = _read(text, filename)
    if agreement is None or problems:
        raise BadAgreement(problems)
    return agreement


def check(text: str, filename: str = "") -> list[Problem]:
    """Everything wrong with a TOML text, by line; an empty list when it is a good agreement."""
    return _read(text, filename)[1]


def _read(text: str, filename: str) -> tuple[Agreement | None, list[Problem]]:
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax(error, text, filename)]
    reader = Reader(places=locate(text), filename=filename, groups=dict(standard_groups()))
    tables = {name: value for name, value in document.items() if name in kinds()}
    named = {one.name for one in fields(Head)}
    for name, value in document.items():
        if name not in tables and name not in named and name != GROUPS_TABLE:
            known = kinds() if isinstance(value, dict | list) else named
            reader.problem((name,), f'There is no term or key "{name}".', did_you_mean(name, known))
    head = read(Head, {name: document[name] for name in document if name in named}, (), reader)
    if head is not None:
        reader.currency, reader.starts, reader.ends = head.currency, head.starts, head.ends
    _groups(document.get(GROUPS_TABLE, {}), reader)
    terms = [kinds()[name].parse(tables[name], (name,), reader) for name in sorted(tables)]
    for name, kind in kinds().items():
        if kind.required and name not in tables:
            reader.problem((), f"The term [{name}] is missing.", f"Add a table [{name}].")
    problems = sorted(reader.problems, key=lambda one: (one.line, one.column))
    if head is None or problems:
        return None, problems
    return Agreement(head, tuple(term for term in terms if term is not None)), problems


def _groups(table: Any, reader: Reader) -> None:  # noqa: ANN401 (a raw TOML value)
    """The [goods] table: groups of the retailer's own, beside or instead of the standard ones."""
    if not isinstance(table, dict):
        reader.problem((GROUPS_TABLE,), "This must be a table.", 'Write [goods] and lines like wine = ["Vins"].')
        return
    own: dict[str, tuple[str, ...]] = {}
    for name, members in table.items():
        if isinstance(members, list) and members and all(isinstance(one, str) and one.strip() for one in members):
            own[name] = tuple(members)
        else:
            reader.problem((GROUPS_TABLE, name), "A group is a list of departments.", 'Write it like ["Vins"].')
    reader.groups = {**reader.groups, **own}
    for name in own:
        try:
            goods([name], reader.groups)
        except InvalidInput as error:
            reader.problem((GROUPS_TABLE, name), error.message, error.remedy)


def _syntax(error: tomllib.TOMLDecodeError, text: str, filename: str) -> Problem:
    message = str(error)
    place = _AT_LINE.search(message)
    line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
    said = re.sub(r"\s*\(at [^)]*\)", "", message)
    return Problem(line, column, "", f"This is not TOML: {said}.", "See https://toml.io/en/v1.0.0.", filename)
