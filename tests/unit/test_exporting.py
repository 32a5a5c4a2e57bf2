import csv
import io
import json

import pytest

from gaissa_web.core.exporting import csv_lines, json_lines

COLUMNS = ("name", "value")
ROWS = [('a, "b"\nc', 1.5), ("\N{GREEK SMALL LETTER MU}", None), ("", 0)]


def test_a_table_is_read_back_as_it_was():
    first, *rest = csv.reader(io.StringIO("".join(csv_lines(COLUMNS, ROWS))))
    assert first == list(COLUMNS)
    assert rest == [['a, "b"\nc', "1.5"], ["\N{GREEK SMALL LETTER MU}", ""], ["", "0"]]
    assert json.loads("".join(json_lines(COLUMNS, ROWS))) == [
        dict(zip(COLUMNS, row, strict=True)) for row in ROWS
    ]


def test_an_empty_list_still_has_its_columns():
    assert "".join(csv_lines(COLUMNS, [])) == "name,value\r\n"
    assert json.loads("".join(json_lines(COLUMNS, []))) == []


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_a_spreadsheet_takes_no_text_for_a_formula_and_numbers_stay_numbers(start):
    _, row = csv.reader(io.StringIO("".join(csv_lines(COLUMNS, [(f"{start}1", -1)])), newline=""))
    assert row == [f"'{start}1", "-1"]


def test_rows_are_sent_as_they_come():
    def rows():
        yield ("a", 1)
        raise RuntimeError("the next one is not needed yet")

    assert next(csv_lines(COLUMNS, rows())) == "name,value\r\na,1\r\n"
    assert next(json_lines(COLUMNS, rows())) == '[{"name": "a", "value": 1}'
