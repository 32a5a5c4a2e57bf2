"""What differs between two versions of a scheme."""

import pytest

from gaissa_web.core.versions import Fate, compare_versions, properties, without_source
from tests.factories import HIGHER, metric, scheme


def test_the_same_scheme_has_no_differences():
    [change] = compare_versions(scheme(metric()), scheme(metric()))
    assert change.fate is Fate.SAME
    assert change.differences == ()


def test_added_removed_and_changed_metrics_are_told_apart():
    old = scheme(metric("a", weight=2.0), metric("b"))
    new = scheme(metric("a", weight=3.0), metric("c"))
    assert [(c.slug, c.fate) for c in compare_versions(old, new)] == [
        ("a", Fate.CHANGED),
        ("c", Fate.ADDED),
        ("b", Fate.REMOVED),
    ]


def test_a_change_names_each_property_with_its_values():
    old = scheme(metric(weight=1.0))
    new = scheme(metric(weight=2.0, boundaries=(4.0, 3.0, 2.0, 1.0), direction=HIGHER))
    [change] = compare_versions(old, new)
    assert {(d.what, str(d.before), str(d.after)) for d in change.differences} == {
        ("weight", "1.0", "2.0"),
        ("direction", "lower", "higher"),
        ("thresholds", "[1.0, 2.0, 3.0, 4.0]", "[4.0, 3.0, 2.0, 1.0]"),
    }


def test_the_properties_are_fit_for_json():
    import json

    assert json.loads(json.dumps(properties(metric()))) == properties(metric())


def sourced(slug="co2", boundaries=(1.0, 2.0, 3.0, 4.0), source="A survey", url=""):
    return metric(slug, 1, boundaries, thresholds_source=source, thresholds_source_url=url)


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        (sourced(), sourced(), False),
        (sourced(source=""), sourced(source=""), False),
        (sourced(), sourced(boundaries=(1.0, 2.0, 3.0, 5.0)), True),
        (sourced(), sourced(boundaries=(1.0, 2.0, 3.0, 5.0), source="A newer survey"), False),
        (sourced(), sourced(boundaries=(1.0, 2.0, 3.0, 5.0), url="https://a.example"), False),
        (sourced(), sourced(boundaries=(1.0, 2.0, 3.0, 5.0), source=""), True),
        (sourced("other"), sourced(), False),
        (sourced("other"), sourced(source=""), True),
    ],
)
def test_thresholds_that_changed_need_another_source(old, new, lacking):
    assert without_source(scheme(old), scheme(new)) == ((new,) if lacking else ())
