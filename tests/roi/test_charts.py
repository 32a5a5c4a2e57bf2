"""Where charts put their lines, ticks and bars."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.web.charts import HEIGHT, WIDTH, plot, radar, tornado

TITLES = ("Number of inferences", "ROI")
finite = st.floats(-1e12, 1e12)


def numbers(path):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]


@given(st.lists(st.tuples(st.floats(0, 1e15), finite), min_size=1, max_size=20))
def test_every_point_lies_inside_the_chart(points):
    chart = plot("t", "d", [("line", points)], TITLES, str, str)
    coordinates = numbers(chart.lines[0].path)
    assert all(0 <= x <= WIDTH for x in coordinates[::2])
    assert all(0 <= y <= HEIGHT for y in coordinates[1::2])
    assert 2 <= len(chart.y_ticks) <= 12
    assert chart.zero is not None


def test_ticks_are_round_numbers_around_the_values():
    chart = plot("t", "d", [("line", [(0, -0.93), (10, 1.9)])], TITLES, "{:g}".format, "{:g}".format)
    assert [tick.text for tick in chart.y_ticks] == ["-1", "0", "1", "2"]
    assert [tick.text for tick in chart.x_ticks] == ["0", "5", "10"]


def test_a_mark_beyond_the_axis_is_left_out():
    assert plot("t", "d", [("line", [(0, 0), (10, 1)])], TITLES, str, str, mark=(11, "x")).mark is None
    assert plot("t", "d", [("line", [(0, 0), (10, 1)])], TITLES, str, str, mark=(5, "x")).mark.text == "x"


def test_a_band_is_a_closed_path():
    low, high = [(0, 0), (10, 1)], [(0, 0), (10, 2)]
    chart = plot("t", "d", [("line", low)], TITLES, str, str, band=(low, high))
    assert chart.band.startswith("M")
    assert chart.band.endswith("Z")
    assert plot("t", "d", [("line", low)], TITLES, str, str, band=((), high)).band == ""


def test_nothing_to_draw_is_still_a_chart():
    chart = plot("t", "d", [("line", [])], TITLES, str, str)
    assert chart.lines == ()


def test_a_radar_needs_three_axes():
    assert radar("t", "d", [("a", 0.5), ("b", 1.5)]) is None
    chart = radar("t", "d", [("a", 0.5), ("b", 9.0), ("c", -1.0)])
    assert len(chart.spokes) == 3
    assert all(0 <= n <= WIDTH for n in numbers(chart.after))


def test_the_axes_have_titles():
    chart = plot("t", "d", [("line", [(0, 0), (10, 1)])], TITLES, str, str)
    assert (chart.x_title, chart.y_title) == TITLES


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=9))
def test_the_line_of_nothing_is_named_nothing(points):
    chart = plot("t", "d", [("line", points)], TITLES, str, repr)
    assert [tick.text for tick in chart.y_ticks if tick.place == pytest.approx(chart.zero, abs=1e-4)] == [
        "0.0"
    ]


def test_a_tornado_names_the_ends_from_left_to_right():
    chart = tornado("t", "d", [("cost", "−20 %", "+20 %", 120.0, 80.0)], 100.0, str)
    [bar] = chart.bars
    assert (bar.left, bar.right) == ("+20 %", "−20 %")
    assert (bar.left_result, bar.right_result) == ("80.0", "120.0")
    assert chart.middle == pytest.approx(bar.x + bar.width / 2, abs=0.2)
    flat = tornado("t", "d", [("cost", "a", "b", 1.0, 1.0)], 1.0, str)
    assert flat.bars[0].width == 1
