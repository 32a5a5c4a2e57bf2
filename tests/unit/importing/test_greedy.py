"""Small files that would make their reader take much: each is refused before it is laid out.

They are read in a process with limits, so that a reader that fails here harms nobody; a refusal by
those limits, instead of by the reader's own sentence, is a failure.
"""

import io
import json
import re
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineError, load_workbook

from gaissa_web.adapters import confined
from gaissa_web.core.errors import TooMuchError, UnreadableFileError
from gaissa_web.core.importing import read_files, read_table
from gaissa_web.core.importing.limits import Budget
from gaissa_web.core.importing.sheet_extents import check_extent
from tests.unit.importing.test_files import workbook
from tests.unit.importing.test_hostile import ODS_MIMETYPE, archive, with_sheet

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = {"both": ("XFD", 1_048_576), "columns": ("XFD", 1), "rows": ("A", 1_048_576), "area": ("AAA", 50_000)}
CELLS = {
    "as usual": '<row r="{row}"><c r="{letters}{row}"><v>1</v></c></row>',
    "single quotes": "<row r='{row}'><c r='{letters}{row}'><v>1</v></c></row>",
    "blanks": '<row r = "{row}" ><c  r\n=\t"{letters}{row}" ><v >1</v></c></row>',
    "attributes before": '<row spans="1:1" r="{row}"><c s="0" t="n" r="{letters}{row}"><v>1</v></c></row>',
    "small letters": '<row r="{row}"><c r="{small}{row}"><v>1</v></c></row>',
    "text in place": '<row r="{row}"><c r="{letters}{row}" t="inlineStr"><is><t>x</t></is></c></row>',
    "entities": '<row r="{row}"><c r="&#x{code:x};{rest}{row}"><v>1</v></c></row>',
    "prefix": '<x:row r="{row}"><x:c r="{letters}{row}"><x:v>1</x:v></x:c></x:row>',
}
PARTS = ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.txt", "xl/sheet", "xl/media/image1.png"]


def sheet(rows):
    names = f'xmlns="{SPREADSHEET}" xmlns:x="{SPREADSHEET}"'
    prefix = "x:" if rows.startswith("<x:") else ""
    return f"<{prefix}worksheet {names}><{prefix}sheetData>{rows}</{prefix}sheetData></{prefix}worksheet>"


def far_workbook(cell, reach, part="xl/worksheets/sheet1.xml"):
    """A real workbook whose sheet, under the name `part`, has one cell far out."""
    letters, row = FAR[reach]
    rows = CELLS[cell].format(
        letters=letters, small=letters.lower(), row=row, code=ord(letters[0]), rest=letters[1:]
    )
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], [1]])))
    members = {name: source.read(name).decode() for name in source.namelist()}
    del members["xl/worksheets/sheet1.xml"]
    relations = "xl/_rels/workbook.xml.rels"
    members[relations] = members[relations].replace("/xl/worksheets/sheet1.xml", f"/{part}")
    return archive({**members, part: sheet(rows)})


def far_ods(rows, columns, quote='"'):
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        "<office:body><office:spreadsheet><table:table>"
        f'<table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}" '
        'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    members = {"mimetype": ODS_MIMETYPE, "META-INF/manifest.xml": manifest}
    return archive({**members, "content.xml": content.replace('"', quote)})


def refusal(*files):
    with pytest.raises(TooMuchError) as raised:
        confined.call(read_files, files, [], {})
    assert str(raised.value) != confined.TOO_MUCH
    with pytest.raises(TooMuchError, match=re.escape(str(raised.value))):  # now that it is safe
        read_files(files, [], {})
    return str(raised.value)


@pytest.mark.parametrize("reach", FAR)
@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_far_out_is_seen_however_it_is_written(cell, reach):
    assert refusal(("a.xlsx", far_workbook(cell, reach)))


@pytest.mark.parametrize("part", PARTS)
def test_a_cell_far_out_is_seen_whatever_its_sheet_is_called(part):
    assert refusal(("a.xlsx", far_workbook("as usual", "both", part)))


def test_cells_that_do_not_say_where_they_are_are_counted():
    rows = f"<row>{'<c><v>1</v></c>' * 2_001}</row>"
    assert "columns" in refusal(("a.xlsx", with_sheet(sheet(rows))))


numbers = st.integers(1, 40)
letters = st.sampled_from(["A", "B", "Z", "AA", "AZ", "c"])
values = st.sampled_from(["<v>1</v>", "", "<is><t>x</t></is>", "<f>1+1</f>", "<f>1</f><v>2</v>", "<v/>"])
cells = st.builds(
    "<c{}{}>{}</c>".format,
    st.just("") | st.builds(" r='{}{}'".format, letters, numbers),
    st.sampled_from(["", " t='str'", " t='inlineStr'", " s='0'"]),
    values,
)
rows = st.builds(
    "<row{}>{}</row>".format,
    st.just("") | st.builds(' r = "{}"'.format, numbers),
    st.lists(cells, max_size=4).map("".join),
)


@example("<row></row><row><c r='A1'><v>1</v></c><c><v>1</v></c></row>")
@given(st.lists(rows, max_size=5).map("".join))
def test_no_sheet_reaches_further_than_was_seen(xml):
    data = with_sheet(sheet(xml))
    try:
        end = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).end or (0, 0)
    except CalamineError:
        return
    seen = Extents()
    check_extent("a.xlsx", sheet(xml).encode(), seen)
    assert seen.rows >= end[0]
    assert seen.columns >= end[1] + bool(seen.columns)


class Extents(Budget):
    """A budget that notes what is asked of it."""

    def check_table(self, file, rows, columns):
        self.rows, self.columns = rows, columns


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(("rows", "columns"), [(50_000, 2_000), (1_048_576, 1), (1, 16_384), (1_000, 1_999)])
def test_a_cell_repeated_over_a_huge_area_is_seen(rows, columns, quote):
    assert refusal(("a.ods", far_ods(rows, columns, quote)))


def test_a_row_far_down_behind_empty_ones_is_seen():
    filled = '<table:table-row table:number-rows-repeated="1048576">'
    empty = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
    source = zipfile.ZipFile(io.BytesIO(far_ods(1_048_576, 1)))
    members = {name: source.read(name).decode() for name in source.namelist()}
    members["content.xml"] = members["content.xml"].replace(filled, f"{empty}<table:table-row>")
    assert "rows" in refusal(("a.ods", archive(members)))


@pytest.mark.parametrize(
    "xml",
    [
        sheet("<c " * 400_000),
        sheet("<row><c " + 'a="' * 100_000),
        "<!DOCTYPE x>" + sheet('<row r="1"><c r="A1"><v>1</v></c></row>'),
        sheet('<row r="1"><c r="XFD1048576"><v>&nothing;</v></c></row>'),
    ],
    ids=["unended tags", "unended quotes", "document type", "unknown entity"],
)
def test_a_sheet_that_is_not_well_formed_is_refused(xml):
    with pytest.raises(UnreadableFileError) as raised:
        confined.call(read_table, "a.xlsx", archive({"xl/worksheets/sheet1.xml": xml}))
    assert str(raised.value) != confined.TOO_MUCH
    with pytest.raises(UnreadableFileError):
        read_table("a.xlsx", archive({"xl/worksheets/sheet1.xml": xml}))


def test_an_archive_of_very_many_parts_is_refused():
    assert "parts" in refusal(("a.xlsx", archive({f"{n}.xml": b"<a/>" for n in range(16_000)})))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", json.dumps({"k" * 200_000: {str(n): n for n in range(5_000)}})),
        ("a.json", json.dumps([{"k" * 501: 1}])),
        ("a.json", json.dumps({"a" * 300: {"b" * 300: 1}})),
        ("a.json", "[" + "[]," * 3_000_000 + "[]]"),
        ("a.json", '{"a":' * 60 + "1" + "}" * 60),
        ("a.json", "[" + "{}," * 2_000_000 + "{}]"),
        ("a.csv", f"energy{' ' * 40_000}(kWh)\n1\n"),
        ("a.csv", f"{'(' * 40_000}\n1\n"),
        ("a.csv", f"downloads\n{'9' * 140_000}\n"),
        ("a.json", json.dumps({"hardware": "x" * 140_000})),
        ("a.csv", ",".join(["a"] * 2_001) + "\n1\n"),
        ("a.csv", "a,b\n" + "1,2\n" * 50_001),
        ("a.csv", ",".join(map(str, range(100))) + "\n" + ",".join(["1"] * 100 + ["\n"]) * 10_001),
        ("a.yaml", "- \n" * 300_000),
        ("a.yaml", "a: [" * 60),
        ("a.yaml", "a: 1\n" * 300_000),
        ("a.md", "---\n" + "- a\n" * 100_000 + "---\n"),
    ],
)
def test_a_text_that_would_take_much_is_refused(name, data):
    assert refusal((name, data.encode()))


def test_what_the_files_of_a_request_take_is_counted_together():
    half = ",".join(map(str, range(100))) + "\n" + (",".join(["1"] * 100) + "\n") * 6_000
    assert "cells" in refusal(("a.csv", half.encode()), ("b.csv", half.encode()))
    packed = archive({"x.bin": b"\0" * 40_000_000})
    assert "unpacks" in refusal(("a.xlsx", packed), ("b.xlsx", packed))
    assert "files" in refusal(*[("a.csv", b"downloads\n1\n")] * 51)


def test_a_name_of_blanks_and_brackets_is_split_at_once():
    names = [f"{'(' * 499}{n}" for n in range(9)] + [f"a{' ' * 480}b{n}" for n in range(9)] + ["_a" * 250]
    data = (",".join(names * 100) + "\n" + ",".join(["1"] * 1_900) + "\n").encode()
    assert confined.call(read_files, [("a.csv", data)], [], {}).problems
