"""Settings, read from the environment once. Every variable starts with CABAS_."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cabas.dialogue import locales
from cabas.extras.llm import SECONDS, LlmSettings
from cabas.extras.stripe_payments import API, StripeSettings
from cabas.kernel.errors import InvalidInput
from cabas.storage.mail import SmtpSettings, smtp_settings
from cabas.storage.provider_settings import ProviderSettings, provider_settings

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Config:
    """Where data lives and whose shop it is. Without `database_url` an embedded PostgreSQL runs in `data_dir`.

    `url` is where partners reach it, when that is another address than host and port. `testing` opens the hooks that
    conformance tools need: payments that are none, orders that are changed by a request. Never in a real shop.
    `smtp` is the mail server; without it letters are files. `provider` is where shoppers sign in already, if anywhere.
    `llm`, `embeddings` (languages), `speech` (a model's folder) and `stripe` are the optional parts; empty is off.
    `log` is where a line is written for every request: a file, or "-"; empty for failures only.
    """

    data_dir: Path
    database_url: str | None = None
    retailer: str = "halle"
    store: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    secret: str = field(default="", repr=False)
    url: str = ""
    testing: bool = False
    smtp: SmtpSettings | None = None
    provider: ProviderSettings | None = None
    llm: LlmSettings | None = None
    embeddings: tuple[str, ...] = ()
    speech: Path | None = None
    stripe: StripeSettings | None = None
    log: str = ""

    @property
    def public_url(self) -> str:
        """The address partners reach this installation at, without a slash at its end."""
        return self.url or f"http://{self.host}:{self.port}"

    @property
    def mail_dir(self) -> Path:
        """Letters, one .eml file each, where no mail server is set up."""
        return self.data_dir / "mail"

    @property
    def index_dir(self) -> Path:
        """The search indexes, one folder per retailer."""
        return self.data_dir / "search"

    @property
    def feeds_dir(self) -> Path:
        """Exported feeds that partners may fetch, a folder per retailer."""
        return self.data_dir / "feeds"

    @property
    def agreements_dir(self) -> Path:
        """Agreement files of this installation."""
        return self.data_dir / "agreements"


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of this process. Raises `InvalidInput` naming the variable that cannot be used."""
    env = os.environ if environ is None else environ
    port = env.get("CABAS_PORT", str(DEFAULT_PORT))
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise InvalidInput(f"CABAS_PORT is {port!r}.", remedy="Set it to a port number, like 8000.")
    home = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Config(
        data_dir=Path(env.get("CABAS_DATA_DIR") or home / "cabas").expanduser().absolute(),
        database_url=env.get("CABAS_DATABASE_URL") or None,
        retailer=env.get("CABAS_RETAILER") or "halle",
        store=env.get("CABAS_STORE") or None,
        host=env.get("CABAS_HOST") or "127.0.0.1",
        port=int(port),
        secret=env.get("CABAS_SECRET", ""),
        url=env.get("CABAS_URL", "").rstrip("/"),
        testing=env.get("CABAS_TESTING", "") == "1",
        smtp=_smtp(env),
        provider=_provider(env),
        llm=_llm(env),
        embeddings=_languages(env, "CABAS_EMBEDDINGS"),
        stripe=_stripe(env),
        log=env.get("CABAS_LOG", ""),
        speech=Path(env["CABAS_SPEECH"]).expanduser().absolute() if env.get("CABAS_SPEECH") else None,
    )


def _llm(env: Mapping[str, str]) -> LlmSettings | None:
    if not env.get("CABAS_LLM_URL"):
        return None
    seconds = _number(env, "CABAS_LLM_SECONDS", SECONDS)
    return LlmSettings(env["CABAS_LLM_URL"], env.get("CABAS_LLM_MODEL", ""), env.get("CABAS_LLM_KEY", ""), seconds)


def _smtp(env: Mapping[str, str]) -> SmtpSettings | None:
    url = env.get("CABAS_SMTP_URL")
    return smtp_settings(url, env.get("CABAS_MAIL_FROM", "")) if url else None


def _provider(env: Mapping[str, str]) -> ProviderSettings | None:
    issuer = env.get("CABAS_IDP_ISSUER")
    who = env.get("CABAS_IDP_CLIENT_ID", ""), env.get("CABAS_IDP_SECRET", "")
    return provider_settings(issuer, *who) if issuer else None


def _stripe(env: Mapping[str, str]) -> StripeSettings | None:
    key = env.get("CABAS_STRIPE_KEY")
    if not key:
        return None
    back = env.get("CABAS_URL", "").rstrip("/")
    return StripeSettings(key, env.get("CABAS_STRIPE_ACCOUNT", ""), env.get("CABAS_STRIPE_API") or API, back)


def _languages(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    langs = tuple(code.strip() for code in env.get(name, "").split(",") if code.strip())
    unknown = [code for code in langs if code not in locales.languages()]
    if unknown:
        raise InvalidInput(f"{name} names {unknown[0]!r}.", remedy=f"Name some of {', '.join(locales.languages())}.")
    return langs


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(env.get(name) or default)
    except ValueError:
        raise InvalidInput(f"{name} is {env[name]!r}.", remedy=f"Set it to a number, like {default:g}.") from None
