"""Workbooks that want memory or time: huge tables, deep and odd XML, the binary kind."""

import struct
from random import Random

from tests.attack.archives import archive, bomb, member
from tests.attack.books import MAIN, SHEET_PART, book, parts, relations, sheet, strings
from tests.attack.far_cells import far, two_cells
from tests.attack.kinds import Upload, some, upload, uploads


@upload("xlsx")
def xlsx_far_dimension(chance: Random) -> bytes:
    """A sheet that says it is huge, and cells that are joined over all of it."""
    column, row = far(chance)
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    before = b"<dimension ref='A1:%s%s'/>" % (column, row)
    after = b"<mergeCells>%s</mergeCells>" % (
        b'<mergeCell ref="A1:%s%s"/>' % (column, row) * some(chance, 1, 10_000)
    )
    return book({SHEET_PART: sheet(cells, before, after)})


@upload("xlsx")
def xlsx_many_sheets(chance: Random) -> bytes:
    """Sheets without end, all empty but the last perhaps, or all the same part."""
    count = some(chance, 100, 15_000)
    empty, last = sheet(b""), two_cells(chance, b"r='%s'")
    names = [f"xl/worksheets/s{n}.xml" for n in range(count)]
    if chance.random() < 0.5:
        return book(dict.fromkeys(names[:-1], empty) | {names[-1]: last})
    same = [names[0]] * count
    return archive([*parts(same), member(names[0], sheet(b"<row/>" * some(chance, 1, 10_000)))])


@upload("xlsx")
def xlsx_large_string_shared_by_many(chance: Random) -> bytes:
    """One long text that very many cells repeat, each as a copy of its own."""
    text = b"<si><t>%s</t></si>" % (b"x" * some(chance, 1_000, 10_000_000))
    cell = b'<c t="s"><v>0</v></c>'
    rows = (b"<row>%s</row>" % (cell * some(chance, 1, 1_900))) * some(chance, 10, 1_000)
    return book({SHEET_PART: sheet(rows)}, [strings(text)])


@upload("xlsx")
def xlsx_many_shared_strings(chance: Random) -> bytes:
    """A table of millions of texts, most of them empty."""
    item = chance.choice(
        (b"<si><t/></si>", b"<si/>", b"<si><r><t>a</t></r><r><t>b</t></r></si>", b"<si><t>abc</t></si>")
    )
    rows = b'<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
    table = bomb(
        "xl/sharedStrings.xml", item * 1000, some(chance, 1, 50_000 // len(item)), b"<sst>", b"</sst>"
    )
    return book({SHEET_PART: sheet(rows)}, [table])


@upload("xlsx")
def xlsx_shared_string_that_is_not_there(chance: Random) -> bytes:
    """Indexes out of range, negative, or no numbers at all."""
    index = chance.choice(
        (b"1", b"-1", b"4294967296", b"99999999999999999999999", b"x", b"", b"1e9", b"0x10")
    )
    rows = b'<row><c t="s"><v>0</v></c></row><row><c t="s"><v>%s</v></c></row>' % index
    return book({SHEET_PART: sheet(rows)}, [strings(b"<si><t>latency</t></si>")])


@upload("xlsx")
def xlsx_odd_values(chance: Random) -> bytes:
    """Dates of no calendar, numbers that are none, types that do not exist."""
    values = (
        b"1e308",
        b"-1e308",
        b"1e999",
        b"NaN",
        b"inf",
        b"2958466",
        b"-1",
        b"9" * 5_000,
        b"x" * 9_999,
        b"",
    )
    kinds = (
        b"",
        b' t="d"',
        b' t="b"',
        b' t="e"',
        b' t="str"',
        b' t="inlineStr"',
        b' t="zzz"',
        b' s="1"',
        b' s="99999"',
    )
    styles = b'<styleSheet xmlns="%s"><numFmts><numFmt numFmtId="164" formatCode="%s"/></numFmts>' % (
        *(MAIN, chance.choice((b"yyyy-mm-dd", b"[h]:mm:ss", b"[" * 99_999, b"y" * 1_000_000))),
    )
    styles += b'<cellXfs count="4294967295"><xf/><xf numFmtId="164"/></cellXfs></styleSheet>'
    cell = b"<c%s><f>A1</f><v>%s</v></c>"
    rows = b"".join(
        b"<row>%s</row>" % b"".join(cell % (chance.choice(kinds), chance.choice(values)) for _ in range(9))
        for _ in range(some(chance, 2, 300))
    )
    return book({SHEET_PART: sheet(rows)}, [member("xl/styles.xml", styles)])


@upload("xlsx")
def xlsx_deep_xml(chance: Random) -> bytes:
    """Tags in tags in tags, closed or not."""
    depth, tag = some(chance, 1_000, 4_000_000), chance.choice((b"a", b"row", b"c", b"is", b"t"))
    ends = (b"</%s>" % tag) * depth if chance.random() < 0.5 else b""
    return book({SHEET_PART: sheet((b"<%s>" % tag) * depth + ends)})


@upload("xlsx")
def xlsx_starts_of_cells(chance: Random) -> bytes:
    """Hundreds of thousands of cells that begin and do not end."""
    start = chance.choice(
        (b"<c ", b"<x:c ", b"<c\n", b'<c r="', b"<c r=", b"<c " + b"r" * 30, b"<" + b"w" * 30)
    )
    return book({SHEET_PART: sheet(start * some(chance, 20_000, 400_000))})


@upload("xlsx")
def xlsx_huge_attributes(chance: Random) -> bytes:
    """One attribute of megabytes, or very many of them."""
    if chance.random() < 0.5:
        told = b'a="%s"' % (b"x" * some(chance, 10_000, 50_000_000))
    else:
        told = b" ".join(b'a%d="1"' % n for n in range(some(chance, 1_000, 400_000)))
    return book(
        {SHEET_PART: sheet(b'<row r="1" %s><c r="A1" %s><v>1</v></c></row>' % (told, told[:25_000_000]))}
    )


@upload("xlsx")
def xlsx_entities(chance: Random) -> bytes:
    """The billion laughs, files of the machine, parameter entities, in any spelling of the word."""
    word = chance.choice((b"<!DOCTYPE", b"<!doctype", b"<!DOCTYPE\n", b"\xef\xbb\xbf<!DOCTYPE"))
    laughs = b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, some(chance, 2, 50))
    )
    declared = chance.choice(
        (
            b'<!ENTITY a0 "ha">' + laughs,
            b'<!ENTITY a0 SYSTEM "file:///dev/zero">',
            b'<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;',
            b'<!ENTITY a0 "&a0;">',
        )
    )
    rows = b'<row><c t="str"><v>&a0;</v></c></row><row><c t="str"><v>&a1;</v></c></row>'
    return book({SHEET_PART: word + b" x [" + declared + b"]>" + sheet(rows)})


@upload("xlsx")
def xlsx_odd_links(chance: Random) -> bytes:
    """A workbook whose parts lead to themselves, out of the archive, or nowhere."""
    target = chance.choice(
        ("xl/workbook.xml", "../../../etc/passwd", "", "xl", "http://127.0.0.1:9/", "x" * 99_999)
    )
    links = relations([("r1", "worksheet", target)] * some(chance, 1, 2_000_000 // (len(target) + 200)))
    return book({SHEET_PART: two_cells(chance, b'r="%s"')}, links=links)


@upload("xlsb")
def xlsb_far_cells(chance: Random) -> bytes:
    """The binary kind of workbook, which has no XML to look at."""
    row = chance.choice((60_000, 1_048_575, 2**31, 2**32 - 1, some(chance, 2, 10**7)))
    column = chance.choice((5_000, 16_383, 2**20, 2**32 - 1, some(chance, 2, 10**5)))
    rows = b"".join(
        _record(0, struct.pack("<LLHBB", r, 0, 300, 0, 0) + b"\0" * 13)
        + _record(5, struct.pack("<LLd", c, 0, 1.0))
        for r, c in ((0, 0), (row, column))
    )
    shape = _record(148, struct.pack("<LLLL", 0, row, 0, column))
    part = _record(129) + shape + _record(145) + rows + _record(146) + _record(130)
    bundle = struct.pack("<LL", 0, 1) + _wide("r1") + _wide("s1")
    workbook = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    root = relations([("r1", "officeDocument", "xl/workbook.bin")])
    links = relations([("r1", "worksheet", "xl/worksheets/sheet1.bin")])
    whole = {
        "_rels/.rels": root,
        "xl/workbook.bin": workbook,
        "xl/_rels/workbook.bin.rels": links.replace(b'"/xl/', b'"'),
        "xl/worksheets/sheet1.bin": part,
    }
    return archive(member(name, content) for name, content in whole.items())


def _record(kind: int, content: bytes = b"") -> bytes:
    """Return one record of a binary workbook: kind and length in seven bits a byte, content."""
    return _sevens(kind) + _sevens(len(content)) + content


def _sevens(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


@uploads
def xlsx_cut_or_changed(chance: Random) -> Upload:
    """A good workbook with a few of its bytes changed, or its end away."""
    rows = b'<row><c t="str"><v>latency</v></c></row><row><c><v>5</v></c></row>'
    content = bytearray(book({SHEET_PART: sheet(rows)}, [strings(b"<si><t>a</t></si>")]))
    for _ in range(some(chance, 1, 40)):
        content[chance.randrange(4, len(content))] = chance.randrange(256)
    kept = len(content) if chance.random() < 0.7 else chance.randrange(4, len(content))
    return Upload([("attack.xlsx", bytes(content[:kept]))])
