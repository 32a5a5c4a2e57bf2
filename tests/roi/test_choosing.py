"""What is posted is what is saved: a choice that does not belong together is refused, never replaced."""

import random
from itertools import product

import pytest
from sqlalchemy import func, select

from gaissa_web.roi.catalogue import combinations
from gaissa_web.roi.choosing import STEPS, UNKNOWN, Wanted, narrow, take
from gaissa_web.storage.analyses import Analysis
from gaissa_web.storage.catalogue import Architecture, PipelineStage, Tactic, TacticOption
from gaissa_web.storage.db import db
from tests.roi.analysing import GIVEN, NEW, analyse, choice, form

TABLES = {"stage": PipelineStage, "tactic": Tactic, "architecture": Architecture, "option": TacticOption}


@pytest.fixture
def catalogue(app):
    """All ids of the catalogue by step, and the combinations with figures, as ids."""
    with app.app_context():
        ids = {step: sorted(db.session.scalars(select(row.id))) for step, row in TABLES.items()}
        known = combinations()
    return ids, known


def stored(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Analysis))


def test_of_all_combinations_of_the_catalogue_just_those_with_figures_are_taken(catalogue):
    ids, known = catalogue
    right = {tuple(choice[0] for choice in row) for row in known}
    for wanted in product(*(ids[step] for step in STEPS)):
        selection = take(known, Wanted(*wanted))
        taken = tuple(getattr(selection, step) for step in STEPS)
        if wanted in right:
            assert taken == wanted
            assert not selection.refused
        else:
            assert not selection.complete, wanted
            [sentence] = selection.refused.values()
            assert sentence.endswith("Choose one that is on offer.")
            assert "None" not in sentence
            assert all(kept in (0, want) for kept, want in zip(taken, wanted, strict=True))


def test_what_is_no_id_is_refused_even_where_there_is_one_choice(catalogue):
    _, known = catalogue
    right = tuple(choice[0] for choice in known[0])
    for place, step in enumerate(STEPS):
        for odd in (UNKNOWN, 10**9):
            wanted = (*right[:place], odd, *right[place + 1 :])
            assert list(take(known, Wanted(*wanted)).refused) == [step]


def test_step_by_step_what_no_longer_fits_is_dropped(catalogue):
    ids, known = catalogue
    for wanted in product(*(ids[step] for step in STEPS)):
        assert not narrow(known, Wanted(*wanted)).refused


def test_wrong_combinations_are_refused_at_the_field_and_store_nothing(app, browse, catalogue):
    ids, known = catalogue
    chance, before = random.Random(11), stored(app)
    right = [tuple(choice[0] for choice in row) for row in known]
    page = form(app, browse)
    token = page.token
    for combination in chance.sample(right, 12):
        for place, step in enumerate(STEPS):
            others = [
                key
                for key in ids[step]
                if (*combination[:place], key, *combination[place + 1 :]) not in right
            ]
            sent = dict(zip(STEPS, map(str, combination), strict=True)) | {step: str(chance.choice(others))}
            fields = {"csrf_token": token, "action": "save", "title": "kept", **sent}
            fields |= {name.replace("__", "-"): value for name, value in GIVEN.items()}
            answer = browse._page(browse.client.post(NEW, data=fields), NEW)
            assert answer.status == 422, sent
            assert answer.text.count("Choose one that is on offer.") == 2, "in the summary and at the field"
            for name, value in {"title": "kept", "price": "0.1899", "country": "ESP"}.items():
                assert answer.value(name) == value
            assert answer.value("metric-energy") == "170"
    assert stored(app) == before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("odd", ["x", "-1", "²", "9" * 40, "0"])
def test_odd_choices_are_refused_on_saving(app, browse, step, odd):
    before = stored(app)
    data = {"csrf_token": form(app, browse).token, "action": "save", **choice(app), step: odd}
    answer = browse.client.post(NEW, data=data)
    assert answer.status_code == 422
    assert stored(app) == before


def test_after_a_refusal_the_rest_is_still_there_to_be_sent_again(app, browse):
    page = form(app, browse)
    wrong = str(choice(app, "BERT-base", "int8")["architecture"])
    typed = {"title": "typed once", "price": "0.2", "metric-energy": "170", "implementation_cost": "2500"}
    data = {**dict(page.form(NEW).form_values()), **typed, "architecture": wrong, "action": "save"}
    answer = browse._page(browse.client.post(NEW, data=data), NEW)
    assert "“BERT-base” has no published figures for “Runtime engine and execution provider”" in answer.text
    assert answer.value("architecture") == ""
    again = browse.send(answer, NEW, button="save", architecture=choice(app)["architecture"])
    assert again.status == 200
    assert again.tree.findtext(".//h1") == "typed once"


def test_what_was_typed_survives_another_choice(app, browse):
    page = browse.send(form(app, browse), NEW, button="choose", title="typed", metric__energy="5", tactic="")
    other = choice(app, "BERT-base", "int8")
    page = browse.send(page, NEW, button="choose", stage=other["stage"])
    page = browse.send(page, NEW, button="choose", **{k: other[k] for k in ("tactic",)})
    assert page.value("title") == "typed"
    assert page.value("metric-energy") == "5", "kept for when the choice is taken back"


@pytest.mark.parametrize("country", ["", None])
def test_no_country_is_said_at_the_field(app, browse, country):
    page = form(app, browse)
    data = {**dict(page.form(NEW).form_values()), "metric-energy": "170", "price": "0.2", "action": "save"}
    data = {name: value for name, value in data.items() if name != "country"}
    if country is not None:
        data["country"] = country
    answer = browse._page(browse.client.post(NEW, data=data), NEW)
    assert answer.status == 422
    assert answer.tree.findtext(".//p[@id='country-error']") == "Choose where it runs."
    assert "catalogue was changed" not in answer.text
    if country is not None:
        assert answer.value("country") == "", "nothing is chosen in their stead"


def test_the_right_country_is_kept_beside_another_mistake(app, browse):
    page = analyse(app, browse, country="FIN", price="many")
    assert page.status == 422
    assert page.value("country") == "FIN"
