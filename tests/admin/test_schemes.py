"""Drafts, previews, publishing and comparing of rating schemes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from gaissa_web.admin.schemes import services
from gaissa_web.admin.schemes.queries import effect_on_labels, find_scheme
from gaissa_web.core.errors import ConflictError
from gaissa_web.core.grades import Grade
from gaissa_web.core.rating import Phase, rate
from gaissa_web.labels.queries import find_label
from gaissa_web.storage.audit import Actor, AuditEvent
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.schemes import MetricRow, SchemeRow, current_scheme
from tests.signed_in import sign_in


def begin_draft(admin, phase="inference"):
    page = admin.get("/admin/schemes/")
    return admin.post(page, "/admin/schemes/", phase=phase)


def draft_id(page):
    return int(page.address.rpartition("/")[2])


def edit(admin, scheme_id, slug, **fields):
    """Change a metric of a draft; where thresholds are changed, so is what their source is said to be."""
    address = f"/admin/schemes/{scheme_id}/metrics/{slug}"
    changed = {name: text for name, text in fields.items() if name.startswith("threshold_")}
    source = {"thresholds_source": f"This test: {changed}"} if changed else {}
    return admin.send(admin.get(address), address, **source | fields)


def publish(admin, scheme_id):
    address = f"/admin/schemes/{scheme_id}/publish"
    return admin.send(admin.get(address), address)


def weights(page):
    return [row.xpath("string(th/a)") for row in page.tree.xpath("//tbody/tr")]


def test_a_draft_begins_as_a_copy_and_rates_nothing(app, admin):
    page = begin_draft(admin)
    assert "A draft: it rates nothing" in page.text
    with app.app_context():
        draft = find_scheme(draft_id(page)).scheme
        scheme_id, current = current_scheme(Phase.INFERENCE)
        assert draft.version == current.version + 1
        assert draft.metrics == current.metrics
        assert scheme_id != draft_id(page)


def test_a_phase_has_one_draft(admin):
    assert draft_id(begin_draft(admin)) == draft_id(begin_draft(admin))
    assert draft_id(begin_draft(admin)) != draft_id(begin_draft(admin, "training"))


def test_a_draft_for_no_phase_is_refused(admin):
    assert admin.post(admin.get("/admin/schemes/"), "/admin/schemes/", phase="sleeping").status == 400


def test_a_metric_is_edited_and_only_the_draft_changes(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    page = edit(admin, scheme_id, "latency", weight="0,25", threshold_1="120", recommendations=" a \n\n b ")
    assert "was saved" in page.text
    with app.app_context():
        metric = next(m for m in find_scheme(scheme_id).scheme.metrics if m.slug == "latency")
        assert metric.weight == 0.25
        assert metric.thresholds.boundaries[0] == 120
        assert metric.recommendations == ("a", "b")
        current = next(m for m in current_scheme(Phase.INFERENCE)[1].metrics if m.slug == "latency")
        assert current.weight == 0.2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"threshold_2": "50"}, "must be above the one between A and B"),
        ({"direction": "higher"}, "The boundaries rise from A to E"),
        ({"threshold_4": "300"}, "must be above the one between C and D"),
        ({"threshold_1": ""}, "boundary between A and B"),
        ({"threshold_1": "NaN"}, "not a number"),
        ({"threshold_1": "1e999"}, "too large"),
        ({"weight": "-1"}, "below 0"),
        ({"weight": "inf"}, "not a number"),
        ({"weight": "1001"}, "from 0 to 1,000"),
        ({"weight": ""}, "a weight"),
        ({"name": " "}, "a name"),
        ({"name": "x" * 101}, "at most 100"),
        ({"direction": "sideways"}, "Choose one of the options"),
        ({"thresholds_source_url": "javascript:alert(1)"}, "starts with https://"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(admin, fields, message):
    scheme_id = draft_id(begin_draft(admin))
    typed = {"description": "typed <b>before</b>", **fields}
    page = edit(admin, scheme_id, "latency", **typed)
    assert page.status == 422
    assert message in page.text
    for name, value in typed.items():
        if name != "direction" and value.strip():
            assert page.value(name) == value


@pytest.mark.parametrize("direction", ["lower", "higher"])
@pytest.mark.parametrize("place", [2, 3, 4])
def test_the_boundary_that_is_out_of_order_is_the_one_that_is_blamed(admin, place, direction):
    scheme_id = draft_id(begin_draft(admin))
    rising = [10.0, 20.0, 30.0, 40.0]
    boundaries = rising if direction == "lower" else rising[::-1]
    boundaries[place - 1] = boundaries[place - 2]
    fields = {f"threshold_{n}": str(boundary) for n, boundary in enumerate(boundaries, start=1)}
    page = edit(admin, scheme_id, "latency", direction=direction, **fields)
    assert page.status == 422
    blamed = page.tree.xpath("//p[@class='field__error']/@id")
    assert blamed == [f"threshold_{place}-error"]
    letters = "ABCDE"
    said = page.tree.get_element_by_id(blamed[0]).text
    assert f"between {letters[place - 1]} and {letters[place]} must be" in said
    assert page.tree.xpath(f"//div[@id='problems']//a[@href='#threshold_{place}']")


@pytest.mark.parametrize(("direction", "boundaries"), [("lower", "4321"), ("higher", "1234")])
def test_boundaries_the_other_way_round_blame_the_direction(admin, direction, boundaries):
    scheme_id = draft_id(begin_draft(admin))
    fields = {f"threshold_{n}": boundary for n, boundary in enumerate(boundaries, start=1)}
    page = edit(admin, scheme_id, "latency", direction=direction, **fields)
    assert page.tree.xpath("//p[@class='field__error']/@id") == ["direction-error"]


def test_thresholds_that_changed_are_not_published_under_their_old_source(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    kept = admin.get(f"/admin/schemes/{scheme_id}/metrics/flops").value("thresholds_source")
    edit(admin, scheme_id, "flops", threshold_1="0.5", thresholds_source=kept)
    edit(admin, scheme_id, "latency", weight="0.3")
    ask = admin.get(f"/admin/schemes/{scheme_id}/publish")
    assert "First say where these thresholds come from" in ask.text
    assert [a.text for a in ask.tree.xpath("//div[contains(@class, 'notice--problem')]//li/a")] == [
        "Operations per inference"
    ]
    assert not ask.tree.xpath("//form[contains(@action, '/publish')]")
    shown = admin.get(f"/admin/schemes/{scheme_id}")
    revision = shown.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    refused = admin.post(ask, f"/admin/schemes/{scheme_id}/publish", revision=revision)
    assert refused.status == 422
    assert "Say where the thresholds come from that were changed: Operations per inference." in refused.text
    edit(admin, scheme_id, "flops", thresholds_source="A newer survey")
    assert "it rates new labels" in publish(admin, scheme_id).text.lower()


def test_a_metric_that_is_new_needs_a_source_too(admin):
    scheme_id = draft_id(begin_draft(admin))
    add(admin, scheme_id, thresholds_source="")
    assert "First say where" in admin.get(f"/admin/schemes/{scheme_id}/publish").text


def test_proposed_thresholds_name_their_source(admin):
    scheme_id = draft_id(begin_draft(admin, "training"))
    page = admin.get(f"/admin/schemes/{scheme_id}/metrics/co2_eq_emissions?propose=1")
    assert page.value("thresholds_source").startswith("Percentiles 20, 40, 60 and 80 of ")
    assert page.value("thresholds_source_url") == ""


def test_the_range_of_a_metric_is_kept_and_holds_at_the_door(app, admin, browse):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "latency", largest="60000", usual_low="1", usual_high="5000")
    page = admin.get(f"/admin/schemes/{scheme_id}/metrics/latency")
    assert [page.value(name) for name in ("largest", "usual_low", "usual_high")] == ["60000", "1", "5000"]
    assert edit(admin, scheme_id, "latency", usual_low="7000").status == 422
    publish(admin, scheme_id)
    form = browse.get("/labels/inference/new")
    refused = browse.send(form, "/labels/inference/new", model_name="m", metric__latency="2 min")
    assert refused.status == 422
    assert "lies between 0 and 1 min" in refused.text


def test_a_second_editor_gets_a_conflict_and_overwrites_nothing(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    address = f"/admin/schemes/{scheme_id}/metrics/latency"
    ben = sign_in(app, "ben")
    seen_by_ben = ben.get(address)
    edit(admin, scheme_id, "latency", weight="0.3")
    page = ben.send(seen_by_ben, address, weight="0.9", description="ben’s")
    assert page.status == 409
    assert "ana changed it at" in page.text
    assert page.value("weight") == "0.9"
    with app.app_context():
        found = next(m for m in find_scheme(scheme_id).scheme.metrics if m.slug == "latency")
        assert found.weight == 0.3
    assert "was saved" in ben.send(page, address).text
    with app.app_context():
        found = next(m for m in find_scheme(scheme_id).scheme.metrics if m.slug == "latency")
        assert (found.weight, found.description) == (0.9, "ben’s")


@pytest.mark.parametrize("what", ["up", "remove"])
def test_arranging_what_somebody_else_changed_is_a_conflict_too(app, admin, what):
    scheme_id = draft_id(begin_draft(admin))
    page = admin.get(f"/admin/schemes/{scheme_id}")
    sign = sign_in(app, "ben")
    edit(sign, scheme_id, "latency", weight="0.3")
    revision = page.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    answer = admin.post(page, f"/admin/schemes/{scheme_id}/metrics/flops/{what}", revision=revision)
    assert answer.status == 409
    assert "ben changed it" in answer.text
    with app.app_context():
        assert any(m.slug == "flops" for m in find_scheme(scheme_id).scheme.metrics)


@pytest.mark.parametrize("revision", ["", "x", "-1", "99", "9" * 30, "²"])
def test_a_forged_revision_is_a_conflict(admin, revision):
    scheme_id = draft_id(begin_draft(admin))
    assert edit(admin, scheme_id, "latency", revision=revision).status == 409


def test_metrics_of_the_same_weight_can_be_moved(admin):
    scheme_id = draft_id(begin_draft(admin))
    page = admin.get(f"/admin/schemes/{scheme_id}")
    before = weights(page)
    assert before[-3:] == ["Model file size", "Operations per inference", "Parameters"]
    revision = page.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    page = admin.post(page, f"/admin/schemes/{scheme_id}/metrics/model_size/up", revision=revision)
    assert weights(page)[-3:] == ["Model file size", "Parameters", "Operations per inference"]
    assert weights(page)[:3] == before[:3]
    revision = page.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    page = admin.post(
        page, f"/admin/schemes/{scheme_id}/metrics/energy_per_inference/down", revision=revision
    )
    assert weights(page)[0] == before[0]


def test_a_metric_can_be_taken_out(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    address = f"/admin/schemes/{scheme_id}/metrics/flops/remove"
    ask = admin.get(address)
    assert "Take “Operations per inference” out of the draft?" in ask.text
    page = admin.send(ask, address)
    assert "Operations per inference" not in weights(page)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(MetricRow.slug == "flops")) == 1


NEW = {
    "slug": "water", "unit": "l", "name": "Water", "weight": "0.1", "direction": "lower",
    "threshold_1": "1", "threshold_2": "2", "threshold_3": "3", "threshold_4": "4",
}  # fmt: skip


def add(admin, scheme_id, **fields):
    address = f"/admin/schemes/{scheme_id}/metrics/new"
    return admin.send(admin.get(address), address, **{**NEW, **fields})


def test_a_new_metric_is_added_and_its_unit_can_change_until_it_is_used(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    assert "Water was added" in add(admin, scheme_id).text
    assert "was saved" in edit(admin, scheme_id, "water", unit="ml").text
    with app.app_context():
        assert any(m.unit == "ml" for m in find_scheme(scheme_id).scheme.metrics)
    discard = f"/admin/schemes/{scheme_id}/discard"
    admin.send(admin.get(discard), discard)
    with app.app_context():
        assert db.session.scalar(select(MetricRow.id).where(MetricRow.slug == "water")) is None


def test_the_unit_of_stored_values_cannot_change(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    address = f"/admin/schemes/{scheme_id}/metrics/latency"
    page = admin.get(address)
    assert not page.tree.xpath("//input[@name='unit']")
    data = {**dict(page.form(address).form_values()), "unit": "s"}
    data.pop("csrf_token")
    answer = admin.post(page, address, **data)
    assert answer.status == 422
    assert "Values are stored in ms" in answer.text


def test_a_metric_that_was_taken_out_can_come_back_with_its_unit(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    page = admin.get(f"/admin/schemes/{scheme_id}")
    revision = page.form(f"/admin/schemes/{scheme_id}").fields["revision"]
    admin.post(page, f"/admin/schemes/{scheme_id}/metrics/flops/remove", revision=revision)
    assert "known already: flops" in admin.get(f"/admin/schemes/{scheme_id}/metrics/new").text
    add(admin, scheme_id, slug="flops", unit="wrong")
    with app.app_context():
        assert next(m.unit for m in find_scheme(scheme_id).scheme.metrics if m.slug == "flops") == "GFLOP"


@pytest.mark.parametrize(
    ("slug", "message"), [("latency", "already"), ("Wa ter", "small letters"), ("", "small letters")]
)
def test_a_slug_must_be_new_and_plain(admin, slug, message):
    page = add(admin, draft_id(begin_draft(admin)), slug=slug)
    assert page.status == 422
    assert message in page.text


def test_the_effect_agrees_with_rating_every_label_by_itself(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "flops", weight="0.9", threshold_1="0.001", threshold_2="0.5")
    edit(admin, scheme_id, "latency", weight="0")
    with app.app_context():
        draft = find_scheme(scheme_id).scheme
        found = effect_on_labels(draft)
        expected = {}
        ids = db.session.scalars(select(Experiment.id).where(Experiment.phase == "inference")).all()
        for label_id in ids:
            label = find_label(label_id)
            values = {r.metric.slug: r.value for r in label.rating.metrics if r.value is not None}
            after = rate(draft, values).grade
            if after != label.grade:
                expected[label.grade, after] = expected.get((label.grade, after), 0) + 1
        assert {(t.before, t.after): t.count for t in found.transitions} == expected
        assert found.total == len(ids)
        assert sum(expected.values()) == found.changed > 0


def test_the_effect_is_shown_in_words_with_examples(admin):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "flops", weight="0.9", threshold_1="0.001", threshold_2="0.5")
    page = admin.get(f"/admin/schemes/{scheme_id}/effect")
    assert "of 14 labels would change" in page.text
    assert page.tree.xpath("//table//a[starts-with(@href, '/labels/')]")
    assert page.tree.xpath("//svg/title | //*[local-name()='svg']")
    fragment = admin.get(f"/admin/schemes/{scheme_id}/effect", headers={"HX-Request": "true"})
    assert fragment.text in page.text


def test_publishing_rates_new_labels_and_leaves_the_old_ones(app, admin, browse):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "energy_per_inference", threshold_1="0.001", threshold_2="0.01")
    ask = admin.get(f"/admin/schemes/{scheme_id}/publish")
    assert "0.001, 0.01, 180, 1800" in ask.cells()
    before = browse.client.get("/labels/41.json").json
    assert "it rates new labels" in publish(admin, scheme_id).text.lower()
    after = browse.client.get("/labels/41.json").json
    assert (before["scheme"], before["grade"]) == (after["scheme"], after["grade"])
    form = browse.get("/labels/inference/new")
    label = browse.send(
        form, "/labels/inference/new", model_name="after", metric__energy_per_inference="0.005"
    )
    assert "version 2 of the inference scheme" in label.text
    assert browse.get("/about/inference/1").status == 200
    assert "New labels are rated by version 2" in browse.get("/about/inference/1").text
    with app.app_context():
        assert current_scheme(Phase.INFERENCE)[0] == scheme_id


def test_a_published_version_is_never_changed_again(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    form_of_draft = admin.get(f"/admin/schemes/{scheme_id}")
    metric = admin.get(f"/admin/schemes/{scheme_id}/metrics/latency")
    publish(admin, scheme_id)
    assert admin.get(f"/admin/schemes/{scheme_id}/metrics/latency").status == 404
    assert admin.send(metric, f"/admin/schemes/{scheme_id}/metrics/latency", weight="1").status == 404
    late = admin.send(form_of_draft, f"/admin/schemes/{scheme_id}", title="too late")
    assert late.status == 409
    assert "never changed again" in late.text
    assert admin.get("/admin/schemes/1/publish").status == 404
    assert admin.post(late, "/admin/schemes/1/publish", revision="1").status == 409


def test_a_scheme_without_any_weight_is_not_published(admin):
    scheme_id = draft_id(begin_draft(admin, "training"))
    slugs = "co2_eq_emissions", "downloads", "performance_score", "size_efficiency"
    for slug in (*slugs, "dataset_size_efficiency"):
        edit(admin, scheme_id, slug, weight="0")
    page = publish(admin, scheme_id)
    assert page.status == 422
    assert "at least one metric with a weight above 0" in page.text


def test_a_draft_is_nobody_elses_business(browse, admin):
    begin_draft(admin)
    assert browse.get("/about/inference/2").status == 404


def test_discarding_asks_first_and_leaves_nothing(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    address = f"/admin/schemes/{scheme_id}/discard"
    page = admin.send(admin.get(address), address)
    assert page.address == "/admin/schemes/"
    assert "was discarded" in page.text
    with app.app_context():
        assert db.session.get(SchemeRow, scheme_id) is None


def test_versions_are_compared_metric_by_metric(admin):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "latency", weight="0.3")
    first = next(link for link in admin.get(f"/admin/schemes/{scheme_id}").links() if "compare" in link)
    page = admin.get(first)
    assert page.cells()[-3:] == ["weight", "0.2", "0.3"]
    assert "5 metrics are the same" in page.text
    assert admin.get("/admin/schemes/compare?a=1&b=2").status == 422
    assert admin.get("/admin/schemes/compare?a=x").status == 422


def test_thresholds_are_proposed_from_what_is_stored_but_not_saved(app, admin):
    scheme_id = draft_id(begin_draft(admin, "training"))
    address = f"/admin/schemes/{scheme_id}/metrics/co2_eq_emissions"
    page = admin.get(f"{address}?propose=1")
    assert "Nothing is saved yet" in page.text
    proposed = [float(page.value(f"threshold_{n}")) for n in range(1, 5)]
    assert proposed == sorted(proposed)
    assert proposed[0] != 0.295
    assert admin.get(address).value("threshold_1") == "0.295"
    assert "was saved" in admin.send(page, address).text


def test_too_few_values_for_a_proposal_are_said_so(admin):
    scheme_id = draft_id(begin_draft(admin))
    page = admin.get(f"/admin/schemes/{scheme_id}/metrics/energy_per_inference?propose=1")
    assert "percentiles need at least 20" in page.text


def test_everything_is_in_the_trail_with_before_and_after(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    edit(admin, scheme_id, "latency", weight="0.3")
    publish(admin, scheme_id)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(3)).all()
        published, edited, created = events
        assert (created.action, created.subject) == ("create", "inference version 2")
        assert (edited.before, edited.after) == ({"weight": 0.2}, {"weight": 0.3})
        assert published.action == "publish"
        assert published.after["metrics"]["latency"]["weight"] == 0.3


def test_grades_are_what_the_database_counts_them_by():
    """The preview counts by digits 1 to 5; they must stay the grades' places."""
    assert [grade.position for grade in Grade] == [0, 1, 2, 3, 4]


def test_of_many_editors_at_once_one_is_first_and_the_others_learn_of_it(app, admin):
    scheme_id = draft_id(begin_draft(admin))
    outcomes = []

    def change(number):
        with app.app_context():
            try:
                services.edit_draft(Actor(f"editor {number}"), scheme_id, 1, f"title {number}", "")
            except ConflictError:
                outcomes.append("conflict")
            else:
                outcomes.append(f"title {number}")
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as editors:
        list(editors.map(change, range(8)))
    assert outcomes.count("conflict") == 7
    with app.app_context():
        assert find_scheme(scheme_id).title in outcomes
        assert find_scheme(scheme_id).revision == 2
