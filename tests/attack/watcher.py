"""Somebody who means no harm, and whom the site serves at once whatever is done to it meanwhile."""

import multiprocessing
import multiprocessing.connection
from dataclasses import replace
from itertools import cycle

from tests.attack.kinds import Sent, judge
from tests.attack.uploads import good_upload
from tests.attack.wire import Site, Visitor, ask, compose

PAGES = ("/labels/", "/labels/1", "/healthz")
PAGE_S, UPLOAD_S = 1.0, 6.0
"""How long a page and a good upload may take at most, from the sending, if nothing else runs here."""
EVERY_S, PAGES_PER_UPLOAD = 0.1, 40


class Watcher:
    """A process of its own, so that making an attack takes no time from measuring what it does."""

    def __init__(self, site: Site, patience: float) -> None:
        context = multiprocessing.get_context("spawn")
        self.ours, theirs = context.Pipe()
        self.process = context.Process(target=watch, args=(site, patience, theirs), daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.process.start()

    def end(self) -> list[Sent]:
        """Stop watching and return all that was asked and answered."""
        self.ours.send(None)
        results: list[Sent] = self.ours.recv()
        self.process.join()
        return results


def watch(site: Site, patience: float, end: multiprocessing.connection.Connection) -> None:
    """Ask for one thing after the other until told to end, then send the results.

    `patience` is how many times as long as is promised an answer may take.
    """
    results: list[Sent] = []
    visitor = Visitor(site)
    for number, page in enumerate(cycle(PAGES), start=1):
        if end.poll(EVERY_S):
            break
        if number % PAGES_PER_UPLOAD:
            results.append(ask_page(site, page, patience * PAGE_S))
        else:
            results.append(upload(visitor, patience * UPLOAD_S))
    end.send(results)


def ask_page(site: Site, page: str, bound_s: float) -> Sent:
    """Ask for a page, which must come in time."""
    answer = ask(site, compose(site, "GET", page))
    problem = judge(answer, promised=200) or _late(answer.seconds, bound_s)
    return Sent("watch", page, 0, answer.status, answer.started, answer.seconds, problem)


def upload(visitor: Visitor, bound_s: float) -> Sent:
    """Upload a good file, which must be read in time; the session is made before time runs."""
    if not visitor.token:
        form = visitor.get("/labels/training/import")
        if not visitor.token:
            problem = f"its form could not be had: {judge(form) or form.status}"
            return Sent("watch", "upload", 0, form.status, form.started, form.seconds, problem)
    sent = good_upload(visitor)
    return replace(sent, family="watch", kind="upload", problem=sent.problem or _late(sent.seconds, bound_s))


def _late(seconds: float, bound_s: float) -> str:
    return f"{seconds:.1f} s, at most {bound_s:g} are promised" if seconds > bound_s else ""
