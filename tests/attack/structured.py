"""JSON, YAML and model cards that want memory or time."""

import json
from random import Random
from typing import Any

from tests.attack.kinds import LARGEST, some, upload

_KEYS = ("latency", "co2_eq_emissions", "hardware", "a", "")
_ODD_NUMBERS = (
    *(b"9" * 10_000, b"1e999999999", b"-1e-999999999", b"NaN", b"-Infinity"),
    b"1" + b"0" * 4_000_000,
)


@upload("json")
def json_long_key_over_many(chance: Random) -> bytes:
    """A name of up to 200 kB whose thousands of inner names each carry it."""
    inner = b",".join(b'"%d":1' % n for n in range(some(chance, 100, 100_000)))
    return b'{"%s":{%s}}' % (b"k" * some(chance, 10_000, 200_000), inner)


@upload("json")
def json_empty_pieces(chance: Random) -> bytes:
    """Millions of lists, objects, texts or numbers with next to nothing in them."""
    piece = chance.choice((b"[]", b"{}", b'""', b"1", b"null", b'{"":1}', b"[[]]"))
    start, end = chance.choice(
        ((b"[", b"]"), (b'{"a":[', b"]}"), (b'{"latency":[', b"]}"), (b'[{"a":[', b"]}]"))
    )
    count = some(chance, 100_000, min(3_000_000, LARGEST // (len(piece) + 1)))
    return start + b",".join([piece] * count) + end


@upload("json")
def json_deep(chance: Random) -> bytes:
    """Nested to the limit of depth, or far beyond any."""
    depth = chance.choice((19, 20, 21, 900, 1_000, some(chance, 1_000, 5_000_000)))
    start, end = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"":', b"}]")))
    return (start * depth + b"1" + end * depth)[:LARGEST]


@upload("json")
def json_odd_numbers(chance: Random) -> bytes:
    """Thousands of digits, no numbers, exponents that no number has."""
    rows = (b'{"latency":%s,"hardware":"x"}' % chance.choice(_ODD_NUMBERS) for _ in range(4))
    return b"[" + b",".join(rows) + b"]"


@upload("json")
def json_half_characters(chance: Random) -> bytes:
    """Escapes of half a character in names and values, and bytes that are no characters."""
    odd = chance.choice((rb"\ud800", rb"\udfff\ud800", rb"\u0000", rb"\uffff", b"\xed\xa0\x80", rb"\u202e"))
    count = some(chance, 1, 18_000_000 // len(odd))
    return b'{"latency":5,"%s":"%s"}' % (odd * min(count, 80), odd * count)


@upload("json")
def json_same_key(chance: Random) -> bytes:
    """The same name again and again."""
    key = chance.choice(_KEYS).encode()
    return b"{" + b",".join(b'"%s":%d' % (key, n) for n in range(some(chance, 2, 600_000))) + b"}"


@upload("json")
def json_many_keys(chance: Random) -> bytes:
    """Very many different names, in one record or one in each."""
    count = some(chance, 1_900, 700_000)
    if chance.random() < 0.5:
        return b"{" + b",".join(b'"latency_%d":%d' % (n, n) for n in range(count)) + b"}"
    names = chance.choice((count, 2_000, 1_999))
    return b"[" + b",".join(b'{"n%d":1}' % (n % names) for n in range(count)) + b"]"


@upload("json")
def json_records_of_lists(chance: Random) -> bytes:
    """Few rows whose cells are lists of very many texts."""
    texts = b"[" + b",".join([b'"ab"'] * some(chance, 10_000, 3_000_000)) + b"]"
    return b'[{"hardware":%s,"latency":1}]' % texts


@upload("json")
def json_wide_and_long(chance: Random) -> bytes:
    """As many rows and names as may be, each row with one name alone."""
    rows, names = some(chance, 900, 60_000), some(chance, 10, 2_000)
    return json.dumps([{f"latency_{n % names}": n} for n in range(rows)]).encode()


@upload("json")
def json_of_anything(chance: Random) -> bytes:
    """Well-formed, of any shape; sometimes cut."""
    text = json.dumps(_anything(chance, 5)).encode()
    return text if chance.random() < 0.8 else text[: chance.randrange(len(text) + 1)]


def _anything(chance: Random, depth: int) -> Any:
    if depth and (kind := chance.random()) < 0.7:
        count = chance.randrange(8)
        if kind < 0.3:
            return [_anything(chance, depth - 1) for _ in range(count)]
        return {_word(chance): _anything(chance, depth - 1) for _ in range(count)}
    return chance.choice((None, True, 10**30, -0.0, 1e308, float("inf"), _word(chance), [], {}))


def _word(chance: Random) -> str:
    if chance.random() < 0.4:
        return chance.choice((*_KEYS, "latency (ms)", "co2_eq_emissions.emissions"))
    return "".join(chr(chance.randrange(1, 0xD000)) for _ in range(chance.randrange(30)))


@upload("yaml")
def yaml_aliases(chance: Random) -> bytes:
    """Anchors and aliases that grow, lead to themselves, or are only named."""
    if chance.random() < 0.5:
        return b"&a [%s]" % b",".join([b"*a"] * some(chance, 1, 200_000))
    lines = [b"a0: &a0 [x]"]
    lines += [
        b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, some(chance, 2, 60))
    ]
    return b"\n".join(lines)


@upload("yaml")
def yaml_anchors(chance: Random) -> bytes:
    """Very many anchors that nobody uses, or names of one that are very long."""
    if chance.random() < 0.5:
        return b"a: &" + b"x" * some(chance, 1_000, 900_000) + b" 1\n"
    return b"".join(b"a%d: &b%d 1\n" % (n, n) for n in range(some(chance, 100, 50_000)))


@upload("yaml")
def yaml_tags(chance: Random) -> bytes:
    """Tags of Python, tags of nobody, very long ones, and directives."""
    tag = chance.choice(
        (b"!!python/object/apply:os.system", b"!x", b"!!binary", b"!<" + b"x" * 500_000 + b">", b"!")
    )
    head = b"".join(b"%%TAG !e%d! tag:x,2026:\n" % n for n in range(some(chance, 1, 20_000)))
    return chance.choice((b"", b"%YAML 9.9\n---\n", head + b"---\n")) + b"a: " + tag + b" ['true']\n"


@upload("yaml")
def yaml_deep(chance: Random) -> bytes:
    """Nested in brackets, in dashes, in question marks; on one line or many."""
    piece = chance.choice((b"[", b"{a: ", b"[{", b"- ", b"? ", b"{? ", b"[?", b"- - ", b"? - "))
    between = chance.choice((b"", b"\n", b" "))
    return (piece + between) * some(chance, 10, 1_000_000 // len(piece + between))


@upload("yaml")
def yaml_dashes(chance: Random) -> bytes:
    """A megabyte of list that holds nothing."""
    line = chance.choice(
        (b"- \n", b"-\n", b"- a\n", b"- {}\n", b"- []\n", b"- {a: 1}\n", b"? \n", b": \n", b"a:\n")
    )
    return line * some(chance, 1_000, 999_000 // len(line))


@upload("yaml")
def yaml_long_key_over_many(chance: Random) -> bytes:
    """A long name over very many short ones; names longer than 1,024 need a question mark."""
    inner = b", ".join(b"%d: 1" % n for n in range(some(chance, 100, 80_000)))
    return b"? %s\n: {%s}\n" % (b"k" * some(chance, 1_000, 200_000), inner)


@upload("yaml")
def yaml_odd_keys(chance: Random) -> bytes:
    """Lists as names, merges, documents after documents, characters that YAML forbids."""
    line = chance.choice(
        (b"? [a, b]\n: 1\n", b"<<: {a: 1}\n", b"---\na: 1\n", b"a: \x01\n", b"a: |\n", b"a: >+9\n", b"@a\n")
    )
    return line * some(chance, 1, 50_000)


@upload("md")
def model_card_of_harm(chance: Random) -> bytes:
    """The head of a model card with any of the above, and text without end below."""
    make = chance.choice(
        (yaml_aliases, yaml_deep, yaml_dashes, yaml_long_key_over_many, yaml_odd_keys, yaml_tags)
    )
    fences = b"\n---" * some(chance, 1, 2_000_000)
    return b"---\n" + make(chance) + chance.choice((b"\n---\n# text\n", b"", fences))


@upload("md")
def model_card_of_emissions(chance: Random) -> bytes:
    """Emissions as no card states them."""
    value = chance.choice(
        (b"9" * 10_000, b"1" + b" " * 90_000 + b"kg", b"[" + b"1, " * 99_999 + b"1]", b"-1", b"1 kg")
    )
    return b"---\nco2_eq_emissions:\n  emissions: %s\n  source: %s\n---\n" % (
        value,
        b"x" * some(chance, 1, 900_000),
    )
