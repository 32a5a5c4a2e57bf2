"""Logs of carbontracker that are made to keep its regular expressions busy, one kind for each of them."""

from collections.abc import Sequence
from random import Random

from tests.attack.kinds import LARGEST, some, upload

_HEAD = b"2026-11-24 12:00:00 - CarbonTracker: carbontracker version 2.4.7\n"
_BLANKS = (b" ", b"\n", b"\t", b"\r\n", b"\x0c", b"\xc2\xa0")


def _log(chance: Random, pieces: Sequence[bytes], longest: int = LARGEST) -> bytes:
    """Return a log of `pieces` in any order, again and again, up to a length by chance."""
    wanted = some(chance, 10_000, longest)
    row = b"".join(chance.choice(pieces) for _ in range(50)) or b"\n"
    return (_HEAD + row * (wanted // len(row) + 1))[:wanted]


@upload("log")
def log_results_far_apart(chance: Random) -> bytes:
    """Results with blanks without end where some may be, and almost the right words behind them."""
    blanks = chance.choice(_BLANKS) * some(chance, 1, 100_000)
    start = b"Actual consumption for 1 epoch(s):%sTime:%s0:00:01%sEnergy:%s1 kWh%sCO2eq:%s1 "
    return _log(chance, [start % ((blanks,) * 6), b"Actual consumption:%sTime:" % blanks, b"g\n"])


@upload("log")
def log_results_that_almost_are(chance: Random) -> bytes:
    """Results that fail at the last character, each in another place."""
    whole = b"Actual consumption for 9 epoch(s):\nTime: 9 days, 9:9:9.9\nEnergy: 1 kWh\nCO2eq: 1 g\n"
    return _log(chance, [whole[: chance.randrange(20, len(whole))] for _ in range(9)])


@upload("log")
def log_long_words(chance: Random) -> bytes:
    """Digits, and words without blanks, where a number is looked for."""
    word = chance.choice((b"9", b"x", b"9.", b"kWh", b"Energy:", b"Actual")) * some(chance, 100, 3_000_000)
    pieces = [
        b"Actual consumption for %s epoch(s):Time:1:1:1" % word,
        b"Actual consumption:Time:1:1:1.%s Energy" % word,
        b"Actual consumption:Time:1:1:1Energy:%s kWhCO2eq:1" % word,
        b"Actual consumption:Time:1:1:1Energy:1 kWhCO2eq:%s" % word,
    ]
    return _log(chance, [chance.choice(pieces)])


@upload("log")
def log_epochs_of_many_digits(chance: Random) -> bytes:
    """A result that is one, whose numbers have very many digits."""
    digits = b"9" * some(chance, 10, 4_000_000)
    return _HEAD + (
        b"Actual consumption for %s epoch(s):\nTime: 99999 days, 999999:9999:9999.%s\n"
        b"Energy: %s kWh\nCO2eq: %s g\n" % ((digits,) * 4)
    )


@upload("log")
def log_power_in_brackets(chance: Random) -> bytes:
    """Powers of several devices, thousands of characters that almost end."""
    inside = bytes(chance.choices(b"0123456789.eE+- \n", k=some(chance, 100, 12_000)))
    end = chance.choice((b"", b"]", b"x", b"["))
    return _log(chance, [b"Average power usage (W) for gpu: [%s%s\n" % (inside, end)])


@upload("log")
def log_power_of_long_names(chance: Random) -> bytes:
    """Components with names of megabytes, or very many components."""
    if chance.random() < 0.5:
        return _log(chance, [b"Average power usage (W) for %s" % (b"w" * some(chance, 10, 3_000_000))])
    lines = (b"Average power usage (W) for c%d: 1.5\n" % n for n in range(some(chance, 1_000, 400_000)))
    return _HEAD + b"".join(lines)


@upload("log")
def log_many_durations(chance: Random) -> bytes:
    """Very many epochs with their durations, the largest there are."""
    power = b"Average power usage (W) for gpu: %s\n" % chance.choice(
        (b"999999999.", b"[1e+99 1e-99]", b"[...]", b"1")
    )
    return _log(chance, [power, b"Duration: 999999:9999:9999.%s\n" % (b"9" * some(chance, 1, 10_000))])


@upload("log")
def log_of_components(chance: Random) -> bytes:
    """The line on hardware without an end, or of dots alone."""
    filler = chance.choice((b".", b". ", b"x", b"components were found: ", b"PUE coefficient of ", b"1.1."))
    end = chance.choice((b"", b"\n", b"Actual consumption:\nTime: 0:0:1\nEnergy: 1 kWh\nCO2eq: 1 g\n"))
    start = chance.choice(
        (b"components were found: ", b"PUE coefficient of ", b"Average carbon intensity during training was ")
    )
    return _HEAD + start + filler * (some(chance, 1_000, 18_000_000) // len(filler)) + b"\n" + end
