"""Settings, read from the environment once. Every variable starts with CABAS_."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cabas.kernel.errors import InvalidInput

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Config:
    """Where data lives and whose shop it is. Without `database_url` an embedded PostgreSQL runs in `data_dir`."""

    data_dir: Path
    database_url: str | None = None
    retailer: str = "halle"
    store: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    secret: str = field(default="", repr=False)

    @property
    def index_dir(self) -> Path:
        """The search indexes, one folder per retailer."""
        return self.data_dir / "search"

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
    )
