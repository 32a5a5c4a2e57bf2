"""CSV and its cousins that want memory or time, or to keep the readers of column names busy."""

from random import Random

from tests.attack.kinds import LARGEST, Upload, some, upload, uploads

_ENCODINGS = (
    *("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"),
    *("utf-7", "cp1252", "cp037", "shift_jis"),
)
_TEXT = "latency (ms),hardware,Größe\n5,A100 für alle,1\n"


@upload("csv")
def csv_wide_and_long(chance: Random) -> bytes:
    """Up to 50,000 rows and 2,000 columns, as far as they can be sent."""
    columns = some(chance, 100, 2_000)
    cell = chance.choice((b"", b"1", b"x", b"1.5", b'""'))
    head = b",".join(b"c%d" % n for n in range(columns)) + b"\n"
    row = b",".join([cell] * columns) + b"\n"
    return head + row * min(50_000, (LARGEST - len(head)) // len(row))


@upload("csv")
def csv_full_of_numbers(chance: Random) -> bytes:
    """The largest table that is read, of numbers in every way of writing them."""
    columns = some(chance, 500, 2_000)
    numbers = (
        "1 234 567",
        "1.234.567",
        "1'234",
        "-",
        "n/a",
        "1e400",
        "1,234",
        "0,5 kWh",
        "9" * 60,
        "5 " + "x" * 60,
    )
    row = ";".join(chance.choice(numbers) for _ in range(columns)).encode() + b"\n"
    head = b";".join(b"latency%s(ms)" % (b" " * n) for n in range(columns))[:8_000_000] + b"\n"
    return head + row * min(2_000_000 // columns, (LARGEST - len(head)) // len(row))


@upload("csv")
def csv_wrong_everywhere(chance: Random) -> bytes:
    """Columns that are all meant for one value, and in whose cells nothing is right."""
    columns = some(chance, 50, 1_900)
    names = [b"latency%s(ms)" % (b"_-. "[n % 4 : n % 4 + 1] * (1 + n // 4)) for n in range(columns)]
    bad = chance.choice((b"x", b"-1", b"1e999", b"5 kg"))
    row = b",".join([bad] * columns) + b"\n"
    return b",".join(names) + b"\n" + row * min(2_000_000 // columns, 8_000_000 // len(row))


@upload("csv")
def csv_one_line(chance: Random) -> bytes:
    """A line of up to 19 MB, as the header or below one."""
    piece = chance.choice((b"a", b"a,", b",", b";", b"\t", b'"",', b" ", b"1,", b"|", b"a b_c "))
    line = piece * some(chance, 10_000, LARGEST // len(piece) - 10)
    return chance.choice((b"", b"latency,x\n")) + line + chance.choice((b"", b"\n1,2\n"))


@upload("csv")
def csv_blank_lines(chance: Random) -> bytes:
    """Millions of lines in which nothing stands."""
    line = chance.choice(
        (b"\n", b"\r\n", b"\r", b",\n", b" \n", b"\x0b", b"\x0c", b"\xe2\x80\xa8", b"\xc2\x85")
    )
    return (
        b"latency,x\n"
        + line * some(chance, 100_000, LARGEST // len(line) - 20)
        + chance.choice((b"", b"1,2\n"))
    )


@upload("csv")
def csv_quotes(chance: Random) -> bytes:
    """Millions of quotes, closed, doubled or left open."""
    piece = chance.choice((b'"', b'""', b'"a"', b'","', b'"\n', b"'", b'a"b,'))
    start = chance.choice((b"", b"latency,x\n", b'latency,"'))
    return start + piece * some(chance, 1_000, LARGEST // len(piece) - 20) + b"\n1,2\n"


@upload("csv")
def csv_zeros(chance: Random) -> bytes:
    """Zero bytes and other characters that nobody sees."""
    odd = chance.choice(
        (b"\0", b"\x7f", b"\x1b", b"\x08", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xf3\xa0\x80\x81")
    )
    place = chance.choice((0, 2_000, 120_000))
    rows = b"5,A100\n" * 20_000
    return b"latency,hardware\n" + rows[:place] + odd * some(chance, 1, 6_000_000) + rows[place:]


@upload("csv")
def csv_encodings(chance: Random) -> bytes:
    """Encodings that are guessed or not, repeated, and cut in the middle of a character."""
    content = (_TEXT * some(chance, 1, 50_000)).encode(chance.choice(_ENCODINGS), "replace")
    return (
        content[: LARGEST - chance.randrange(4)]
        if chance.random() < 0.5
        else content[: -chance.randrange(1, 5)]
    )


@upload("csv")
def csv_utf32(chance: Random) -> bytes:
    """Four bytes for each character, of which some are none."""
    text = _TEXT.encode("utf-32-le") * some(chance, 1, 90_000)
    odd = chance.choice((b"", b"\xff\xff\xff\xff", b"\0\xd8\0\0", b"\0\0\x11\0"))
    return (b"\xff\xfe\0\0" + text + odd)[:LARGEST]


@upload("csv")
def csv_mixed_separators(chance: Random) -> bytes:
    """Every line by another separator and another end."""
    lines = (
        bytes(chance.choices(b"abc1.,;\t|\"' \r", k=chance.randrange(200)))
        + chance.choice((b"\n", b"\r\n", b"\r"))
        for _ in range(some(chance, 10, 20_000))
    )
    return b"latency,x;y|z\tw\n" + b"".join(lines)


@upload("csv")
def csv_long_numbers(chance: Random) -> bytes:
    """Numbers of thousands of digits, groups without end, units of kilobytes."""
    length = some(chance, 90, 120_000)
    number = chance.choice(
        (b"9" * length, b"0." + b"0" * length + b"1", b"1 234" * (length // 5), b"1,2" * (length // 3))
    )
    unit = chance.choice((b"", b" kg", b" " + b"x" * 10_000, b" " * 10_000 + b"kg", b" of of of CO2" * 700))
    row = b'"%s%s",A100\n' % (number, unit)
    return b"latency,hardware\n" + row * some(chance, 1, max(2, 5_000_000 // len(row)))


@upload("csv")
def csv_unit_of_a_column(chance: Random) -> bytes:
    """Columns whose unit is kilobytes of what units of emissions are recognised by."""
    piece = chance.choice(
        (b" ", b"of ", b"  of  ", b"( ", b"eq. ", b"eq ", b"co2 ", b"co2eq ", b"co2 e .", b"x", b"\xc2\xa0")
    )
    unit = piece * (some(chance, 100, 40_000) // len(piece)) + chance.choice((b"", b"!", b"co2", b"kg"))
    names = [b"co2_eq_emissions (%s)" % unit, b"co2_eq_emissions [%s]" % unit, b"latency (%s)" % unit]
    return b'"' + b'","'.join(names) + b'"\n1,2,3\n'


@upload("csv")
def csv_blanks_in_a_column(chance: Random) -> bytes:
    """Names with kilobytes of blanks between what matters."""
    blank = chance.choice((b" ", b"\t", b" \xc2\xa0", b"\xe3\x80\x80", b" _", b"-_. "))
    blanks = blank * (some(chance, 500, 40_000) // len(blank))
    name = chance.choice(
        (b"latency%sx", b"latency%s(ms", b"latency%s(ms)x", b"latency (%sms", b"x%s(%s(" % (b"%s", b"a"))
    )
    columns = b",".join([b'"' + name % blanks + b'"'] * some(chance, 1, 50))
    return columns + b"\n" + b"1," * 60 + b"\n"


@upload("csv")
def csv_brackets_in_a_column(chance: Random) -> bytes:
    """Names of brackets and underscores, closed, open, the wrong way round."""
    first, second = (
        chance.choice((b"(", b"[", b")", b"]", b"_", b"_a", b"()", b"( ", b") ", b" (", b"(_"))
        for _ in range(2)
    )
    length = some(chance, 1_000, 40_000)
    name = (
        first * (length // len(first)) + second * (length // len(second)) + chance.choice((b"", b"x", b"1"))
    )
    columns = b",".join([b'"' + name + b'"'] * some(chance, 1, 100))
    return columns + b"\n" + b"1," * 110 + b"\n"


@upload("csv")
def csv_many_runs(chance: Random) -> bytes:
    """A CodeCarbon file of up to 50,000 runs at moments that no calendar has."""
    moments = (
        *(
            "2026-11-24T00:00:00",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "20261124T000000Z",
        ),
        *("2026-W48-2", "", "x", "2026-11-24T00:00:00+00:00:30.5", "9" * 5_000),
    )
    head = "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_iso_code\n"
    some_moments = chance.sample(moments, chance.randrange(1, 5))
    rows = (
        f"{chance.choice(some_moments)[: 5_000 if n < 50 else 40]},p{n},{n},{chance.random()},1,1,ESP\n"
        for n in range(some(chance, 100, 50_000))
    )
    return (head + "".join(rows)).encode()


@uploads
def csv_hostile_fields(chance: Random) -> Upload:
    """A good file, beside which the form itself says harmful things: units, columns, old uploads."""
    unit = chance.choice((" ", "of ", "( ", "co2 e .", "eq ")) * some(chance, 100, 10_000)
    fields = {
        "column-0": chance.choice(("x", "hardware", "latency (ms)")),
        "field-0": chance.choice(("metric-latency", "metric-co2_eq_emissions", "info-duration")),
        "unit-0": chance.choice((unit, unit + "!", "ms")),
        "inferences": chance.choice(("0", "-1", "9" * 5_000, "1000000000000", "1e9", "٣", " ")),
        "aggregation": chance.choice(("", "sum", "all", "\0")),
        "upload": chance.choice(("", "x" * 400_000, "W10.forged", "." * 400_000)),
        "tool-0": chance.choice(("", "codecarbon", "x" * 10_000)),
        "run-0": chance.choice(("", "all", "9" * 10_000)),
    }
    chosen = dict(chance.sample(sorted(fields.items()), chance.randrange(1, len(fields) + 1)))
    return Upload([("attack.csv", b"latency (ms),hardware,x\n5,A100,1\n")], chosen)
