"""The register of what can be sent: every kind has a name, and is made from chance alone.

The same kind and the same seed make the same bytes, so that a failure can be repeated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from random import Random

from tests.attack.wire import Answer, File, Site

LARGEST = 19_400_000
"""How many bytes the files of one upload have at most; the site takes 20 MB with all around them."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Files, and what else the form says; `promised` is the status that it must get, if there is one."""

    files: Sequence[File]
    fields: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent; one that is `well_formed` must be answered, another may be dropped."""

    sent: bytes
    method: str = "GET"
    well_formed: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the application, and the methods it takes."""

    address: str
    methods: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """What odd requests are made for: the site, its routes, a session's cookie and token.

    `manager` is the cookie of somebody who manages the site, empty if nobody is known.
    """

    site: Site
    routes: Sequence[Route]
    cookie: str
    token: str
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that was sent and what became of it; `problem` is a sentence, or empty if all is well."""

    family: str
    kind: str
    seed: int
    status: int | None
    started: float
    seconds: float
    problem: str

    @property
    def repeat(self) -> str:
        """The options that send exactly this once more."""
        return f"--only {self.kind} --seed {self.seed}"


UPLOADS: dict[str, Callable[[Random], Upload]] = {}
REQUESTS: dict[str, Callable[[Random, Target], Request]] = {}


def upload(ending: str) -> Callable[[Callable[[Random], bytes]], Callable[[Random], bytes]]:
    """Register what makes the content of one file with that ending."""

    def register(make: Callable[[Random], bytes]) -> Callable[[Random], bytes]:
        @wraps(make)
        def whole(chance: Random) -> Upload:
            return Upload([(f"attack.{ending}", make(chance)[:LARGEST])])

        UPLOADS[_name(make)] = whole
        return make

    return register


def uploads(make: Callable[[Random], Upload]) -> Callable[[Random], Upload]:
    """Register what makes a whole upload."""
    UPLOADS[_name(make)] = make
    return make


def request(make: Callable[[Random, Target], Request]) -> Callable[[Random, Target], Request]:
    """Register what makes an odd request."""
    REQUESTS[_name(make)] = make
    return make


def order(kinds: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, int]]:
    """Yield `count` kinds with a seed each, so that every kind comes equally often in changing order."""
    chance = Random(seed)
    row: list[str] = []
    for number in range(count):
        row = row or chance.sample(kinds, len(kinds))
        yield row.pop(), seed + number


def chance_for(kind: str, seed: int) -> Random:
    """Return the chance that one thing of a kind is made from."""
    return Random(f"{kind} {seed}")


def some(chance: Random, low: int, high: int) -> int:
    """Return a whole number between the two: often the largest, else small ones as likely as large ones."""
    if chance.random() < 0.25:
        return high
    return round(low * float((high / low) ** chance.random()))


def judge(answer: Answer, must_answer: bool = True, promised: int | None = None) -> str:
    """Return what is wrong with an answer, or nothing.

    Refusing is fine, and so is asking to come back later if it says when; failing is not.
    """
    status = answer.status
    if status is None:
        return answer.trouble if must_answer else ""
    if promised and status != promised:
        return f"{status} where {promised} was promised"
    if status in {429, 503} and "retry-after" not in answer.headers:
        return f"{status} that does not say when to come back"
    if status >= 500 and status not in {501, 503, 505}:
        return f"{status}"
    return answer.trouble if must_answer else ""


def _name(make: Callable[..., object]) -> str:
    return make.__name__.strip("_").replace("_", "-")
