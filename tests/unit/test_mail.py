"""Letters as files and as messages; documents behind clients' ids."""

from __future__ import annotations

import asyncio
import email
import email.policy
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cabas.kernel.errors import InvalidInput, Unavailable
from cabas.storage.client_documents import JsonDocuments
from cabas.storage.mail import MailFolder, SmtpMail, SmtpSettings, message, smtp_settings
from cabas.usecases.link.ports import Letter
from support.orders import at

LETTER = Letter("camille@example.org", "Votre lien : à ouvrir", "Bonjour,\n\nhttps://shop.example/x?ticket=1\n")


def test_a_letter_is_a_file_of_its_owner_s(tmp_path: Path) -> None:
    asyncio.run(MailFolder(tmp_path / "mail", lambda: "one").send(LETTER))
    path = tmp_path / "mail" / "one.eml"
    assert path.stat().st_mode & 0o777 == 0o600
    read = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (read["To"], read["Subject"]) == (LETTER.to, LETTER.subject)
    assert read.get_content().replace("\r\n", "\n") == LETTER.text


def test_a_header_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="line"):
        message(Letter("a@b.de\r\nBcc: c@d.ef", "x", "y"), "shop@example.org")


def test_where_the_mail_server_is() -> None:
    expected = SmtpSettings("mail.example.org", 465, "shop@example.org", tls=True, user="a@b", password="p:w")
    assert smtp_settings("smtps://a%40b:p%3Aw@mail.example.org", "shop@example.org") == expected
    assert smtp_settings("smtp://mail.example.org", "s@e.org") == SmtpSettings(
        "mail.example.org", 587, "s@e.org", tls=False
    )
    assert "p:w" not in repr(expected)
    for url, sender in (("mail.example.org", "a@b.c"), ("smtps://mail.example.org", ""), ("smtp://x:y", "a@b.c")):
        with pytest.raises(InvalidInput, match="CABAS_SMTP_URL"):
            smtp_settings(url, sender)


def test_a_mail_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="took no letter"):
        asyncio.run(SmtpMail(SmtpSettings("127.0.0.1", 1, "shop@example.org", tls=False)).send(LETTER))


class Watch:
    """A clock that is set by hand."""

    moment = at("2026-11-24")

    def now(self) -> datetime:
        return self.moment


def test_a_document_is_kept_for_ten_minutes_and_a_failure_is_not() -> None:
    watch, asked, bodies = Watch(), list[str](), [b'{"client_id": "x"}', b"[]", b"{" * 20_000, b"\xff", b'{"again": 1}']

    async def get(url: str) -> bytes:
        asked.append(url)
        return bodies.pop(0)

    documents = JsonDocuments(get, watch)
    for _ in range(2):
        assert asyncio.run(documents.document("https://a.example/x")) == {"client_id": "x"}
    assert len(asked) == 1
    watch.moment += timedelta(minutes=10)
    for _ in range(3):
        with pytest.raises(InvalidInput):
            asyncio.run(documents.document("https://a.example/x"))
    assert asyncio.run(documents.document("https://a.example/x")) == {"again": 1}
