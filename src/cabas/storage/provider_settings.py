"""Where the retailer's own OpenID provider is. Apart from `provider`, whose libraries most commands do not need."""

from __future__ import annotations

from dataclasses import dataclass, field

from cabas.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """An OpenID provider: its issuer, and who we are there. Shoppers are known by their verified e-mail."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)


def provider_settings(issuer: str, client_id: str, secret: str) -> ProviderSettings:
    """Settings of the provider at `issuer`. Raises `InvalidInput`."""
    local = issuer.startswith(("http://127.0.0.1:", "http://localhost:"))
    if not (issuer.startswith("https://") or local) or not client_id:
        raise InvalidInput(
            "The identity provider cannot be used.",
            remedy="Set CABAS_IDP_ISSUER to its https address and CABAS_IDP_CLIENT_ID to our id there.",
        )
    return ProviderSettings(issuer, client_id, secret)
