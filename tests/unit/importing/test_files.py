"""Real files of real trackers, and variants of them, read as their user means them."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
import yaml

from gaissa_web.config import PROJECT
from gaissa_web.core.importing import (
    Aggregation,
    ColumnMapping,
    Per,
    Target,
    Tool,
    merge,
    read,
    read_table,
    recognise,
)

FILES = PROJECT / "tests" / "data" / "files"
TARGETS = {
    target.field: target
    for target in (
        Target("metric-co2_eq_emissions", "CO₂ emissions", "g CO2eq", True),
        Target("metric-energy_per_inference", "Energy per inference", "J", True),
        Target("metric-co2_per_1000_inferences", "CO₂ per 1,000 inferences", "g CO2eq", True),
        Target("metric-latency", "Latency", "ms", True),
        Target("metric-flops", "Operations", "GFLOP", True),
        Target("metric-size_efficiency", "Size efficiency", "B/g", True, ("size_efficency",)),
        Target("info-hardware", "Hardware", "", False),
        Target("info-duration", "Duration", "h", True),
        Target("info-training_type", "Training type", "", False, (), ("pretraining", "fine-tuning")),
    )
}


def shipped_tools(phase):
    """The tools as shipped, the way the database gives them."""
    data = yaml.safe_load((PROJECT / "gaissa_web" / "seeds" / "tools.yaml").read_text("utf-8"))
    return [
        Tool(
            tool["slug"],
            tool["name"],
            tuple(frozenset(columns) for columns in tool["signature"]),
            tuple(
                ColumnMapping(
                    m["column"],
                    m.get("unit", ""),
                    m["target"],
                    Aggregation(m["aggregation"]),
                    Per(m.get("per", "")),
                )
                for m in tool["mappings"]
                if m["phase"] == phase
            ),
            tool["row_key"],
        )
        for tool in data
    ]


def read_bytes(name, data, phase="training", **options):
    table = read_table(name, data)
    return read(table, recognise(table, shipped_tools(phase)), TARGETS, **options)


def read_file(name, phase="training", **options):
    return read_bytes(name, (FILES / name).read_bytes(), phase, **options)


def values(reading):
    return {line.target.field: line.value for line in reading.lines}


def test_codecarbon_kilograms_become_grams_and_runs_are_added_up():
    reading = read_file("codecarbon-2.8.3-emissions.csv")
    assert reading.tool.slug == "codecarbon"
    kilograms = 2.3909072580222076e-06 + 2.3975214857445757e-06 + 2.395269738017024e-06
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(kilograms * 1000, rel=1e-12)
    assert values(reading)["info-hardware"] == "AMD EPYC"
    line = reading.lines[0]
    assert (line.column, line.source_unit, line.rows, line.aggregation) == ("emissions", "kg CO2eq", 3, "sum")


def test_the_reader_can_choose_to_average_the_runs_instead():
    reading = read_file("codecarbon-2.8.3-emissions.csv", aggregation=Aggregation.MEAN)
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(
        2.3945661605946023e-03, rel=1e-12
    )


def test_codecarbon_3_for_a_deployment_is_divided_by_its_inferences():
    reading = read_file("codecarbon-3.3.2-emissions.csv", "inference", inferences=1000)
    found = values(reading)
    assert float(found["metric-energy_per_inference"]) == pytest.approx(2.4465093393578265e-05 * 3.6e6 / 1000)
    assert float(found["metric-co2_per_1000_inferences"]) == pytest.approx(4.258149505152298e-03)
    assert float(found["metric-latency"]) == pytest.approx(4.00670670999988)


def test_without_the_number_of_inferences_nothing_is_guessed():
    reading = read_file("codecarbon-3.3.2-emissions.csv", "inference")
    assert "metric-energy_per_inference" not in values(reading)
    assert any("number of inferences" in problem.reason for problem in reading.problems)


def test_snapshots_of_one_codecarbon_run_count_once():
    text = (FILES / "codecarbon-3.3.2-emissions.csv").read_text()
    header, row = text.splitlines()
    earlier = row.replace("4.258149505152298e-06", "1e-06")
    reading = read_bytes("emissions.csv", "\n".join([header, earlier, row]).encode())
    assert values(reading)["metric-co2_eq_emissions"] == "0.004258149505152298"


def test_only_what_carbontracker_measured_is_read_never_its_prediction():
    reading = read_file("carbontracker-2.4.7_output.log")
    assert reading.tool.slug == "carbontracker"
    assert values(reading)["metric-co2_eq_emissions"] == "0.070311645588"
    assert float(values(reading)["info-duration"]) == pytest.approx(6 / 3600)


def test_the_other_carbontracker_log_tells_hardware_and_time():
    found = values(read_file("carbontracker-2.4.7.log"))
    assert found["info-hardware"] == "CPU with device(s) AMD EPYC"
    assert "metric-co2_eq_emissions" not in found


def test_eco2ai_is_read_with_its_quoted_commas():
    found = values(read_file("eco2ai.csv"))
    assert float(found["metric-co2_eq_emissions"]) == pytest.approx(
        (1.3223651875459023e-05 + 2.7803397357350567e-05) * 1000
    )
    assert found["info-hardware"] == "AMD EPYC/1 device(s), TDP:500.0"


def test_the_plug_in_counts_single_operations():
    assert values(read_file("gaissalabel-plugin-resnet50.csv", "inference"))["metric-flops"] == "4.111514624"


def test_a_model_card_is_read_from_its_front_matter():
    card = """---
library_name: transformers
co2_eq_emissions:
  emissions: 149200
  source: "MLCo2"
  training_type: "Pre-training"
  hardware_used: "8 v100"
---
# A model
"""
    found = values(read_bytes("README.md", card.encode()))
    assert found["metric-co2_eq_emissions"] == "149200"
    assert found["info-training_type"] == "pretraining"
    assert found["info-hardware"] == "8 v100"


def test_a_plain_number_in_a_model_card_is_grams():
    found = values(read_bytes("README.md", b"---\nco2_eq_emissions: 12.5\n---\n"))
    assert found == {"metric-co2_eq_emissions": "12.5"}


RECORD = {"co2_eq_emissions": 12.5, "hardware": "A100"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"co2_eq_emissions,hardware\n12.5,A100\n"),
        ("a.csv", b'\xef\xbb\xbfCO2_EQ_Emissions , Hardware\r\n"12.5", A100\r\n'),
        ("a.csv", "co2_eq_emissions;hardware\n12,5;A100\n".encode("utf-16")),
        ("a.csv", "co2_eq_emissions;hardware\n12,5;A100\n".encode("utf-16-le")),
        ("a.csv", "co2_eq_emissions;hardware\n12,5;A100\n".encode("utf-16-be")),
        ("a.tsv", b"co2_eq_emissions\thardware\n12.5\tA100\n"),
        ("a.txt", b"metric-co2_eq_emissions|hardware\n12.5|A100\n"),
        ("a.json", json.dumps(RECORD).encode()),
        ("a.json", json.dumps([RECORD]).encode()),
        ("a.json", json.dumps({key: [value] for key, value in RECORD.items()}).encode()),
        ("a.yaml", yaml.safe_dump(RECORD).encode()),
        ("a.yml", yaml.safe_dump([RECORD]).encode()),
        ("a.csv", b"\n\nCO2 eq emissions (kg),hardware\n0.0125,A100\n"),
        ("a.csv", b"co2_eq_emissions_kg,hardware\n0.0125,A100\n"),
    ],
)
def test_the_same_values_are_read_from_every_format(name, data):
    assert values(read_bytes(name, data)) == {"metric-co2_eq_emissions": "12.5", "info-hardware": "A100"}


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_workbook_is_read_and_its_formulas_are_not_evaluated():
    data = workbook([["co2_eq_emissions", "latency", "hardware"], [12.5, "=1+1", "A100"]])
    assert values(read_bytes("a.xlsx", data)) == {"metric-co2_eq_emissions": "12.5", "info-hardware": "A100"}


@pytest.mark.parametrize("name", ["sheet.ods", "sheet.xls"])
def test_sheets_of_other_programs_are_read(name):
    found = values(read_bytes(name, (PROJECT / "tests" / "data" / name).read_bytes()))
    assert found == {"metric-co2_eq_emissions": "12.5", "info-hardware": "A100", "metric-latency": "1500"}


def test_values_too_large_to_add_up_are_reported():
    reading = read_bytes("a.csv", b"latency,x\n1e308,1\n1e308,1\n", aggregation=Aggregation.SUM)
    assert "too large to combine" in reading.problems[0].reason


def test_columns_past_z_keep_their_names():
    names = [f"column_{n}" for n in range(40)] + ["co2_eq_emissions"]
    data = workbook([names, [*range(40), 7]])
    assert values(read_bytes("a.xlsx", data)) == {"metric-co2_eq_emissions": "7"}


def test_an_alias_leads_to_the_metric():
    assert values(read_bytes("a.csv", b"size_efficency,x\n5,1\n")) == {"metric-size_efficiency": "5"}


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("NaNs", "not a number"),
        ("1e400", "too large"),
        ("-5", "below 0"),
        ("Infinity", "not a number"),
        ('"1,234"', "could mean"),
    ],
)
def test_a_wrong_cell_is_reported_with_its_line_and_not_used(cell, reason):
    reading = read_bytes("a.csv", f"hardware,co2_eq_emissions\nA100,{cell}\n".encode())
    assert "metric-co2_eq_emissions" not in values(reading)
    [problem] = reading.problems
    assert (problem.line, problem.field) == (2, "co2_eq_emissions")
    assert reason in problem.reason


def test_the_other_rows_of_a_column_settle_what_a_comma_means():
    reading = read_bytes("a.csv", b'co2_eq_emissions;x\n"1,234";1\n"2,5";1\n', aggregation=Aggregation.SUM)
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(3.734)


def test_empty_cells_are_left_out_and_rows_averaged():
    reading = read_bytes("a.csv", b"latency,x\n10,1\n,1\nn/a,1\n20,1\n")
    assert values(reading)["metric-latency"] == "15"


@pytest.mark.parametrize(("how", "value"), [("mean", "2"), ("sum", "6"), ("last", "3"), ("max", "3")])
def test_rows_combine_as_asked(how, value):
    reading = read_bytes("a.csv", b"latency,x\n1,1\n2,1\n3,1\n", aggregation=Aggregation(how))
    assert values(reading)["metric-latency"] == value


def test_a_choice_outside_the_options_is_reported():
    reading = read_bytes("a.csv", b"co2_eq_emissions,training_type\n1,Unknown\n")
    assert "info-training_type" not in values(reading)
    assert "not one of the choices" in reading.problems[0].reason


def test_uneven_rows_and_double_columns_are_reported_and_read():
    reading = read_bytes("a.csv", b"latency,x,x\n10,1,2,3\n20\n")
    assert values(reading)["metric-latency"] == "15"
    assert {problem.line for problem in reading.problems} == {1, 2}


def test_many_problems_are_cut_short():
    rows = "\n".join("abc,1" for _ in range(100))
    reading = read_bytes("a.csv", f"latency,x\n{rows}\n".encode())
    assert len(reading.problems) == 21
    assert "80 more problems" in reading.problems[-1].reason


def test_a_table_with_nothing_of_use_says_so():
    [problem] = read_bytes("a.csv", b"foo,bar\n1,2\n").problems
    assert "None of its columns" in problem.reason


def test_two_files_are_put_together_and_a_conflict_is_said():
    first = read_bytes("a.csv", b"latency,x\n10,1\n")
    second = read_bytes("b.csv", b"latency,flops\n12,4\n")
    merged = merge([first, second])
    assert {line.target.field: line.value for line in merged.lines} == {
        "metric-latency": "10",
        "metric-flops": "4",
    }
    assert merged.conflicts == ("Latency is in a.csv and in b.csv; a.csv was used.",)


def test_the_most_specific_tool_is_recognised():
    plain = Tool("plain", "Plain", (frozenset({"a"}),), ())
    special = Tool("special", "Special", (frozenset({"a", "B "}),), ())
    table = read_table("x.csv", b"A,b\n1,2\n")
    assert recognise(table, [plain, special]) is special
    assert recognise(read_table("x.csv", b"z,y\n1,2\n"), [plain, special]) is None


def test_test_files_are_the_real_ones():
    assert {path.suffix for path in Path(FILES).iterdir()} >= {".csv", ".log"}
