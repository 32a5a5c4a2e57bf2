"""The clients that send uploads and requests, each a process of its own that sends one thing at a time."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.attack.kinds import REQUESTS, UPLOADS, Sent, Target, order
from tests.attack.requests import send_request
from tests.attack.site import Attacked, routes
from tests.attack.uploads import GOOD, send_upload
from tests.attack.wire import Visitor

UPLOADERS, ASKERS = 4, 2
GOOD_ONES = 9
"""How many more good uploads there are than of any other kind: about one in ten."""
MODEST = 10
"""How much less of the processor clients ask for than the site: in earnest they are other machines."""

_visitor: Visitor
_target: Target


def send_all(attacked: Attacked, options: argparse.Namespace, problems: list[str]) -> list[Sent]:
    """Send uploads and requests at the same time, until all are sent or time is over."""
    until = time.monotonic() + options.minutes * 60
    visitor = Visitor(attacked.site)
    visitor.get("/labels/training/new")
    target = Target(attacked.site, routes(), visitor.cookie, visitor.token, attacked.manager)
    kinds = [*UPLOADS, *[GOOD] * GOOD_ONES]
    uploads = order(_kinds(kinds, options.only), options.uploads, options.seed)
    requests = order(_kinds(REQUESTS, options.only), options.requests, options.seed)
    with _clients(UPLOADERS, target) as uploaders, _clients(ASKERS, target) as askers:
        waiting = [
            *(uploaders.submit(_upload, *task) for task in uploads),
            *(askers.submit(_ask, *task) for task in requests),
        ]
        try:
            return list(_results(waiting, until, problems))
        finally:
            for pool in (uploaders, askers):
                pool.shutdown(wait=False, cancel_futures=True)


def _results(waiting: Sequence[Future[Sent]], until: float, problems: list[str]) -> Iterator[Sent]:
    """Yield what was sent, as it is answered; what is under way when time is over is not waited for."""
    try:
        for count, future in enumerate(as_completed(waiting, max(0, until - time.monotonic())), start=1):
            if count % 100 == 0:
                print(f"{count} of {len(waiting)} sent", file=sys.stderr, flush=True)
            yield future.result()
    except TimeoutError:
        unsent = sum(not future.done() for future in waiting)
        problems.append(f"{unsent} of {len(waiting)} were not sent or answered before time was over")


def _kinds(known: Iterable[str], only: str | None) -> list[str]:
    return [kind for kind in known if only in {None, kind}]


def _clients(count: int, target: Target) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, get_context("spawn"), _prepare, (target,))


def _prepare(target: Target) -> None:
    """Make this process a client."""
    global _visitor, _target  # noqa: PLW0603  a pool's processes have no other place for what they keep
    os.nice(MODEST)
    _target = target
    _visitor = Visitor(target.site)


def _upload(kind: str, seed: int) -> Sent:
    return send_upload(_visitor, kind, seed)


def _ask(kind: str, seed: int) -> Sent:
    return send_request(_target, kind, seed)
