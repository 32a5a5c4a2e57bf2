"""Settings: their names, meaning, defaults, and how they are read from the environment.

Every setting is a field of `Settings` and is documented in the README, which a test checks.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds `templates/`, `static/` and `migrations/`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set. `public_url` has no trailing slash; sizes are in megabytes (10^6 B).

    `trusted_proxies` is how many proxies of ours stand in front and say who really asks.
    `allowed_hosts` are hosts (or host:port) that we may fetch from although they are not public.
    `queue_url` is where several machines share the queue of background jobs; empty for a file of
    our own. `hub_url` is the model hub that is synchronised with, without a trailing slash.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    public_url: str
    max_upload_mb: int
    trusted_proxies: int
    allowed_hosts: frozenset[str]
    queue_url: str
    hub_url: str

    @property
    def documents_dir(self) -> Path:
        """Where rendered documents are kept; safe to delete at any time."""
        return self.data_dir / "documents"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `environ`, creating the data folder and, once, its secret key.

    Raises:
        ValueError: A number is not one.
    """
    data_dir = Path(environ.get("GAISSA_DATA_DIR") or PROJECT / "instance").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'gaissa.sqlite3'}"),
        secret_key=environ.get("GAISSA_SECRET_KEY") or _kept_secret(data_dir / "secret_key"),
        public_url=(environ.get("GAISSA_PUBLIC_URL") or "http://localhost:8000").rstrip("/"),
        max_upload_mb=int(environ.get("GAISSA_MAX_UPLOAD_MB") or 20),
        trusted_proxies=int(environ.get("GAISSA_TRUSTED_PROXIES") or 0),
        allowed_hosts=frozenset(environ.get("GAISSA_ALLOWED_HOSTS", "").replace(",", " ").split()),
        queue_url=environ.get("GAISSA_QUEUE_URL", ""),
        hub_url=(environ.get("GAISSA_HUB_URL") or "https://huggingface.co").rstrip("/"),
    )


def _database_url(url: str) -> str:
    """Name the driver that is installed, whichever of the common spellings the operator uses."""
    scheme, separator, rest = url.partition("://")
    return (
        f"postgresql+psycopg2://{rest}" if scheme in {"postgres", "postgresql"} else scheme + separator + rest
    )


def _kept_secret(path: Path) -> str:
    """Return the secret of this installation, made on first use and readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret := secrets.token_urlsafe(32))
    return secret
