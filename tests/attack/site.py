"""The site that is attacked: one of our own that is started for it, or a running one on this machine."""

import ipaddress
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from tests.admin.test_guard import VALUES
from tests.attack.kinds import Route
from tests.attack.wire import Site, Visitor, ask, compose
from tests.bench.models import write_models
from tests.limits import UNLIMITED

GAISSA = str(Path(sys.executable).with_name("gaissa"))
MODELS = 5_000
"""How many models the site has, so that lists go on and an export does not fit into a buffer."""
MANAGER, PASSWORD = "attack", "only for this attack"
STARTS_S, ENDS_S = 30, 30

Process = tuple[int, str]
"""A process and when it began, so that another one of the same number is told from it."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """A site with what is known of it: of one that somebody else started, no processes and no log."""

    site: Site
    manager: str = ""
    server: int | None = None
    log: Path | None = None

    def processes(self) -> frozenset[Process]:
        """Return the server's processes: itself and all that came from it, and are not over."""
        return frozenset(_family(self.server)) if self.server else frozenset()

    def memory_mb(self) -> float:
        """Return the memory of these processes, what they share counted once."""
        return sum(_pss_kb(process) for process, _ in self.processes()) / 1000

    def tracebacks(self) -> list[str]:
        """Return the last line of every traceback that the server wrote."""
        text = self.log.read_text(errors="replace") if self.log else ""
        found = re.finditer(r"^( *)Traceback .*\n(?:\1[ \t].*\n| *\n)*(.*)", text, re.MULTILINE)
        return [traceback[2].strip() for traceback in found] or ["Traceback"] * ("Traceback" in text)

    def last_words(self) -> str:
        """Return the end of what the server wrote, without the lines of ordinary requests."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log else []
        lines = [line for line in lines if " INFO " not in line]
        return "\n".join(line[:200] for line in lines[-15:])


def loopback(address: str) -> Site:
    """Return the site of an address, if it is on this machine.

    Raises:
        ValueError: It is elsewhere, or no address.
    """
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"{address!r} is no address such as http://127.0.0.1:8000.")
    found = {place[4][0] for place in socket.getaddrinfo(parts.hostname, parts.port or 80)}
    if not all(ipaddress.ip_address(place).is_loopback for place in found):
        raise ValueError(f"{address!r} is not on this machine, and nothing else is attacked.")
    return Site(parts.hostname, parts.port or 80)


@contextmanager
def serving_site() -> Iterator[Attacked]:
    """Start a site with data of its own, and end it and forget the data afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        environ = _environment(Path(folder) / "data")
        _fill(environ, Path(folder) / "models.csv")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = Path(folder) / "server.log"
        command = [GAISSA, "serve", "--port", str(port), "--with-worker"]
        with log.open("wb") as words:
            server = subprocess.Popen(
                command, env=environ, stdout=words, stderr=words, start_new_session=True
            )
        try:
            site = Site("127.0.0.1", port)
            wait_for(site)
            yield Attacked(site, _sign_in(site), server.pid, log)
        finally:
            _end(server)


def wait_for(site: Site) -> None:
    """Wait until the site is ready."""
    for _ in range(STARTS_S * 10):
        if ask(site, compose(site, "GET", "/readyz")).status == 200:
            return
        time.sleep(0.1)
    raise SystemExit("the site did not become ready")


def routes() -> list[Route]:
    """Return an address of every route of the application."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(read_settings({"GAISSA_DATA_DIR": folder}))
    adapter = app.url_map.bind("localhost")
    found = [Route("/static/site.css", frozenset({"GET"}))]
    for rule in app.url_map.iter_rules():
        methods = frozenset(rule.methods or ())
        if rule.endpoint not in {"static", "admin.logout"}:
            values = {name: VALUES.get(name, "x") for name in rule.arguments} | dict(rule.defaults or {})
            found.append(Route(adapter.build(rule.endpoint, values, method=min(methods)), methods))
    return found


def _environment(data: Path) -> dict[str, str]:
    """Return our environment without any setting of a site but these: nothing of somebody's is attacked."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GAISSA_") and k != "DATABASE_URL"}
    return {**kept, **UNLIMITED, "GAISSA_DATA_DIR": str(data), "GAISSA_HUB_URL": "http://127.0.0.1:9"}


def _fill(environ: dict[str, str], table: Path) -> None:
    """Make the database, with some models and somebody who manages it."""
    write_models(table, MODELS)
    create = ["create-admin", MANAGER, "--password-stdin"]
    for command in (["migrate"], ["seed"], create, ["import-models", str(table)]):
        subprocess.run(
            [GAISSA, *command], env=environ, check=True, capture_output=True, input=PASSWORD, text=True
        )


def _sign_in(site: Site) -> str:
    """Return the cookie of the manager's session."""
    visitor = Visitor(site)
    visitor.get("/admin/login")
    answer = visitor.post("/admin/login", [("name", MANAGER), ("password", PASSWORD), ("next", "")])
    if answer.status != 303:
        raise SystemExit(f"signing in answered {answer.status}")
    visitor.keep(answer)
    return visitor.cookie


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and, should it not, whatever is left of what it started."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(ENDS_S)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def _family(server: int) -> Iterator[Process]:
    """Yield the process and all that descend from it."""
    parents: dict[int, list[Process]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _quietly(stat.read_text).rpartition(")")[2].split()
        if fields and fields[0] not in "ZX":
            one = (int(stat.parent.name), fields[19])
            parents.setdefault(int(fields[1]), []).append(one)
            if one[0] == server:
                parents.setdefault(0, []).append(one)
    waiting = [one for one in parents.get(0, []) if one[0] == server]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += parents.get(one[0], [])


def _pss_kb(process: int) -> int:
    told = _quietly(Path(f"/proc/{process}/smaps_rollup").read_text)
    found = re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)
    return int(found[1]) if found else 0


def _quietly(read: Callable[[], str]) -> str:
    """Return what is read, or nothing where the process has just ended."""
    try:
        return read()
    except OSError:
        return ""
