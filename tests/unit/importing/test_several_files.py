"""Several files read together, and a mapping tried on one."""

import pytest

from gaissa_web.core.errors import TooMuchError
from gaissa_web.core.importing import (
    BY_NAME,
    Choices,
    FileChoices,
    Problem,
    Trial,
    read_files,
    try_tool,
)
from gaissa_web.core.importing.limits import MAX_FILES
from gaissa_web.core.rating import Phase
from gaissa_web.labels.field_names import field_texts
from tests.unit.importing.test_files import DESTINATIONS, FILES, shipped

CODECARBON = FILES / "codecarbon-2.8.3-emissions.csv"
SCORE = ("score.csv", b"performance_score\n0.9\n")


def read_all(*files, of_files=(), **choices):
    return read_files(files, shipped("training"), DESTINATIONS, Choices(**choices), of_files)


def test_what_one_file_lacks_another_may_give():
    imported = read_all((CODECARBON.name, CODECARBON.read_bytes()), SCORE)
    assert field_texts(imported.lines)["metric-performance_score"] == "0.9"
    assert imported.tools == "CodeCarbon, CSV"
    assert not imported.problems
    assert not imported.wants_inferences
    assert not imported.wants_one_at_a_time


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_it():
    imported = read_all(("a.pdf", b"%PDF-1.7"), SCORE)
    assert list(field_texts(imported.lines)) == ["metric-performance_score"]
    assert [(problem.file, problem.place) for problem in imported.problems] == [("a.pdf", "")]
    assert [reading.file for reading in imported.readings] == ["a.pdf", "score.csv"]


def test_a_problem_says_where_it_is():
    imported = read_all(("a.csv", b"performance_score\nx\n"))
    reason = "“x” is not a number."
    assert Problem("a.csv", "line 2, column “performance_score”", reason) in imported.problems


def test_what_two_files_say_differently_is_said():
    imported = read_all(SCORE, ("b.csv", b"performance_score\n0.8\n"))
    assert field_texts(imported.lines)["metric-performance_score"] == "0.9"
    assert "score.csv was used" in imported.problems[0].reason


def test_a_tool_can_be_named_for_each_file_or_denied():
    file = (CODECARBON.name, CODECARBON.read_bytes())
    for slug, tool in (("codecarbon", "CodeCarbon"), (BY_NAME, "CSV"), ("nonsense", "CodeCarbon")):
        assert read_all(file, of_files=[FileChoices(slug)]).tools == tool


def test_more_files_than_anybody_has_are_refused():
    assert read_all(*[SCORE] * MAX_FILES).lines
    with pytest.raises(TooMuchError, match="51 files"):
        read_all(*[SCORE] * (MAX_FILES + 1))


def test_a_file_that_takes_too_much_refuses_all():
    with pytest.raises(TooMuchError, match="too many rows"):
        read_all(SCORE, ("b.csv", b"a,b\n" + b"1,2\n" * 60_000))


def test_a_mapping_is_tried_for_both_phases():
    tools = {phase: next(t for t in shipped(phase) if t.slug == "codecarbon") for phase in Phase}
    targets = dict.fromkeys(Phase, DESTINATIONS)
    trial = try_tool(CODECARBON.name, CODECARBON.read_bytes(), tools, targets, 1000)
    assert trial.recognised
    assert trial.missing == ()
    assert [phase for phase, reading in trial.readings if reading.lines] == list(Phase)
    other = try_tool("a.csv", b"emissions,duration\n1,2\n", tools, targets, None)
    assert not other.recognised
    assert other.missing
    assert Trial("a.csv", "a sentence").problem
