"""spck-conformance against our server in test mode, by https, in both versions: no MUST deviates."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cabas.apps.conformance import TOOL, Goods, counts, run_spck, spck_config
from cabas.surfaces.ucp.app import routes, surface
from support.conformance import MANY, large_stage, opened

GOODS = Goods("milk", "soap", "article01", "article", MANY, ("SPRING10", "THANKS1"), "CLEAN", "article00", members=True)
PASSED = {"2026-08-25": 46, "2026-04-08": 143}


@pytest.mark.parametrize("version", PASSED)
def test_no_must_deviates(version: str, tmp_path: Path) -> None:
    if shutil.which(TOOL) is None:
        pytest.skip(f"{TOOL} is not installed: run `uv sync --group conformance`")
    others = [one for one in PASSED if one != version]
    with serving([version, *others], *certificate(tmp_path)) as server:
        config = spck_config(server, GOODS) | {"fulfillment_option_id": "home"}
        said = counts(run_spck(server, config, insecure=True))
    assert said["what"] == []
    assert said["passed"] >= PASSED[version]


@contextmanager
def serving(versions: list[str], cert: Path, key: Path) -> Iterator[str]:
    """The large shop by TLS 1.3, `versions[0]` at `/.well-known/ucp`."""
    import asyncio

    listener = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    servers: list[uvicorn.Server] = []
    ready = threading.Event()

    async def run() -> None:
        async with opened(large_stage(url), partial(routes, versions=versions), [surface]) as app:
            config = uvicorn.Config(app, ssl_certfile=cert, ssl_keyfile=key, log_level="error", ws="none")
            config.load()
            assert config.ssl is not None
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3
            servers.append(uvicorn.Server(config))
            ready.set()
            await servers[0].serve(sockets=[listener])

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(60)
    yield url
    servers[0].should_exit = True
    thread.join(10)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine for an hour, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1)).add_extension(here, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return files
