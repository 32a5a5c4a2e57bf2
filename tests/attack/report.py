"""What an attack found: a table of all that was sent, and every problem with how to see it again."""

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.attack.kinds import Sent
from tests.attack.site import Attacked

SHOWN = 5
"""How many problems of one kind are spelt out."""


@dataclass(slots=True)
class Findings:
    """Everything that was sent, and what became of the server: memory in megabytes, processes by number."""

    sent: list[Sent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    memory_before: float = 0
    memory_peak: float = 0
    memory_after: float = 0
    watched: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)


def print_report(findings: Findings, attacked: Attacked) -> int:
    """Print the table and the problems; return 1 if there were any, else 0."""
    print("\n| kind | sent | statuses | median ms | slowest ms |\n| --- | ---: | --- | ---: | ---: |")
    for kind, sent in _by_kind(findings.sent).items():
        print(_line(kind, sent))
    if attacked.server:
        print(
            f"\nmemory of the server: {findings.memory_before:.0f} MB before, "
            f"{findings.memory_peak:.0f} MB at most, {findings.memory_after:.0f} MB after"
        )
        print(f"processes: {len(findings.watched)} before, of which {len(findings.ended)} ended")
    problems = list(_problems(findings))
    for problem in problems:
        print(problem)
    if problems and attacked.log:
        print(f"\nThe server's last words:\n{attacked.last_words()}")
    print(f"\n{len(findings.sent)} sent, {'no problems' if not problems else 'with problems'}")
    return int(bool(problems))


def _by_kind(all_sent: Iterable[Sent]) -> dict[str, list[Sent]]:
    kinds: dict[str, list[Sent]] = {}
    for sent in sorted(all_sent, key=lambda sent: (sent.family, sent.kind)):
        kinds.setdefault(f"{sent.family}: {sent.kind}", []).append(sent)
    return kinds


def _line(kind: str, sent: Sequence[Sent]) -> str:
    statuses = Counter("none" if one.status is None else str(one.status) for one in sent)
    told = ", ".join(f"{status} × {count}" for status, count in sorted(statuses.items()))
    times = [one.seconds * 1000 for one in sent]
    return f"| {kind} | {len(sent)} | {told} | {statistics.median(times):.0f} | {max(times):.0f} |"


def _problems(findings: Findings) -> Iterator[str]:
    """Yield a paragraph for everything that should not be."""
    for kind, sent in _by_kind(one for one in findings.sent if one.problem).items():
        yield f"\nPROBLEM {kind}: {len(sent)} times\n" + "\n".join(_spelt_out(sent, findings.sent))
    if findings.ended:
        numbers = ", ".join(map(str, findings.ended))
        yield f"\nPROBLEM: {len(findings.ended)} of the server's processes ended: {numbers}"
    for words, count in Counter(findings.tracebacks).most_common():
        yield f"\nPROBLEM: a traceback of the server, {count} times: {words[:200]}"
    for problem in findings.problems:
        yield f"\nPROBLEM: {problem}"


def _spelt_out(sent: Sequence[Sent], all_sent: Sequence[Sent]) -> Iterator[str]:
    worst = sorted(sent, key=lambda one: one.seconds, reverse=True)
    for one in worst[:SHOWN]:
        if one.family == "watch":
            yield f"  {one.problem}; meanwhile: {_meanwhile(one, all_sent)}"
        elif one.family == "slow":
            yield f"  {one.problem}"
        else:
            yield f"  {one.problem}; again: python -m tests.attack {one.repeat}"
    if len(worst) > SHOWN:
        seeds = ", ".join(str(one.seed) for one in worst[SHOWN : SHOWN + 20] if one.family != "watch")
        yield f"  and {len(worst) - SHOWN} more" + (f", with the seeds {seeds}" if seeds else "")


def _meanwhile(one: Sent, all_sent: Sequence[Sent]) -> str:
    """Return the uploads that were being answered at that time."""
    end = one.started + one.seconds
    beside = [
        f"{other.kind} {other.seed}"
        for other in all_sent
        if other.family == "uploads" and other.started < end and one.started < other.started + other.seconds
    ]
    return ", ".join(beside[:8]) or "no upload"
