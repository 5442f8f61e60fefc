"""Which fields the platform may see, and for which purpose the shopper must have agreed.

    [data_sharing]
    owner = "retailer"
    [[data_sharing.shares]]
    fields = ["order", "store", "slot", "total"]
    [[data_sharing.shares]]
    fields = ["lines", "loyalty_card"]
    purpose = "receipts"

What is not listed is not shared. A field that says something about a person needs a purpose. The customer's data
belong to their owner: the other party may use them for that purpose only.
"""

from __future__ import annotations

from dataclasses import dataclass

from cabas.agreement.fields import FIELDS
from cabas.agreement.schema import Dated, Reader, key, names_of, one_of, rows
from cabas.agreement.term import PARTIES, Decision, Question, See, Term, Who
from cabas.agreement.toml_lines import Path
from cabas.domain.consent import PURPOSES

_FIELD_DOCS = {
    name: f"{field.doc}{' (personal: needs a purpose)' if field.personal else ''}" for name, field in FIELDS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Dated):
    """Fields, for a purpose, on some days."""

    fields: tuple[str, ...] = key(names_of(_FIELD_DOCS), "What the platform may see.")
    purpose: str = key(one_of(PURPOSES), "What the shopper must have agreed to; none when left out.", default="")

    def verify(self, path: Path, reader: Reader) -> None:
        """Notes personal fields without a purpose."""
        Dated.verify(self, path, reader)
        for index, name in enumerate(self.fields):
            if FIELDS[name].personal and not self.purpose:
                message = f'"{name}" says something about a person and needs their consent.'
                reader.problem((*path, "fields", index), message, f"Add a purpose: {', '.join(PURPOSES)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSharing(Term):
    """Which fields the platform may see, and for which purpose the shopper must have agreed."""

    owner: str = key(one_of(PARTIES), "Who owns the customer's data.", default="retailer")
    shares: tuple[Share, ...] = key(rows(Share), "What may be seen.", default=())

    def decide(self, question: Question) -> Decision | None:
        """Says whether the platform may see the field asked about."""
        if isinstance(question, Who) and question.does == "owns_data":
            name = f"{{{self.owner}}}"
            return self.yes(
                f"{self.owner}_owns_data",
                fr=f"Les données du client appartiennent à {name}.",
                en=f"The customer's data belong to {name}.",
                value=self.owner,
            )
        return self._see(question) if isinstance(question, See) else None

    def _see(self, question: See) -> Decision:
        name = question.field
        shares = [share for share in self.shares if name in share.fields and share.on(question.day)]
        for share in shares:
            if not share.purpose or share.purpose in question.purposes:
                given = {"fr": "avec l'accord du client", "en": "with the shopper's consent"} if share.purpose else {}
                return self.yes(
                    "shared",
                    fr=" ".join(filter(None, [f"{{platform}} voit « {name} »", given.get("fr")])) + ".",
                    en=" ".join(filter(None, [f'{{platform}} sees "{name}"', given.get("en")])) + ".",
                )
        if shares:
            wanted = shares[0].purpose
            return self.no(
                "consent_missing",
                fr=f"{{platform}} ne voit pas « {name} » : le client n'a pas donné son accord ({wanted}).",
                en=f'{{platform}} does not see "{name}": the shopper has not agreed ({wanted}).',
            )
        return self.no(
            "field_not_shared",
            fr=f"{{platform}} ne voit pas « {name} » : l'accord ne le prévoit pas.",
            en=f'{{platform}} does not see "{name}": the agreement does not provide for it.',
        )
