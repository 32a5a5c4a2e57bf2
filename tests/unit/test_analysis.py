"""What an ROI analysis says: summary, ranges, ranking, spans of time in words."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gaissa_web.core.analysis import (
    Analysis,
    Candidate,
    Citation,
    Electricity,
    Further,
    SourcedEffect,
    duration,
    rank,
)
from gaissa_web.core.roi import MetricEffect, Reduction
from gaissa_web.core.thresholds import Direction

PAPER = Citation("A paper", "Somebody", 2024, "https://example.org")
OTHER = Citation("Another paper", "Somebody else", 2023, "")


def energy(reduction=0.5, low=None, high=None, baseline=36_000.0):
    return MetricEffect(
        "energy", "Energy", "J", Direction.LOWER, baseline, Reduction(reduction, low, high), "inference"
    )


SIZE = MetricEffect("size", "Size", "MB", Direction.LOWER, 100.0, Reduction(0.9))


def analysis(*effects, **more):
    values = {
        "id": 1, "kind": "calculation", "title": "", "stage": "s", "tactic_id": 1, "tactic": "Pruning",
        "option_id": 1, "option": "half", "architecture_id": 1, "architecture": "BERT",
        "effects": tuple(SourcedEffect(e, PAPER) for e in effects or (energy(),)),
        "electricity": Electricity("ESP", "Spain", "Spain", 2023, 200.0, Decimal("0.2")),
        "implementation_cost": Decimal(100), "uses": 1_000_000, "uses_per_day": 0.0,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Analysis(**{**values, **more})


def test_the_summary_says_when_it_pays_back():
    assert analysis().summary == "Pays back after 100,000 inferences."
    assert analysis(uses_per_day=1000.0).summary == (
        "Pays back after 100,000 inferences, about 3 months at your traffic."
    )


@pytest.mark.parametrize(
    ("effects", "more", "sentence"),
    [
        ((energy(-0.5),), {}, "Never pays back: each inference takes more energy than before."),
        ((energy(0.0),), {}, "Never pays back: each inference costs as much as before."),
        ((energy(),), {"implementation_cost": Decimal(0)}, "Pays back at once."),
        ((SIZE,), {}, "The source gives no figure for energy, so no money can be calculated."),
    ],
)
def test_the_summary_of_what_is_no_plain_case(effects, more, sentence):
    assert analysis(*effects, **more).summary == sentence


@pytest.mark.parametrize(
    ("cost", "sentence"),
    [
        ("0", "Pays back at once."),
        ("0.000001", "Pays back after 1 inference."),
        ("0.001", "Pays back after 1 inference."),
        ("0.0015", "Pays back after 2 inferences."),
        ("416.1", "Pays back after 416,100 inferences."),
        ("416100.0005", "Pays back after 417 million inferences."),
    ],
)
def test_it_is_said_to_pay_back_when_it_has(cost, sentence):
    """One use saves 0.001 EUR."""
    assert analysis(implementation_cost=Decimal(cost)).summary == sentence


@given(st.decimals("0", "1e6", places=6), st.floats(0.01, 0.99), st.floats(1, 1e9))
def test_the_number_in_the_summary_never_loses_money(cost, reduction, joules):
    found = analysis(energy(reduction, baseline=joules), implementation_cost=cost)
    if cost == 0:
        assert found.summary == "Pays back at once."
        return
    stated = re.fullmatch(
        r"Pays back after ([\d,.]+) ?(million|billion|trillion|)(.*) inferences?\.", found.summary
    )
    assume(not stated[3])
    words = {"": 1, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    count = int(Decimal(stated[1].replace(",", "")) * words[stated[2]])
    assert count > 0
    assert found.scenario.savings(count) >= 0


def test_without_energy_there_is_no_money_and_no_emissions():
    found = analysis(SIZE, uses_per_day=5.0)
    assert found.scenario is found.range is found.payback_days is found.yearly_savings is None
    assert found.yearly_emissions_saved_kg is None
    assert found.swings == ()
    assert found.per == "inference"


def test_a_year_at_the_given_traffic():
    found = analysis(uses_per_day=1000.0)
    assert found.yearly_savings == pytest.approx(365)
    assert found.yearly_emissions_saved_kg == pytest.approx(365)
    assert found.payback_days == 100
    assert analysis().yearly_savings is None
    assert analysis().yearly_emissions_saved_kg is None


def test_a_range_gives_two_more_scenarios():
    assert analysis().range is None
    low, high = analysis(energy(0.5, 0.25, 0.75)).range
    assert (low.reduction, high.reduction) == (0.25, 0.75)
    low, high = analysis(energy(0.5, high=0.75)).range
    assert (low.reduction, high.reduction) == (0.5, 0.75)
    low, high = analysis(energy(0.5, low=0.25)).range
    assert (low.reduction, high.reduction) == (0.25, 0.5)


def test_tactics_on_top_act_on_what_is_left():
    both = analysis(energy(0.5, 0.4, 0.6), further=(Further(2, "cap", 0.5),))
    assert both.scenario.reduction == 0.75
    low, high = both.range
    assert (low.reduction, high.reduction) == (pytest.approx(0.7), pytest.approx(0.8))
    [swing] = [s for s in both.swings if s.name == "Reduction"]
    assert [label[:2] for label in (swing.low_label, swing.high_label)] == ["70", "80"]
    assert len(analysis(further=(Further(2, "cap", 0.5),)).swings) == 5


def test_names_and_sources():
    assert analysis().name == "Pruning (half) for BERT"
    assert analysis(title="Ours").name == "Ours"
    assert analysis(energy(), SIZE).sources == (PAPER,)
    assert analysis(source=OTHER).sources == (OTHER, PAPER)


def test_options_are_ranked_by_how_soon_they_pay_back():
    def candidate(number, reduction):
        return Candidate(number, 1, "t", "o", energy(reduction), PAPER)

    found = rank(
        tuple(candidate(n, r) for n, r in enumerate((-0.2, 0.1, 0.9, -0.9, 0.5))), analysis().scenario
    )
    assert [r.candidate.option_id for r in found] == [2, 4, 1, 0, 3]
    assert found[0].candidate.name == "t (o)"
    assert found[0].scenario.pays_back_at < found[1].scenario.pays_back_at
    free = replace(analysis().scenario, implementation=0.0)
    assert [r.candidate.option_id for r in rank((candidate(0, 0.1), candidate(1, 0.5)), free)] == [1, 0]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0.0, "less than a day"),
        (1.0, "about 1 day"),
        (13.4, "about 13 days"),
        (61.0, "about 2 months"),
        (122.0, "about 4 months"),
        (730.0, "about 2 years"),
        (365_000.0, "about 1,000 years"),
        (1e30, "more than a million years"),
    ],
)
def test_spans_of_time_are_said_in_the_unit_that_fits(days, text):
    assert duration(days) == text
