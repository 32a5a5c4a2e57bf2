"""Workbooks in XML, put together from parts that say anything."""

from collections.abc import Iterable, Mapping

from tests.attack.archives import Member, archive, member

SHEET_PART = "xl/worksheets/sheet1.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = b"http://schemas.openxmlformats.org/package/2006/"


def book(
    sheets: Mapping[str, bytes], more: Iterable[Member] = (), workbook: bytes = b"", links: bytes = b""
) -> bytes:
    """Return a workbook whose sheets are the parts of `sheets`, with `more` parts."""
    return archive(
        [*parts(list(sheets), workbook, links), *(member(*part) for part in sheets.items()), *more]
    )


def parts(sheets: list[str], workbook: bytes = b"", links: bytes = b"") -> list[Member]:
    """Return what is around the sheets; `workbook` and `links` stand in for those two parts."""
    listed = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="r%d"/>' % (n, n, n) for n in range(1, len(sheets) + 1)
    )
    workbook = workbook or (
        b'<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (MAIN, _OFFICE, listed)
    )
    linked = [(f"r{n}", "worksheet", sheet) for n, sheet in enumerate(sheets, start=1)]
    linked += [("rs", "sharedStrings", "xl/sharedStrings.xml"), ("ry", "styles", "xl/styles.xml")]
    return [
        member("[Content_Types].xml", b'<Types xmlns="%scontent-types"/>' % _PACKAGE),
        member("_rels/.rels", relations([("r1", "officeDocument", "xl/workbook.xml")])),
        member("xl/workbook.xml", workbook),
        member("xl/_rels/workbook.xml.rels", links or relations(linked)),
    ]


def relations(linked: Iterable[tuple[str, str, str]]) -> bytes:
    """Return the part that leads from the names of parts to parts: name, kind, part."""
    line = b'<Relationship Id="%s" Type="%s/%s" Target="/%s"/>'
    told = b"".join(line % (i.encode(), _OFFICE, k.encode(), t.encode()) for i, k, t in linked)
    return b'<Relationships xmlns="%srelationships">%s</Relationships>' % (_PACKAGE, told)


def sheet(rows: bytes, before: bytes = b"", after: bytes = b"", prefix: bytes = b"") -> bytes:
    """Return the part of a sheet; with `prefix` ("x:"), of tags that are all spelt so."""
    name = b"xmlns:" + prefix[:-1] if prefix else b"xmlns"
    return b'<%sworksheet %s="%s">%s<%ssheetData>%s</%ssheetData>%s</%sworksheet>' % (
        *(prefix, name, MAIN, before),
        *(prefix, rows, prefix, after, prefix),
    )


def strings(items: bytes) -> Member:
    """Return the part with the strings that cells share."""
    return member("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (MAIN, items))
