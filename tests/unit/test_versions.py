"""What differs between two versions of a scheme."""

from gaissa_web.core.versions import Fate, compare_versions, properties
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
