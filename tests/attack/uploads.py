"""The uploads themselves: batches of files, odd names, good files between; and how all kinds are sent."""

import time
from dataclasses import replace
from pathlib import Path
from random import Random

from tests.attack import delimited, far_cells, logs, spreadsheets, structured, workbooks
from tests.attack.kinds import LARGEST, UPLOADS, Sent, Upload, chance_for, judge, some, uploads
from tests.attack.wire import Answer, Visitor

# They register what they make.
__all__ = ["delimited", "far_cells", "logs", "spreadsheets", "structured", "workbooks"]

ADDRESSES = {"training": "/labels/training/import", "inference": "/labels/inference/import"}
GOOD = "good-codecarbon"
COMES_BACK_AFTER_S, COMES_BACK_FOR_S = 2, 90
_FILES = Path(__file__).parent.parent / "data" / "files"
_READ = b"What was read"
_ODD_NAMES = (
    "x" * 10_000 + ".csv", "\u202egpj.csv", "<script>alert(1)</script>.csv", "../../etc/passwd",
    "a\r\nb: c.csv", "a\0b.csv", '";a="b.csv', "{{7*7}}.csv", "\ud800.csv", "a" * 200 + "/" * 200,
    ".", " ", "é" * 5_000, "=1+1.csv", "CON", "\u200b" * 3_000, "a.csv.xlsx.json.md", "%s%n%00.csv",
    "🦊" * 2_000,
)  # fmt: skip


@uploads
def good_codecarbon(chance: Random) -> Upload:
    """What a tracker really wrote, which must be read whatever else happens."""
    file = chance.choice(sorted(_FILES.glob("codecarbon-*.csv")))
    return Upload([("emissions.csv", file.read_bytes())], {"inferences": "1000"}, promised=200)


@uploads
def changed_files_of_trackers(chance: Random) -> Upload:
    """Real files with a few of their bytes cut, changed or doubled."""
    path = chance.choice(sorted(_FILES.iterdir()))
    content = bytearray(path.read_bytes())
    for _ in range(some(chance, 1, 30)):
        place = chance.randrange(len(content))
        odd = chance.choice(
            (b"", b"NaN", b"1e400", b'"', b"\n", b"\0", b"\xff", bytes(content[place : place + 500]))
        )
        content[place : place + chance.randrange(20)] = odd
    return Upload([(path.name, bytes(content))])


@uploads
def many_files(chance: Random) -> Upload:
    """Hundreds of small files at once, of one kind or of all, now and then more than a form may have."""
    contents = (
        b"latency,x\n5,1\n",
        b'{"latency": 5}',
        b"---\na: 1\n---\n",
        b"",
        b"\0",
        b"[" * 5_000,
        b"PK\x03\x04",
    )
    one = chance.choice(contents)
    mixed = chance.random() < 0.5
    count = 300 if chance.random() < 0.7 else some(chance, 50, 1_500)
    return Upload([(f"{n}.csv", chance.choice(contents) if mixed else one) for n in range(count)])


@uploads
def many_heavy_files(chance: Random) -> Upload:
    """Several files at once that are each as heavy as may be."""
    kinds = (
        "csv-full-of-numbers",
        "json-empty-pieces",
        "yaml-long-key-over-many",
        "ods-repeated-cells",
        "zip-bomb",
    )
    files, left = [], LARGEST
    for _ in range(some(chance, 2, 12)):
        for name, content in UPLOADS[chance.choice(kinds)](chance).files:
            if len(content) <= left:
                files.append((name, content))
                left -= len(content)
    return Upload(files or [("a.csv", b"")])


@uploads
def odd_names(chance: Random) -> Upload:
    """Files whose names are long, written from right to left, or meant for somebody else."""
    content = b"latency,hardware\n5,A100\n"
    return Upload([(chance.choice(_ODD_NAMES), content) for _ in range(some(chance, 1, 20))])


@uploads
def empty_files(chance: Random) -> Upload:
    """Nothing, blanks, or only a mark of an encoding."""
    nothing = (
        b"",
        b" " * 9_000_000,
        b"\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff\xfe\0\0",
        b"\0",
        b"PK\x05\x06" + b"\0" * 18,
    )
    return Upload([(f"a.{chance.choice(('csv', 'xlsx', 'json', 'md'))}", chance.choice(nothing))])


@uploads
def too_large(chance: Random) -> Upload:
    """More than an upload may hold."""
    return Upload([("a.csv", b"latency\n" + b"1\n" * (some(chance, 20_100_000, 40_000_000) // 2))])


def good_upload(visitor: Visitor, phase: str = "training") -> Sent:
    """Upload a good file now, as somebody would who means no harm."""
    return _send(visitor, GOOD, 0, phase, good_codecarbon(chance_for(GOOD, 0)))


def send_upload(visitor: Visitor, kind: str, seed: int) -> Sent:
    """Make one upload of a kind and send it."""
    chance = chance_for(kind, seed)
    phase = chance.choice(sorted(ADDRESSES))
    return _send(visitor, kind, seed, phase, UPLOADS[kind](chance))


def _send(visitor: Visitor, kind: str, seed: int, phase: str, upload: Upload) -> Sent:
    """Send an upload, first asking for its form if the visitor has none yet.

    Who has a good one comes back when the site is busy; its time is that of all tries.
    """
    if not visitor.token:
        form = visitor.get(ADDRESSES[phase])
        if not visitor.token:
            problem = f"its form could not be had: {judge(form) or form.status}"
            return Sent("uploads", kind, seed, form.status, form.started, form.seconds, problem)
    answer = _post(visitor, phase, upload)
    while upload.promised == 200 and answer.status == 503 and answer.seconds < COMES_BACK_FOR_S:
        time.sleep(COMES_BACK_AFTER_S)
        again = _post(visitor, phase, upload)
        answer = replace(
            again, started=answer.started, seconds=again.started + again.seconds - answer.started
        )
    problem = judge(answer, promised=upload.promised)
    if not problem and upload.promised == 200 and _READ not in answer.body:
        problem = "200, but it was not read"
    return Sent("uploads", kind, seed, answer.status, answer.started, answer.seconds, problem)


def _post(visitor: Visitor, phase: str, upload: Upload) -> Answer:
    return visitor.post(ADDRESSES[phase], list(upload.fields.items()), upload.files)
