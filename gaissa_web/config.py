"""Settings: their names, meaning, defaults, and how they are read from the environment.

Every setting is a field of `Settings` and is documented in the README, which a test checks.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gaissa_web.logs import LEVELS
from gaissa_web.private_files import DOCUMENTS, make_folder, tighten_folder

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds `templates/`, `static/` and `migrations/`."""

SHORTEST_SECRET = 16
DATABASES = {"sqlite": "sqlite", "postgres": "postgresql", "postgresql": "postgresql"}
"""Schemes that operators write, with the database that each means."""
QUEUES = frozenset({"redis", "rediss", "unix"})


class SettingsError(ValueError):
    """A setting cannot be used; the message says in a sentence which, and what it may be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set. `public_url` has no trailing slash; sizes are in megabytes (10^6 B).

    `trusted_proxies` is how many proxies of ours stand in front and say who really asks.
    `allowed_hosts` are hosts (or host:port) that we may fetch from although they are not public.
    `queue_url` is where several machines share the queue of background jobs; empty for a file of
    our own. `hub_url` is the model hub that is synchronised with, without a trailing slash.
    `limits` is how often one address may do what `web.limits` counts, an hour.
    `log_level` is one of `logs.LEVELS`.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    max_upload_mb: int
    trusted_proxies: int
    allowed_hosts: frozenset[str]
    queue_url: str = field(repr=False)
    hub_url: str
    limits: Mapping[str, int]
    documents_mb: int
    log_level: str

    @property
    def documents_dir(self) -> Path:
        """Where rendered documents are kept; safe to delete at any time."""
        return self.data_dir / DOCUMENTS


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `environ`, creating the data folder and, once, its secret key.

    Raises:
        SettingsError: One of them cannot be used.
    """
    data_dir = _folder("GAISSA_DATA_DIR", environ.get("GAISSA_DATA_DIR") or str(PROJECT / "instance"))
    secret = environ.get("GAISSA_SECRET_KEY", "")
    if secret:
        _check_secret("GAISSA_SECRET_KEY", secret)
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'gaissa.sqlite3'}"),
        secret_key=secret or _kept_secret(data_dir / "secret_key"),
        public_url=_web_address(
            "GAISSA_PUBLIC_URL", environ.get("GAISSA_PUBLIC_URL") or "http://localhost:8000"
        ),
        max_upload_mb=_whole_number(environ, "GAISSA_MAX_UPLOAD_MB", 20, range(1, 10_001)),
        trusted_proxies=_whole_number(environ, "GAISSA_TRUSTED_PROXIES", 0, range(11)),
        allowed_hosts=_hosts("GAISSA_ALLOWED_HOSTS", environ.get("GAISSA_ALLOWED_HOSTS", "")),
        queue_url=_queue_url(environ.get("GAISSA_QUEUE_URL", "")),
        hub_url=_web_address("GAISSA_HUB_URL", environ.get("GAISSA_HUB_URL") or "https://huggingface.co"),
        documents_mb=_whole_number(environ, "GAISSA_DOCUMENTS_MB", 500, range(100, 1_000_001)),
        log_level=read_log_level(environ),
        limits={
            "labels": _per_hour(environ, "GAISSA_LABELS_PER_HOUR", 60),
            "uploads": _per_hour(environ, "GAISSA_UPLOADS_PER_HOUR", 120),
            "previews": _per_hour(environ, "GAISSA_PREVIEWS_PER_HOUR", 600),
            "measurements": _per_hour(environ, "GAISSA_MEASUREMENTS_PER_HOUR", 20),
            "downloads": _per_hour(environ, "GAISSA_DOWNLOADS_PER_HOUR", 300),
        },
    )


def read_log_level(environ: Mapping[str, str] = os.environ) -> str:
    """Read how much is logged: it is needed before all else, and by commands that need nothing else.

    Raises:
        SettingsError: There is no such level.
    """
    text = environ.get("GAISSA_LOG_LEVEL") or "info"
    level = text.strip().lower()
    if level not in LEVELS:
        raise SettingsError(f"GAISSA_LOG_LEVEL is {text!r}; it takes one of {', '.join(LEVELS)}.")
    return level


def _folder(name: str, text: str) -> Path:
    """Return the folder, made if it is not there; what we keep in it is for its owner alone."""
    try:
        folder = Path(text).resolve()
        make_folder(folder)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{name} is {text!r}, which cannot be made a folder: {_reason(error)}."
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise SettingsError(f"{name} is {text!r}, where this user may not write.")
    tighten_folder(folder)
    return folder


def _whole_number(environ: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environ.get(name) or str(default)
    if not re.fullmatch(r"\s*\d{1,9}\s*", text, re.ASCII) or int(text) not in allowed:
        raise SettingsError(
            f"{name} is {text!r}; it takes a whole number from {allowed.start} to {allowed.stop - 1}."
        )
    return int(text)


def _per_hour(environ: Mapping[str, str], name: str, default: int) -> int:
    return _whole_number(environ, name, default, range(1, 1_000_000_000))


def _web_address(name: str, text: str) -> str:
    """Return the address without a trailing slash."""
    address = text.strip().rstrip("/")
    if not _is_address(address, {"http", "https"}) or urlsplit(address).query or urlsplit(address).fragment:
        raise SettingsError(f"{name} is {text!r}; it takes a web address such as https://gaissa.example.")
    return address


def _is_address(text: str, schemes: frozenset[str] | set[str]) -> bool:
    """Whether `text` is an address of one of `schemes`, with a host, and a port that can be one."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in schemes
            and bool(parts.hostname)
            and parts.port != 0
            and not re.search(r"\s", text)
        )
    except ValueError:
        return False


def _database_url(url: str) -> str:
    """Name the driver that is installed, whichever of the common spellings the operator uses."""
    scheme, separator, rest = url.strip().partition("://")
    kind = DATABASES.get(scheme.partition("+")[0])
    if not separator or kind is None or (kind == "postgresql" and not _is_server(rest)):
        raise SettingsError(
            "DATABASE_URL is not an address that can be used; it takes "
            "postgresql://user:password@host/database or sqlite:////folder/file."
        )
    return f"postgresql+psycopg2://{rest}" if kind == "postgresql" else f"sqlite://{rest}"


def _is_server(rest: str) -> bool:
    """Whether what follows `postgresql://` names a server by host or, as a query, by socket."""
    try:
        parts = urlsplit(f"postgresql://{rest}")
        return (
            parts.port != 0
            and bool(parts.path.strip("/"))
            and bool(parts.hostname or "host=" in parts.query)
            and parts.netloc.count("@") <= 1  # the driver would take half of the password for the host
        )
    except ValueError:
        return False


def _queue_url(text: str) -> str:
    address = text.strip()
    is_socket = address.startswith("unix://") and len(address) > len("unix://")
    if address and not is_socket and not _is_address(address, QUEUES - {"unix"}):
        raise SettingsError("GAISSA_QUEUE_URL is no address of a Redis server, such as redis://host:6379/0.")
    return address


def _hosts(name: str, text: str) -> frozenset[str]:
    hosts = frozenset(text.replace(",", " ").split())
    for host in sorted(hosts):
        if "/" in host or "@" in host or not _is_address(f"http://{host}", {"http"}):
            raise SettingsError(f"{name} has {host!r}; it takes hosts or host:port, separated by commas.")
    return hosts


def _kept_secret(path: Path) -> str:
    """Return the secret of this installation, made on first use and readable by its owner alone.

    Processes that start together wait for each other, so that they share one; a file that is
    empty (the disk was full when it was made) gets a new one.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            secret = file.read().strip()
            if not secret:
                secret = secrets.token_urlsafe(32)
                file.seek(0)
                file.truncate()
                file.write(secret)
                file.flush()
                os.fsync(file.fileno())
    except (OSError, ValueError) as error:
        raise SettingsError(f"The secret key in {path} cannot be read: {_reason(error)}.") from error
    _check_secret(f"The secret key in {path}", secret)
    return secret


def _check_secret(name: str, secret: str) -> None:
    if len(secret.strip()) < SHORTEST_SECRET:
        raise SettingsError(f"{name} is too short; it takes at least {SHORTEST_SECRET} characters.")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else "it is not text").lower()
