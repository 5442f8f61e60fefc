"""`usecases.link.ports.Mail`: by SMTP, or into files where no mail server is set up."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.usecases.link.ports import Letter

SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail is handed over. `tls` from the first byte; without it STARTTLS is demanded, but on this machine."""

    host: str
    port: int
    sender: str
    tls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)


def smtp_settings(url: str, sender: str) -> SmtpSettings:
    """Settings of "smtps://user:password@host:port". Raises `InvalidInput`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or "@" not in sender:
        raise InvalidInput(
            "The mail server cannot be used.",
            remedy="Set CABAS_SMTP_URL to smtps://user:password@host and CABAS_MAIL_FROM to an address.",
        )
    tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpSettings(parts.hostname, port or (465 if tls else 587), sender, tls, user, password)


class SmtpMail:
    """Hands letters to a mail server."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    async def send(self, letter: Letter) -> None:
        """Hand it over. Raises `Unavailable` when nobody takes it."""
        try:
            await asyncio.to_thread(self._send, letter)
        except (OSError, smtplib.SMTPException) as error:
            kind = type(error).__name__  # not its words: they may repeat the address
            raise Unavailable(f"The mail server took no letter ({kind}).", remedy="See CABAS_SMTP_URL.") from error

    def _send(self, letter: Letter) -> None:
        to, context = self._settings, ssl.create_default_context()
        made = (
            smtplib.SMTP_SSL(to.host, to.port, timeout=SECONDS, context=context)
            if to.tls
            else smtplib.SMTP(to.host, to.port, timeout=SECONDS)
        )
        with made as server:
            if not to.tls and to.host not in ("localhost", "127.0.0.1", "::1"):
                server.starttls(context=context)
            if to.user:
                server.login(to.user, to.password)
            server.send_message(message(letter, to.sender))


class MailFolder:
    """Writes letters as .eml files that only their owner can read, for who has no mail server yet."""

    def __init__(self, folder: Path, new_id: Callable[[], str], sender: str = "cabas@localhost") -> None:
        self._folder, self._new_id, self._sender = folder, new_id, sender

    async def send(self, letter: Letter) -> None:
        """Write it. Raises `Unavailable` when the folder cannot be written to."""
        try:
            await asyncio.to_thread(self._write, bytes(message(letter, self._sender)))
        except OSError as error:
            raise Unavailable(f"{self._folder} takes no mail.", remedy="Make it writable.") from error

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{self._new_id()}.eml"
        path.touch(0o600)
        path.write_bytes(content)


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it goes over the wire."""
    made = EmailMessage(SMTP_POLICY)
    made["From"], made["To"], made["Subject"] = sender, letter.to, letter.subject
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    return made
