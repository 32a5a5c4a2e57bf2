"""Files that mean harm, or just the wrong file: each gets its sentence, none takes us down."""

import gzip
import io
import json
import zipfile
from time import perf_counter

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gaissa_web.config import PROJECT
from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing import Table, read_table
from gaissa_web.core.importing.limits import MAX_ROWS
from tests.unit.importing.test_files import FILES, read_bytes, workbook


def archive(members, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as book:
        for name, content in members.items():
            book.writestr(name, content)
    return target.getvalue()


def with_sheet(xml):
    """A real workbook whose sheet is replaced."""
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], [1]])))
    members = {name: source.read(name) for name in source.namelist()}
    return archive({**members, "xl/worksheets/sheet1.xml": xml})


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
FAR = SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + SHEET % b'<row r="1"><c r="A1"><v>&a;</v></c></row>'
ODS = (
    b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    b'<office:body><office:spreadsheet><table:table table:name="a">'
    b'<table:table-row table:number-rows-repeated="1048576">'
    b'<table:table-cell table:number-columns-repeated="16384" '
    b'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
    b"</table:table></office:spreadsheet></office:body></office:document-content>"
)
ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def lying_bomb():
    """A member whose header claims ten bytes but which unpacks to a hundred megabytes."""
    data = bytearray(archive({"xl/workbook.xml": b"\0" * 100_000_000}))
    real, claimed = (100_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    return bytes(data.replace(real, claimed))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"  \n ", "is empty"),
        ("a.csv", b"co2_eq_emissions\n", "no values below"),
        ("a.csv", b"a,b\n1,\x00\x01\x02\n", "is not text"),
        ("a.csv", bytes(range(256)) * 10, "is not text"),
        ("a.csv", b"%PDF-1.7 ...", "is a PDF"),
        ("a.csv", b"\x89PNG\r\n\x1a\n....", "is a picture"),
        ("a.csv", gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        ("a.csv", b"a" * 10_000_000, "too long"),
        ("a.csv", b'a,b\n"' + b"x" * 200_000 + b'",1\n', "too long"),
        ("a.csv", b",".join(b"c%d" % n for n in range(100_000)) + b"\n1\n", "columns"),
        ("a.csv", b"a,b\n" + b"1,2\n" * (MAX_ROWS + 1), "too many rows"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"a":' * 100 + b"1" + b"}" * 100, "nested too deeply"),
        ("a.json", b"[1, 2]", "no names with values"),
        ("a.json", b"[]", "no names with values"),
        ("a.json", b'{"a": [1, 2], "b": [1]}', "different lengths"),
        ("a.json", json.dumps([{str(n): 1} for n in range(3000)]).encode(), "too many cells"),
        ("a.json", json.dumps({str(n): 1 for n in range(3000)}).encode(), "more than 2,000 columns"),
        ("a.yaml", b"a: &a [1]\nb: [*a, *a]\n", "aliases"),
        ("a.yaml", b"a: !!python/object/apply:os.system ['true']\n", "tags"),
        ("a.yaml", b"a: [" * 60, "nested too deeply"),
        ("a.yaml", b"a: 'x\n", "not valid YAML"),
        ("a.yaml", b"a: 1\n" * 300_000, "too large for YAML"),
        ("a.md", b"---\n[unclosed\n---\n", "not valid YAML"),
        (
            "a_output.log",
            b"2026 - CarbonTracker: started\nPredicted consumption for 2 epoch(s):\n",
            "no result yet",
        ),
        ("a.xlsx", b"PK\x03\x04garbage", "damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        ("a.xlsx", archive({"xl/a.xml": b"\0" * 100_000_000}), "unpacks to more"),
        ("a.xlsx", lying_bomb(), "unpacks to more"),
        ("a.xlsx", archive({"a.xml": b"x"}, zipfile.ZIP_BZIP2), "damaged"),
        ("a.xlsx", archive({"hello.txt": b"x"}), "damaged"),
        ("a.xlsx", with_sheet(FAR), "more than 2,000 columns"),
        ("a.xlsx", with_sheet(ENTITIES), "entities"),
        ("a.ods", archive({"mimetype": ODS_MIMETYPE, "content.xml": ODS}), "more than 2,000 columns"),
        ("a.xlsx", workbook([]), "is empty"),
    ],
)
def test_each_hopeless_file_gets_its_sentence_at_once(name, data, reason):
    started = perf_counter()
    with pytest.raises(UnreadableFileError, match=reason) as raised:
        read_table(name, data)
    assert name in str(raised.value)
    assert perf_counter() - started < 20  # a hang, not a speed, is what this looks for


def test_an_encrypted_archive_is_told_from_a_damaged_one():
    data = bytearray(workbook([["a"], [1]]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as book:
        offset = book.infolist()[0].header_offset
    central = data.index(b"PK\x01\x02")
    data[offset + 6] |= 1
    data[central + 8] |= 1
    with pytest.raises(UnreadableFileError, match="password"):
        read_table("a.xlsx", bytes(data))


def test_a_locked_workbook_is_told_from_a_damaged_one():
    with pytest.raises(UnreadableFileError, match="password"):
        read_table("locked.xlsx", (PROJECT / "tests" / "data" / "locked.xlsx").read_bytes())


def test_empty_padding_of_a_sheet_is_not_mistaken_for_a_bomb():
    cell = b"<table:table-cell office:value-type='string'><text:p>%s</text:p></table:table-cell>"
    row, end = b"<table:table-row>" + cell, b"</table:table-row>"
    padding = b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
    start, rest = ODS.split(b"<table:table-row", 1)
    tail = rest[rest.index(b"</table:table>") :]
    content = start + row % b"hardware" + end + row % b"A100" + end + padding + tail
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    members = {"mimetype": ODS_MIMETYPE, "META-INF/manifest.xml": manifest, "content.xml": content}
    assert read_table("a.ods", archive(members)).rows == (("A100",),)


def test_a_huge_integer_in_json_is_a_wrong_cell_not_a_crash():
    reading = read_bytes("a.json", b'{"latency": ' + b"9" * 5000 + b', "hardware": "x"}')
    assert "too long" in reading.problems[0].reason


def test_json_that_is_nested_without_end_is_refused():
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read_table("deep.json", b"[" * 200_000 + b"]" * 200_000)


def test_half_a_character_in_json_is_replaced():
    table = read_table("a.json", b'{"hardware": "\\ud800", "\\udfff": 1}')
    assert "".join(table.rows[0] + table.columns).encode()


def test_windows_text_is_read():
    assert (
        read_table("a.csv", "hardware,x\nGrafikkarte für Bücher,1\n".encode("cp1252"))
        .rows[0][0]
        .startswith("Grafikkarte für")
    )


REAL = [
    *sorted(path.read_bytes() for path in FILES.iterdir()),
    workbook([["latency", "hardware"], [1.5, "x"]]),
]
NAMES = ["a.csv", "a.json", "a.yaml", "a.md", "a.xlsx", "a.ods", "a.log", "emissions", "é.tsv"]


@st.composite
def mutated(draw):
    """A real file with a few of its bytes cut, changed or doubled."""
    data = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 4))):
        if not data:
            break
        place = draw(st.integers(0, len(data) - 1))
        action = draw(st.integers(0, 3))
        if action == 0:
            data[place] = draw(st.integers(0, 255))
        elif action == 1:
            del data[place : place + draw(st.integers(1, 40))]
        elif action == 2:
            data[place:place] = draw(
                st.sampled_from(
                    [b"NaN", b"1e400", b"-1", b'"', b"\n", b",", b"\0", b"{", b"[", b"---", b"&a", b"\xff"]
                )
            )
        else:
            data[place:place] = data[place : place + 60]
    return bytes(data)


structured = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
hostile = (
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | mutated()
    | structured.map(lambda v: json.dumps(v).encode())
)


@settings(max_examples=5 * settings().max_examples)
@given(st.sampled_from(NAMES), hostile)
def test_any_file_is_read_or_refused_with_a_sentence(name, data):
    try:
        table = read_table(name, data)
    except UnreadableFileError as error:
        assert len(str(error)) > 10
        return
    assert isinstance(table, Table)
    reading = read_bytes(name, data, inferences=10)
    for line in reading.lines:
        if line.destination.is_number:
            assert 0 <= line.value < float("inf")


def test_openpyxl_writes_what_is_tested_here():
    assert openpyxl.load_workbook(io.BytesIO(REAL[-1])).active["B2"].value == "x"
