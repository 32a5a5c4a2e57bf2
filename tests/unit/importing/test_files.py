"""Real files of real trackers, and variants of them, read as their user means them."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
import yaml

from gaissa_web.config import PROJECT
from gaissa_web.core.importing import (
    ALL_RUNS,
    Aggregation,
    Choices,
    ColumnMapping,
    Destination,
    Target,
    TargetKind,
    Tool,
    is_time,
    merge,
    read,
    read_table,
    recognise,
)
from gaissa_web.core.ranges import ValidRange
from gaissa_web.labels.field_names import field_texts
from gaissa_web.seeds.loader import shipped_tools

METRIC, INFORMATION = TargetKind
FILES = PROJECT / "tests" / "data" / "files"


def destination(kind, slug, *parts, **more):
    return Destination(Target(kind, slug), *parts, **more)


DESTINATIONS = {
    one.target: one
    for one in (
        Destination(
            Target(METRIC, "co2_eq_emissions"),
            "CO₂ emissions",
            "g CO2eq",
            True,
            range=ValidRange(usual_low=1e-6),
        ),
        Destination(
            Target(METRIC, "performance_score"), "Performance score", "", True, range=ValidRange(largest=1)
        ),
        destination(METRIC, "energy_per_inference", "Energy per inference", "J", True),
        destination(METRIC, "co2_per_1000_inferences", "CO₂ per 1,000 inferences", "g CO2eq", True),
        Destination(
            Target(METRIC, "latency"),
            "Latency",
            "ms",
            True,
            range=ValidRange(usual_low=0.5, usual_high=600_000),
        ),
        destination(METRIC, "flops", "Operations", "GFLOP", True, range=ValidRange(usual_high=1e8)),
        destination(METRIC, "file_size", "Model file size", "MB", True),
        destination(METRIC, "size_efficiency", "Size efficiency", "B/g", True, ("size_efficency",)),
        destination(INFORMATION, "hardware", "Hardware", "", False),
        destination(INFORMATION, "duration", "Duration", "h", True, needs_unit=True),
        destination(INFORMATION, "throughput", "Throughput", "1/s", True),
        destination(INFORMATION, "power", "Power", "W", True),
        destination(INFORMATION, "pue", "PUE", "", True),
        destination(INFORMATION, "model_size", "Model size", "B", True),
        Destination(
            Target(INFORMATION, "training_type"),
            "Training type",
            "",
            False,
            (),
            ("pretraining", "fine-tuning"),
        ),
    )
}


def shipped(phase):
    """The tools as shipped, the way the database gives them."""
    return [row.tool(phase) for row in shipped_tools()]


def read_bytes(name, data, phase="training", **choices):
    table = read_table(name, data)
    return read(table, recognise(table, shipped(phase)), DESTINATIONS, Choices(**choices))


def read_file(name, phase="training", **choices):
    return read_bytes(name, (FILES / name).read_bytes(), phase, **choices)


def values(reading):
    """What was read, as the form shows it."""
    return field_texts(reading.lines)


NEWEST, SECOND, FIRST = 2.395269738017024e-06, 2.3975214857445757e-06, 2.3909072580222076e-06
"""The emissions in kg of the three runs of CodeCarbon 2.8.3, the newest first."""


def test_of_several_codecarbon_runs_the_newest_is_read_and_its_kilograms_become_grams():
    reading = read_file("codecarbon-2.8.3-emissions.csv")
    assert reading.tool.slug == "codecarbon"
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(NEWEST * 1000, rel=1e-12)
    assert values(reading)["info-hardware"] == "AMD EPYC"
    assert values(reading)["info-pue"] == "1"
    line = reading.lines[0]
    assert (line.column, line.source_unit, line.rows) == ("emissions", "kg CO2eq", 1)


def test_the_runs_of_a_file_are_offered_with_what_tells_them_apart():
    reading = read_file("codecarbon-2.8.3-emissions.csv")
    assert reading.run == "3"
    assert [run.key for run in reading.runs] == ["3", "2", "1"]
    assert [run.value for run in reading.runs] == ["2.395 mg CO₂eq", "2.398 mg CO₂eq", "2.391 mg CO₂eq"]
    assert reading.runs[0].facts[0] == "resnet-train"
    assert reading.runs[0].facts[2] == "France"


@pytest.mark.parametrize(
    ("run", "kilograms"),
    [
        ("1", FIRST),
        ("2", SECOND),
        ("3", NEWEST),
        ("99", NEWEST),
        ("", NEWEST),
        (ALL_RUNS, FIRST + SECOND + NEWEST),
    ],
)
def test_the_run_that_is_chosen_is_read(run, kilograms):
    reading = read_file("codecarbon-2.8.3-emissions.csv", run=run)
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(kilograms * 1000, rel=1e-12)


def test_the_reader_can_choose_to_average_the_runs_instead():
    reading = read_file("codecarbon-2.8.3-emissions.csv", aggregation=Aggregation.MEAN)
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(
        2.3945661605946023e-03, rel=1e-12
    )


def rows_of(tool, rows, phase="training"):
    """A CSV file with all columns of a tool, each row with the values given and plain ones else."""
    [known] = [one for one in shipped(phase) if one.slug == tool]
    columns = sorted({c for columns in known.signature[:1] for c in columns} | {known.run_key, known.run_time}
                     | {m.column for m in known.mappings} | set(known.run_facts))  # fmt: skip
    columns = [column for column in columns if column]
    lines = [columns, *([str(row.get(column, "1")) for column in columns] for row in rows)]
    return "\n".join(",".join(line) for line in lines).encode()


@pytest.mark.parametrize("tool", [one.slug for one in shipped("training") if one.run_key])
def test_runs_of_every_tool_are_never_mixed_without_a_word(tool):
    [known] = [one for one in shipped("training") if one.slug == tool]
    amount = next(m.column for m in known.mappings if m.target == Target(METRIC, "co2_eq_emissions"))
    rows = [
        {known.run_key: key, known.run_time: moment, known.run_facts[0]: project, amount: kilograms}
        for key, moment, project, kilograms in [
            ("a", "2026-01-02T10:00:00", "mine", 0.010), ("b", "2026-01-03T10:00:00", "other", 2.5),
            ("c", "2025-12-31T10:00:00", "mine", 0.7), ("a", "2026-01-02T11:00:00", "mine", 0.030),
        ]
    ]  # fmt: skip
    reading = read_bytes("x.csv", rows_of(tool, rows))
    assert reading.tool.slug == tool
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(2500)
    assert [run.facts[0] for run in reading.runs] == ["other", "mine", "mine"]
    first = read_bytes("x.csv", rows_of(tool, rows), run="1")
    whole = 30 if known.rows == "snapshots" else 40
    assert float(values(first)["metric-co2_eq_emissions"]) == pytest.approx(whole)


def test_the_newest_run_is_the_last_one_where_a_moment_cannot_be_read():
    rows = [
        {"run_id": key, "timestamp": moment, "emissions": n}
        for n, (key, moment) in enumerate([("a", "2026-01-02"), ("b", "yesterday"), ("c", "")], 1)
    ]
    assert values(read_bytes("x.csv", rows_of("codecarbon", rows)))["metric-co2_eq_emissions"] == "3000"


def test_the_tasks_of_one_codecarbon_run_are_added_up():
    reading = read_file("codecarbon-3.3.2-task-emissions.csv")
    assert reading.tool.slug == "codecarbon-tasks"
    kilograms = [2.7148702408945368e-06, 2.7092257914650434e-06]
    lines = (FILES / "codecarbon-3.3.2-task-emissions.csv").read_text().splitlines()
    column = lines[0].split(",").index("emissions")
    assert [float(line.split(",")[column]) for line in lines[1:3]] == kilograms
    whole = sum(float(line.split(",")[column]) for line in lines[1:]) * 1000
    assert float(values(reading)["metric-co2_eq_emissions"]) == pytest.approx(whole, rel=1e-12)
    assert reading.lines[0].rows == 3
    assert reading.runs == ()


def test_of_what_codecarbon_flushed_the_last_counts():
    reading = read_file("codecarbon-3.3.2-flushed-cumulative.csv")
    last = (FILES / "codecarbon-3.3.2-flushed-cumulative.csv").read_text().splitlines()[-1]
    assert values(reading)["metric-co2_eq_emissions"] == repr(float(last.split(",")[5]) * 1000)
    assert reading.runs == ()


ONE = (
    "timestamp,experiment_id,project_name,duration,emissions,energy_consumed,"
    "country_name,country_iso_code,region"
)


@pytest.mark.parametrize("dropped", [(), ("experiment_id",), ("experiment_id", "project_name"),
                                     ("energy_consumed", "country_name", "country_iso_code")])  # fmt: skip
def test_codecarbon_1_is_read_and_its_seconds_are_never_hours(dropped):
    cells = ["2021-05-01T10:00:00", "e1", "codecarbon", "1014.8", "0.012", "0.03", "Spain", "ESP", ""]
    kept = [place for place, name in enumerate(ONE.split(",")) if name not in dropped]
    header = ",".join(ONE.split(",")[place] for place in kept)
    row = ",".join(cells[place] for place in kept)
    reading = read_bytes("emissions.csv", f"{header}\n{row}\n".encode())
    assert reading.tool.slug == "codecarbon-1"
    assert values(reading)["metric-co2_eq_emissions"] == "12"
    assert float(values(reading)["info-duration"]) == pytest.approx(1014.8 / 3600)


@pytest.mark.parametrize("name", ["duration", "Duration", "info-duration", "DURATION "])
def test_a_duration_without_a_unit_is_not_guessed(name):
    reading = read_bytes("x.csv", f"co2_eq_emissions,{name}\n1,1014.8\n".encode())
    assert "info-duration" not in values(reading)
    [unused] = reading.unused
    assert (unused.name, unused.sample) == (name.strip(), "1014.8")
    assert "Its unit is not named" in unused.reason


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("duration_s", 0.5),
        ("duration (min)", 30),
        ("Duration [h]", 1800),
        ("duration_seconds", 0.5),
        ("duration (hours)", 1800),
    ],
)
def test_a_duration_with_its_unit_is_converted(name, hours):
    found = values(read_bytes("x.csv", f"co2_eq_emissions,{name}\n1,1800\n".encode()))
    assert float(found["info-duration"]) == pytest.approx(hours)


def test_a_leftover_column_is_used_as_the_reader_says():
    data = b"co2_eq_emissions,wall,box,flop_count\n1,1800,A100,4.1e9\n"
    assert [column.name for column in read_bytes("x.csv", data).unused] == ["wall", "box", "flop_count"]
    columns = {
        "wall": (Target(INFORMATION, "duration"), "s"),
        "box": (Target(INFORMATION, "hardware"), ""),
        "flop_count": (Target(METRIC, "flops"), "FLOP"),
        "gone": (Target(METRIC, "latency"), ""),
        "co2_eq_emissions": (Target(METRIC, "nowhere"), ""),
    }
    reading = read_bytes("x.csv", data, columns=columns)
    found = values(reading)
    assert (found["info-duration"], found["info-hardware"], found["metric-flops"]) == ("0.5", "A100", "4.1")
    assert reading.unused == ()


def test_a_column_that_is_led_somewhere_in_a_unit_that_does_not_fit_stays_left_over():
    reading = read_bytes(
        "x.csv", b"co2_eq_emissions,wall\n1,5\n", columns={"wall": (Target(INFORMATION, "duration"), "kg")}
    )
    assert "info-duration" not in values(reading)
    assert [column.name for column in reading.unused] == ["wall"]


@pytest.mark.parametrize("tool", ["codecarbon", "codecarbon-tasks", "codecarbon-1", "eco2ai"])
def test_time_per_inference_is_latency_only_where_requests_were_answered_one_at_a_time(tool):
    time = "duration(s)" if tool == "eco2ai" else "duration"
    data = rows_of(tool, [{time: 20}], "inference")
    batched = read_bytes("x.csv", data, "inference", inferences=100)
    assert "metric-latency" not in values(batched)
    assert values(batched)["info-throughput"] == "5"
    assert batched.wants_one_at_a_time
    assert batched.wants_inferences
    alone = read_bytes("x.csv", data, "inference", inferences=100, one_at_a_time=True)
    assert values(alone)["metric-latency"] == "200"


def test_a_time_of_0_gives_no_endless_throughput():
    found = values(
        read_bytes("x.csv", rows_of("codecarbon", [{"duration": 0}], "inference"), "inference", inferences=1)
    )
    assert found["info-throughput"] == "0"


def test_codecarbon_3_for_a_deployment_is_divided_by_its_inferences():
    reading = read_file("codecarbon-3.3.2-emissions.csv", "inference", inferences=1000, one_at_a_time=True)
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


def test_eco2ai_is_read_with_its_quoted_commas_one_tracker_at_a_time():
    reading = read_file("eco2ai.csv")
    found = values(reading)
    assert float(found["metric-co2_eq_emissions"]) == pytest.approx(2.7803397357350567e-05 * 1000)
    assert found["info-hardware"] == "AMD EPYC/1 device(s), TDP:500.0"
    both = values(read_file("eco2ai.csv", run=ALL_RUNS))
    kilograms = 1.3223651875459023e-05 + 2.7803397357350567e-05
    assert float(both["metric-co2_eq_emissions"]) == pytest.approx(kilograms * 1000)


CARBONTRACKER = """2026-11-23 11:36:14 - carbontracker version 2.4.7
2026-11-23 11:36:14 - Only predicted and actual consumptions are multiplied by a PUE coefficient of 1.58 (x).
2026-11-23 11:36:18 - Epoch 1:
2026-11-23 11:36:18 - Duration: 0:00:03.00
2026-11-23 11:36:18 - Average power usage (W) for gpu: {first}
2026-11-23 11:36:18 - Average power usage (W) for cpu: 60.0
2026-11-23 11:36:21 - Epoch 2:
2026-11-23 11:36:21 - Duration: 0:00:03.00
2026-11-23 11:36:21 - Average power usage (W) for gpu: {second}
2026-11-23 11:36:21 - Average power usage (W) for cpu: None
"""


@pytest.mark.parametrize(
    ("first", "second", "watts"),
    [
        ("[250.2 260.1]", "[249.8 259.9]", 570.0),
        ("250.0", "[250.]", 310.0),
        ("[250.2\n 260.1]", "[510.3]", 570.3),
        ("[2.5e+02 1.e+01]", "260", 320.0),
        ("None", "None", 60.0),
    ],
)
def test_the_power_of_all_devices_of_carbontracker_is_added_up(first, second, watts):
    text = CARBONTRACKER.format(first=first, second=second)
    found = values(read_bytes("a.log", text.encode(), "inference"))
    assert float(found["info-power"]) == pytest.approx(watts)
    assert found["info-pue"] == "1.58"


def test_carbontracker_without_predictions_is_read():
    text = ("2026-11-23 11:36:21 - CarbonTracker: \nActual consumption:\n\tTime:\t1 day, 0:00:06\n"
            "\tEnergy:\t0.5 kWh\n\tCO2eq:\t100.5 g\n")  # fmt: skip
    found = values(read_bytes("a_output.log", text.encode()))
    assert found["metric-co2_eq_emissions"] == "100.5"
    assert float(found["info-duration"]) == pytest.approx(24 + 6 / 3600)


def test_the_plug_in_counts_single_operations_and_binary_megabytes():
    found = values(read_file("gaissalabel-plugin-resnet50.csv", "inference"))
    assert found["metric-flops"] == "4.111514624"
    assert float(found["metric-file_size"]) == pytest.approx(102.5507328)
    assert values(read_file("gaissalabel-plugin-resnet50.csv"))["info-model_size"] == "102550732.8"


@pytest.mark.parametrize(
    ("stated", "grams"),
    [
        ("0.149 kg", 149),
        ('"149.2 kg CO2eq"', 149_200),
        ("12,5", 12.5),
        ("5 g of CO2", 5),
        ("2 tonnes", 2e6),
        ("300 mg", 0.3),
    ],
)
def test_a_model_card_is_read_with_the_unit_that_it_names(stated, grams):
    card = f"---\nco2_eq_emissions:\n  emissions: {stated}\n---\n# A model\n"
    found = values(read_bytes("README.md", card.encode()))
    assert float(found["metric-co2_eq_emissions"]) == pytest.approx(grams)
    plain = f"---\nco2_eq_emissions: {stated}\n---\n"
    assert float(values(read_bytes("README.md", plain.encode()))["metric-co2_eq_emissions"]) == pytest.approx(
        grams
    )


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
    assert values(merged) == {
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


@pytest.mark.parametrize(
    ("cell", "value"),
    [("91", "0.91"), ("91 %", "0.91"), ("0.91", "0.91"), ("100", "1"), ("1", "1"), ("0", "0")],
)
def test_a_score_in_per_cent_is_read_as_a_share(cell, value):
    reading = read_bytes("x.csv", f"performance_score,hardware\n{cell},A\n".encode())
    assert values(reading)["metric-performance_score"] == value
    assert any("read as" in problem.reason for problem in reading.problems) == (cell in {"91", "100"})


def test_a_score_that_is_no_share_is_left_out():
    reading = read_bytes("x.csv", b"performance_score,hardware\n150,A\n")
    assert "metric-performance_score" not in values(reading)
    assert reading.problems[0].reason == "Performance score lies between 0 and 1."


@pytest.mark.parametrize(
    ("column", "cell"), [("flops", "4.1e9"), ("latency", "0.2"), ("co2_eq_emissions", "1e-12")]
)
def test_an_unusual_value_is_read_and_doubted(column, cell):
    reading = read_bytes("x.csv", f"{column},hardware\n{cell},A\n".encode())
    assert float(values(reading)[f"metric-{column}"]) == float(cell)
    assert "Is it in the right unit?" in reading.problems[0].reason


def test_numbers_are_shown_rounded_and_kept_exactly():
    line = read_file("codecarbon-3.3.2-emissions.csv").lines[0]
    assert line.value == 0.004258149505152298
    assert line.shown == ("4.258 mg CO₂eq", "4.258 mg CO₂eq")


def test_a_file_of_no_known_tool_is_read_by_the_tool_that_the_reader_names():
    table = read_table("x.csv", b"emissions,duration\n0.5,3600\n")
    tools = shipped("training")
    assert recognise(table, tools) is None
    [named] = [tool for tool in tools if tool.slug == "codecarbon"]
    found = values(read(table, named, DESTINATIONS))
    assert (found["metric-co2_eq_emissions"], found["info-duration"]) == ("500", "1")


def test_a_column_with_a_unit_of_something_else_goes_nowhere():
    reading = read_bytes("x.csv", b"co2_eq_emissions,latency_kg,hardware (J)\n1,5,A100\n")
    assert set(values(reading)) == {"metric-co2_eq_emissions"}


@pytest.mark.parametrize(
    ("unit", "is_one"), [("s", True), ("h", True), ("J", False), ("", False), ("x", False)]
)
def test_units_of_time_are_told_from_others(unit, is_one):
    assert is_time(unit) is is_one


def test_texts_are_shown_as_they_are():
    line = next(line for line in read_file("eco2ai.csv").lines if not line.destination.is_number)
    assert line.shown == (line.read, line.value)


def test_runs_without_any_number_are_offered_all_the_same():
    mapping = ColumnMapping("box", "", Target(INFORMATION, "hardware"))
    tool = Tool("own", "Own", (frozenset({"run"}),), (mapping,), run_key="run")
    reading = read(read_table("x.csv", b"run,box\na,A100\nb,T4\n"), tool, DESTINATIONS)
    assert [run.value for run in reading.runs] == ["", ""]
    assert values(reading) == {"info-hardware": "T4"}
