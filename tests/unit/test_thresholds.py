import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.grades import Grade
from gaissa_web.core.thresholds import Direction, Thresholds

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)


@st.composite
def any_thresholds(draw):
    direction = draw(st.sampled_from(Direction))
    values = draw(st.lists(finite, min_size=4, max_size=4, unique=True))
    return Thresholds(direction, tuple(sorted(values, reverse=direction is Direction.HIGHER)))


@pytest.mark.parametrize(
    ("value", "letter"),
    [(0, "A"), (1, "A"), (1.0000001, "B"), (2, "B"), (3, "C"), (4, "D"), (4.1, "E"), (1e300, "E"), (-5, "A")],
)
def test_lower_is_better_puts_a_boundary_into_the_better_grade(value, letter):
    assert Thresholds(Direction.LOWER, (1, 2, 3, 4)).grade(value).letter == letter


@pytest.mark.parametrize(
    ("value", "letter"),
    [(17.1, "A"), (17, "B"), (7, "C"), (4, "D"), (3.5, "D"), (3, "E"), (0, "E"), (-1, "E")],
)
def test_higher_is_better_puts_a_boundary_into_the_worse_grade(value, letter):
    assert Thresholds(Direction.HIGHER, (17, 7, 4, 3)).grade(value).letter == letter


@given(any_thresholds(), finite, finite)
def test_a_better_value_never_gets_a_worse_grade_nor_a_worse_place(thresholds, first, second):
    better, worse = sorted((first, second), reverse=thresholds.direction is Direction.HIGHER)
    assert thresholds.grade(better).position <= thresholds.grade(worse).position
    assert thresholds.place(better) <= thresholds.place(worse) + 1e-9


@given(any_thresholds(), finite)
def test_the_marker_stands_in_the_segment_of_the_grade(thresholds, value):
    place = thresholds.place(value)
    position = thresholds.grade(value).position
    assert position / 5 - 1e-9 <= place <= (position + 1) / 5 + 1e-9


def test_marker_is_halfway_at_the_geometric_mean():
    assert Thresholds(Direction.LOWER, (1, 4, 9, 16)).place(2) == pytest.approx(0.3)


@pytest.mark.parametrize(
    "boundaries", [(1, 2, 3, 3), (4, 3, 2, 1), (1, 2, 3, float("nan")), (1, 2, 3, float("inf"))]
)
def test_boundaries_that_do_not_separate_five_grades_are_refused(boundaries):
    with pytest.raises(InvalidInputError):
        Thresholds(Direction.LOWER, boundaries)


def test_grades_are_ordered_from_a_to_e_and_nothing_else():
    assert [Grade.at(n).letter for n in range(5)] == list("ABCDE")
    assert Grade.C.position == 2
    with pytest.raises(IndexError):
        Grade.at(5)


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("grade", Grade)
def test_text_on_each_grade_has_enough_contrast(grade):
    light, dark = sorted((_luminance(grade.colour), _luminance(grade.ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert grade.word
