"""ODS, whose cells repeat, XLS, and archives that lie about what is in them."""

import struct
from dataclasses import replace
from random import Random

from tests.attack.archives import STORED, Member, archive, bomb, deflated, lying, member
from tests.attack.books import SHEET_PART, book, parts, sheet
from tests.attack.kinds import LARGEST, some, upload

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_NAMES = b"urn:oasis:names:tc:opendocument:xmlns:"
_GOOD = sheet(b'<row><c t="str"><v>latency</v></c></row><row><c><v>5</v></c></row>')
_NOWHERE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ods(body: bytes, prefixes: tuple[bytes, bytes, bytes] = (b"office", b"table", b"text")) -> bytes:
    """Return a spreadsheet whose table is `body`, with namespaces called like `prefixes`."""
    office, table, text = prefixes
    names = b" ".join(
        b'xmlns:%s="%s%s:1.0"' % (prefix, _NAMES, name)
        for prefix, name in zip(prefixes, (b"office", b"table", b"text"), strict=True)
    )
    content = (
        b'<%(o)s:document-content %(names)s><%(o)s:body><%(o)s:spreadsheet><%(t)s:table %(t)s:name="a">'
        b"%(body)s</%(t)s:table></%(o)s:spreadsheet></%(o)s:body></%(o)s:document-content>"
    ) % {b"o": office, b"t": table, b"names": names, b"body": body.replace(b"TEXT:", text + b":")}
    manifest = b'<manifest:manifest xmlns:manifest="%smanifest:1.0"/>' % _NAMES
    whole = {"META-INF/manifest.xml": manifest, "content.xml": content}
    return archive([member("mimetype", _ODS, STORED), *(member(*part) for part in whole.items())])


def _repeats(chance: Random) -> tuple[int, int]:
    """How often rows and columns are repeated: beyond what can be read, or up to that and no further."""
    if chance.random() < 0.5:
        return some(chance, 1_000, 50_000), some(chance, 100, 2_000)
    return chance.choice((50_001, 1_048_576, 2**32, 10**30)), chance.choice((2_001, 16_384, 2**32, 10**30))


def _repeated(chance: Random, rows: int, columns: int, quote: bytes = b'"', how: bytes = b"=") -> bytes:
    """Return a row of one filled cell, both repeated."""
    values = (b"x", b"1", b"x" * 1_000, b"x" * some(chance, 10, 1_000_000))
    q = how + quote
    return (
        b"<table:table-row table:number-rows-repeated%(q)s%(r)d%(e)s><table:table-cell "
        b"table:number-columns-repeated%(q)s%(c)d%(e)s office:value-type%(q)sstring%(e)s>"
        b"<TEXT:p>%(v)s</TEXT:p></table:table-cell></table:table-row>"
    ) % {b"q": q, b"e": quote, b"r": rows, b"c": columns, b"v": chance.choice(values)}


@upload("ods")
def ods_repeated_cells(chance: Random) -> bytes:
    """Filled cells, repeated over an area that is huge or only just allowed."""
    return ods(b"".join(_repeated(chance, *_repeats(chance)) for _ in range(some(chance, 1, 50))))


@upload("ods")
def ods_repeated_cells_in_other_spelling(chance: Random) -> bytes:
    """The same with other prefixes, single quotes and blanks."""
    prefixes = chance.choice(
        ((b"office", b"table", b"text"), (b"o", b"t", b"x"), (b"table", b"office", b"text"))
    )
    how, quote = chance.choice((b"=", b" = ", b"\n=\t")), chance.choice((b'"', b"'"))
    body = _repeated(chance, *_repeats(chance), quote, how)
    office, table, _ = prefixes
    body = body.replace(b"table:", b"\0:").replace(b"office:", office + b":").replace(b"\0:", table + b":")
    return ods(body, prefixes)


@upload("ods")
def ods_padded_far_out(chance: Random) -> bytes:
    """Empty rows and cells that push one filled cell far out."""
    rows, columns = _repeats(chance)
    filled = (
        b'<table:table-cell office:value-type="float" office:value="1"><TEXT:p>1</TEXT:p></table:table-cell>'
    )
    one = b"<table:table-row>%s</table:table-row>" % filled
    pad = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell/></table:table-row>' % rows
    beside = b'<table:table-cell table:number-columns-repeated="%d"/>' % columns
    last = b"<table:table-row>%s%s</table:table-row>" % (beside, filled)
    return ods(one + pad * some(chance, 1, 30) + last)


@upload("ods")
def ods_deep_text(chance: Random) -> bytes:
    """Cells whose text is nested, blank characters that are counted, tables in tables."""
    depth = some(chance, 100, 500_000)
    inner = chance.choice(
        (b"<TEXT:span>" * depth, b'<TEXT:s TEXT:c="%d"/>' % 10**9, b"<table:table-row>" * depth)
    )
    return ods(
        b"<table:table-row><table:table-cell><TEXT:p>%s</TEXT:p></table:table-cell></table:table-row>" % inner
    )


@upload("xlsx")
def zip_that_lies(chance: Random) -> bytes:
    """Sizes, checksums or methods that are not true."""
    honest = [*parts([SHEET_PART]), member(SHEET_PART, _GOOD)]
    return archive(lying(chance, one) if chance.random() < 0.5 else one for one in honest)


@upload("xlsx")
def zip_of_many_members(chance: Random) -> bytes:
    """Thousands of members, which are each cheap, beside megabytes that are none."""
    count = some(chance, 1_000, 16_000)
    filler = member("xl/media/a.png", chance.randbytes(some(chance, 1_000, LARGEST - 3_000_000)), STORED)
    small = [member(f"xl/{n}{chance.choice(('.xml', '', '/'))}", b"<a/>") for n in range(count)]
    order = [*small, filler] if chance.random() < 0.5 else [filler, *small]
    return archive([*parts([SHEET_PART]), member(SHEET_PART, _GOOD), *order])


@upload("xlsx")
def zip_with_one_name_twice(chance: Random) -> bytes:
    """Two parts of one name: one to be looked at, the other to be read."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    both = [
        member(SHEET_PART, _GOOD),
        member(SHEET_PART.upper() if chance.random() < 0.3 else SHEET_PART, sheet(rows)),
    ]
    chance.shuffle(both)
    if chance.random() < 0.5:
        both[0] = replace(both[0], is_listed=False)
    return archive([*parts([SHEET_PART]), *both])


@upload("xlsx")
def zip_of_overlapping_members(chance: Random) -> bytes:
    """Very many members whose bytes are the same ones."""
    heavy = bomb("xl/a.xml", b"\0" * 100_000, some(chance, 1, 500))
    many = [
        replace(heavy, name=b"xl/%d.xml" % n, offset=0, is_written=not n)
        for n in range(some(chance, 10, 16_000))
    ]
    return archive([*many, *parts([SHEET_PART])])


@upload("xlsx")
def zip_with_two_directories(chance: Random) -> bytes:
    """Two archives in one file, of which readers take different ones."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    both = [book({SHEET_PART: _GOOD}), book({SHEET_PART: sheet(rows)})]
    chance.shuffle(both)
    between = chance.choice((b"", b"\0" * 100, b"PK\x05\x06", b"PK\x05\x06" + b"\0" * 18))
    return both[0] + between + both[1]


@upload("xlsx")
def zip_in_a_zip(chance: Random) -> bytes:
    """Archives as parts of archives."""
    content = archive([member("a.xml", b"\0" * 1_000_000)])
    for depth in range(some(chance, 1, 300)):
        content = archive([member(f"xl/{depth}.xlsx", content)])
    return archive([*parts([SHEET_PART]), member(SHEET_PART, content)])


@upload("xlsx")
def zip_bomb(chance: Random) -> bytes:
    """Zeros, blanks or rows that unpack to much more than was sent; up to 19 GB."""
    piece = chance.choice((b"\0", b" ", b"<row><c><v>1</v></c></row>")) * 40_000
    packed = len(deflated(piece))
    times = some(chance, 20, LARGEST // max(packed, 2_000))
    return archive([*parts([SHEET_PART]), bomb(SHEET_PART, piece, times, b"<worksheet><sheetData>")])


@upload("xlsx")
def zip_with_flags(chance: Random) -> bytes:
    """Locked members, members whose length comes later, patches."""
    flag = chance.choice((1, 8, 9, 1 << 5, 1 << 6, 1 << 11, 1 << 13, 0xFFFF))
    content = archive(replace(one, flags=flag) for one in [*parts([SHEET_PART]), member(SHEET_PART, _GOOD)])
    if chance.random() < 0.3:  # one of the two headers alone
        start = b"PK\x01\x02\x14\0\x14\0"
        content = content.replace(start + struct.pack("<H", flag), start + b"\0\0")
    return content


@upload("xlsx")
def zip_of_64_bits(chance: Random) -> bytes:
    """The long form of the directory, honest and not."""
    content = archive([*parts([SHEET_PART]), member(SHEET_PART, _GOOD)], zip64=True)
    if chance.random() < 0.7:
        place = content.index(b"PK\x06\x06") + chance.choice((4, 24, 32, 40, 48))
        number = chance.choice((0, 1, 2**31, 2**63, 2**64 - 1))
        content = content[:place] + struct.pack("<Q", number) + content[place + 8 :]
    return content


@upload("xlsx")
def zip_without_directory(chance: Random) -> bytes:
    """Members alone, or a directory that is cut off."""
    honest: list[Member] = [*parts([SHEET_PART]), member(SHEET_PART, _GOOD)]
    if chance.random() < 0.5:
        return archive(honest, with_directory=False)
    content = archive(honest)
    return content[: chance.randrange(content.index(b"PK\x01\x02"), len(content))]


@upload("xls")
def xls_of_rubbish(chance: Random) -> bytes:
    """The first bytes of an XLS and then anything."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + chance.randbytes(some(chance, 10, 5_000_000))


@upload("xls")
def xls_far_cells(chance: Random) -> bytes:
    """Cells at the end of what two bytes can count."""
    row, column = chance.choice((1, 50_001, 65_535)), chance.choice((1, 300, 2_001, 65_535))
    start = _biff(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0, 0, 0, 0))
    place = len(start) + 4 + 8 + 1 + 4
    bound = _biff(0x0085, struct.pack("<LBBBB", place, 0, 0, 1, 0) + b"a")
    shape = _biff(0x0200, struct.pack("<LLHHH", 0, row + 1, 0, (column + 1) & 0xFFFF, 0))
    cells = b"".join(_biff(0x0203, struct.pack("<HHHd", r, c, 0, 1.0)) for r, c in ((0, 0), (row, column)))
    inner = _biff(0x0809, struct.pack("<HHHHLL", 0x0600, 0x10, 0, 0, 0, 0)) + shape + cells + _biff(0x000A)
    stream = start + bound + _biff(0x000A) + inner
    return compound(stream)


@upload("xls")
def xls_odd_records(chance: Random) -> bytes:
    """Records of every kind with any content: tables of strings without end, formats, formulas."""
    kinds = (0x00FC, 0x003C, 0x041E, 0x00E0, 0x0006, 0x00FD, 0x00BD, 0x0204, 0x00E5, 0x0042, 0x0018, 0x0085)
    pieces = [_biff(0x0809, struct.pack("<HHHHLL", chance.choice((0x0600, 0x0500, 0x0200)), 5, 0, 0, 0, 0))]
    for _ in range(some(chance, 1, 200)):
        content = struct.pack("<LL", 2**32 - 1, chance.choice((0, 2**31, 2**32 - 1)))
        pieces.append(_biff(chance.choice(kinds), content + chance.randbytes(some(chance, 1, 200))))
    return compound(b"".join(pieces)[:60_000])


@upload("xls")
def xls_odd_container(chance: Random) -> bytes:
    """A container whose chains lead back to themselves, or whose sectors are of any size."""
    content = bytearray(compound(_biff(0x0809, b"\0" * 16) + b"\0" * 6_000))
    table = 512
    for _ in range(some(chance, 1, 8)):
        where, width = chance.choice(
            (
                *((30, 2), (32, 2)),
                *((place, 4) for place in (44, 48, 56, 60, 64, 68, 72, 76)),
                *((table + 4 * n, 4) for n in range(12)),
                *((table + 512 + 128 * entry + 116, 4) for entry in range(2)),
            )
        )
        number = chance.choice((0, 1, 2, 3, 5, 15, 31, 2**16 - 1, 2**31, _END, _NOWHERE))
        content[where : where + width] = (number % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(content)


def compound(stream: bytes) -> bytes:
    """Return the container of an XLS with one stream of up to 63 kB: table, directory, stream."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    chain = [_TABLE, _END, *range(3, sectors + 2), _END]
    table = struct.pack("<128L", *chain, *[_NOWHERE] * (128 - len(chain)))
    root = _entry("Root Entry", 5, 1, _END, 0)
    directory = (root + _entry("Workbook", 2, _NOWHERE, 2, len(stream))).ljust(512, b"\0")
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109L", 0, *[_NOWHERE] * 108)
    return header + table + directory + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    spelt = name.encode("utf-16-le") + b"\0\0"
    rest = struct.pack("<HBBLLL", len(spelt), kind, 1, _NOWHERE, _NOWHERE, child)
    return spelt.ljust(64, b"\0") + rest + b"\0" * 36 + struct.pack("<LQ", start, size)


def _biff(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
