"""Who signs for Alexa: certificates, their chains and the signatures of requests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cabas.kernel.errors import Unavailable
from cabas.surfaces.alexa.app import health
from cabas.surfaces.alexa.signed import (
    Forged,
    Signatures,
    certificate_address,
    key_of_chain,
    trusted_roots,
)
from cabas.surfaces.door import TooMany
from support.amazon import (
    ADDRESS,
    FROM,
    UNTIL,
    Authority,
    Bucket,
    a_key,
    authority,
    leaf,
    pem,
    root,
    signature,
)
from support.premises import stage_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class TestCertificates:
    @pytest.mark.parametrize(
        "address",
        [
            ADDRESS,
            "https://s3.amazonaws.com:443/echo.api/echo-api-cert-12.pem",
            "https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert-12.pem",
            "HTTPS://S3.AMAZONAWS.COM/echo.api/echo-api-cert-12.pem",
        ],
    )
    def test_amazons_addresses_are_normalized(self, address: str) -> None:
        assert certificate_address(address) == ADDRESS

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "http://s3.amazonaws.com/echo.api/cert.pem",
            "https://notamazon.com/echo.api/cert.pem",
            "https://s3.amazonaws.com.evil.example/echo.api/cert.pem",
            "https://s3.amazonaws.com/EcHo.aPi/cert.pem",
            "https://s3.amazonaws.com/invalid.path/cert.pem",
            "https://s3.amazonaws.com/echo.api/../evil/cert.pem",
            "https://s3.amazonaws.com/echo.api%2f..%2fevil/cert.pem",
            "https://s3.amazonaws.com/echo.api/",
            "https://s3.amazonaws.com:563/echo.api/cert.pem",
            "https://s3.amazonaws.com:none/echo.api/cert.pem",
            "https://user@s3.amazonaws.com/echo.api/cert.pem",
            "https://s3.amazonaws.com/echo.api/cert.pem?x=1",
            "https://s3.amazonaws.com/echo.api/cert.pem#x",
            "https://s3.amazonaws.com\\@evil.example/echo.api/cert.pem",
            "https://[s3.amazonaws.com/echo.api/cert.pem",
            f"https://s3.amazonaws.com/echo.api/{'x' * 600}",
        ],
    )
    def test_other_addresses_are_never_asked(self, address: str) -> None:
        bucket = Bucket()
        with pytest.raises(Forged):
            asyncio.run(Signatures(bucket.get, lambda: NOW, [root()]).check(address, signature(b"{}"), b"{}"))
        assert bucket.asked == []

    def test_a_good_chain_gives_its_key_and_its_end(self) -> None:
        key, until = key_of_chain(pem(leaf()), [root()], NOW)
        assert (key.public_numbers(), until) == (a_key("leaf").public_key().public_numbers(), UNTIL)

    @pytest.mark.parametrize(
        ("what", "now"),
        [
            ("another authority", NOW),
            ("another host", NOW),
            ("over", UNTIL + timedelta(days=1)),
            ("not yet", FROM - timedelta(days=1)),
            ("no certificates", NOW),
        ],
    )
    def test_a_bad_chain_is_not_believed(self, what: str, now: datetime) -> None:
        chains = {
            "another authority": pem(Authority("Somebody").leaf()),
            "another host": pem(authority().leaf(host="echo-api.evil.example")),
            "no certificates": b"<html>not here</html>",
        }
        with pytest.raises(Forged):
            key_of_chain(chains.get(what, pem(leaf())), [root()], now)

    def test_a_chain_that_brings_its_own_root_is_not_believed(self) -> None:
        stranger = Authority("Somebody")
        with pytest.raises(Forged):
            key_of_chain(pem(stranger.leaf(), stranger.root()), [root()], NOW)

    def test_without_roots_nobody_is_believed(self) -> None:
        with pytest.raises(Unavailable):
            key_of_chain(pem(leaf()), [], NOW)

    def test_roots_come_from_the_file_of_the_environment(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "roots.pem").write_bytes(pem(root()))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
        assert trusted_roots() == (root(),)
        assert asyncio.run(health(stage_of().premises)) == ""
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
        assert trusted_roots() == ()
        assert "SSL_CERT_FILE" in asyncio.run(health(stage_of().premises))

    def test_a_chain_is_fetched_once_an_hour_and_strangers_cannot_make_us_fetch_all_day(self) -> None:
        bucket, clock = Bucket(), [NOW]
        signatures = Signatures(bucket.get, lambda: clock[0], [root()])

        async def work() -> None:
            for _ in range(3):
                await signatures.check(ADDRESS, signature(b"{}"), b"{}")
            assert bucket.asked == [ADDRESS]
            clock[0] = NOW + timedelta(hours=1)
            await signatures.check(ADDRESS, signature(b"{}"), b"{}")
            assert bucket.asked == [ADDRESS, ADDRESS]
            for number in range(13):
                with pytest.raises(Unavailable):
                    await signatures.check(f"https://s3.amazonaws.com/echo.api/{number}.pem", signature(b"{}"), b"{}")
            with pytest.raises(TooMany):
                await signatures.check("https://s3.amazonaws.com/echo.api/more.pem", signature(b"{}"), b"{}")
            await signatures.check(ADDRESS, signature(b"{}"), b"{}")

        asyncio.run(work())
