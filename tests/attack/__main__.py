"""Attack the real server for some minutes, and print what was answered and what should not have been.

Everything is made from a seed, so that it can be sent again: `--only KIND --seed N`.
"""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.attack.clients import send_all
from tests.attack.kinds import REQUESTS, UPLOADS
from tests.attack.report import Findings, print_report
from tests.attack.site import Attacked, Process, loopback, serving_site, wait_for
from tests.attack.slow import SlowSenders
from tests.attack.uploads import good_upload
from tests.attack.watcher import Watcher
from tests.attack.wire import Visitor

WARM_UPS = 8
SETTLES_S = 3


def main() -> int:
    """Start or find the site, attack it, and say how it went."""
    options = _options()
    with _site(options.url) as attacked:
        findings = attack(attacked, options)
        return print_report(findings, attacked)


def attack(attacked: Attacked, options: argparse.Namespace) -> Findings:
    """Send everything, watch meanwhile, and look at the server's processes before and after."""
    findings = Findings()
    before = _warm_up(attacked)
    findings.memory_before = attacked.memory_mb()
    gauge = Gauge(attacked)
    slow = SlowSenders(attacked.site, options.slow, options.seed)
    watcher = Watcher(attacked.site, options.patience)
    for beside in (watcher, slow, gauge):
        beside.start()
    try:
        findings.sent += send_all(attacked, options, findings.problems)
    finally:
        findings.sent += slow.end()
        findings.sent += watcher.end()
    time.sleep(SETTLES_S)
    findings.memory_peak = gauge.end()
    findings.memory_after = attacked.memory_mb()
    findings.ended = sorted(process for process, _ in before - attacked.processes())
    findings.watched = sorted(process for process, _ in before)
    findings.tracebacks = attacked.tracebacks()
    return findings


class Gauge(threading.Thread):
    """Looks at the server's memory twice a second and keeps the most that it saw."""

    def __init__(self, attacked: Attacked) -> None:
        super().__init__(daemon=True)
        self.attacked = attacked
        self.most = 0.0
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until told to end."""
        while not self.ended.wait(0.5):
            self.most = max(self.most, self.attacked.memory_mb())

    def end(self) -> float:
        """Return the most memory there was, in megabytes."""
        self.ended.set()
        self.join()
        return self.most


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="attack a running site on this machine instead of one of our own")
    parser.add_argument("--uploads", type=int, help="hostile uploads (1000)")
    parser.add_argument("--requests", type=int, help="odd requests (2000)")
    parser.add_argument("--slow", type=int, help="slow connections all the while (40)")
    parser.add_argument("--seed", type=int, default=1, help="what everything is made from")
    parser.add_argument("--only", metavar="KIND", help="one kind alone, once unless told otherwise")
    parser.add_argument("--patience", type=float, default=1, help="times the promised seconds allowed")
    parser.add_argument("--minutes", type=float, default=20, help="when to stop at the latest")
    options = parser.parse_args()
    if options.only not in {None, *UPLOADS, *REQUESTS}:
        parser.error(f"the kinds are {', '.join(sorted({*UPLOADS, *REQUESTS}))}")
    many, once = (1000, 2000, 40), (int(options.only in UPLOADS), int(options.only in REQUESTS), 0)
    for name, count in zip(("uploads", "requests", "slow"), once if options.only else many, strict=True):
        if getattr(options, name) is None:
            setattr(options, name, count)
    return options


@contextmanager
def _site(url: str | None) -> Iterator[Attacked]:
    if url is None:
        with serving_site() as attacked:
            yield attacked
        return
    try:
        site = loopback(url)
    except (ValueError, OSError) as error:
        raise SystemExit(str(error)) from error
    wait_for(site)
    yield Attacked(site)


def _warm_up(attacked: Attacked) -> frozenset[Process]:
    """Upload good files and return the processes that last: some are made to be used once."""
    before = attacked.processes()
    visitor = Visitor(attacked.site)
    for _ in range(WARM_UPS):
        sent = good_upload(visitor)
        if sent.problem:
            raise SystemExit(f"a good file, before any attack: {sent.problem}")
    return before & attacked.processes()


if __name__ == "__main__":
    sys.exit(main())
