"""What model cards state, and what a synchronisation does about it."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.hub import Action, HubModel, Known, Unusable, plan_sync
from gaissa_web.core.hub_cards import (
    dataset_bytes,
    files_bytes,
    performance,
    read_card,
    read_emissions,
    read_model,
    read_moment,
    weights_bytes,
)

WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def hub_model(hub_id="lab/m", grams=1.0, **facts):
    return HubModel(hub_id, WHEN, {"co2_eq_emissions": grams}, facts)


@pytest.mark.parametrize(
    ("stated", "grams"),
    [
        (0, 0.0), (149200, 149200.0), (2.5, 2.5), ("149200", 149200.0), ("3 g", 3.0), ("0.04 kg", 40.0),
        ("1,5 kg", 1500.0), ("~3.2 kgCO2", 3200.0), ("≈ 3 g CO₂eq", 3.0), ("2.3 tons of CO2", 2_300_000.0),
        ("3 metric tons CO2e", 3e6), ("12 g eq. CO2", 12.0), ("5 mg", 0.005), ("1 200 g", 1200.0),
        ("1e-3 kg", 1.0), ("+7 grams", 7.0), ("0.5 KG CO2 eq.", 500.0), ("3 g (CO2eq)", 3.0),
        ("10kg CO2-eq", 10_000.0), ("4 kilograms of CO2 equivalent", 4000.0), ("1.5 t", 1.5e6),
        ("12 345 g", 12_345.0), ("1 200,5 g", 1200.5),
    ],
)  # fmt: skip
def test_emissions_are_read_in_grams_or_in_the_unit_they_name(stated, grams):
    assert read_emissions(stated) == pytest.approx(grams)


@pytest.mark.parametrize(
    "stated",
    [None, "", "unknown", "3 lbs", "-1", -1, "1,234 kg", "12 kWh", "5 kg per year", True, [], {},
     float("nan"), float("inf"), 10**400, 1e300, "1e999 kg", "g", "kg 3", "3-5 kg", "< 3 kg", "3 kg CO",
     "1.2.3", "3 5 g", "5 Mg", "5 MG CO2", "3 5 kg", "1 2", "12 3 4 kg", f"3{' ' * 100}kg",
     "0" * 150 + "7 g", "1 g" + " " * 10 + "per hour"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_the_reason(stated):
    with pytest.raises(InvalidInputError, match="card"):
        read_emissions(stated)


@given(st.text())
def test_any_text_is_an_amount_or_refused(stated):
    with suppress(InvalidInputError):
        assert read_emissions(stated) >= 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
KEYS = st.sampled_from([
    "cardData", "co2_eq_emissions", "emissions", "model-index", "results", "metrics", "type", "value",
    "downloads", "likes", "tags", "datasets", "safetensors", "parameters", "F32", "lastModified",
    "pipeline_tag", "library_name", "license",
])  # fmt: skip
CARDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@given(st.dictionaries(KEYS, CARDS, max_size=8), JSON)
def test_whatever_a_card_holds_nothing_is_raised(item, name):
    for hub_id in ("lab/model", name):
        found = read_model({**item, "id": hub_id})
        if isinstance(found, HubModel):
            assert found.values["co2_eq_emissions"] >= 0
            assert all(isinstance(fact, str) and fact for fact in found.information.values())
            assert found.digest


def test_a_unit_beside_the_amount_is_not_overlooked():
    def grams(**details):
        return read_model({"id": "a/b", "cardData": {"co2_eq_emissions": details}})

    assert grams(emissions=3, unit="kg").values["co2_eq_emissions"] == 3000
    assert grams(emissions="3", units="g CO2eq").values["co2_eq_emissions"] == 3
    assert isinstance(grams(emissions=3, unit="lbs"), Unusable)


def test_a_model_of_the_hubs_early_days_has_no_author():
    assert (hub_model("gpt2").author, hub_model("gpt2").name) == ("", "gpt2")
    assert (hub_model("lab/m").author, hub_model("lab/m").name) == ("lab", "m")


def metric(kind, value, **more):
    return {"results": [{"metrics": [{"type": kind, "value": value, **more}]}]}


@pytest.mark.parametrize(
    ("index", "score"),
    [
        ([metric("accuracy", 0.9)], 0.9),
        ([metric("accuracy", 90)], 0.9),
        ([metric("accuracy", "90 %")], 0.9),
        ([metric("accuracy", "0.9")], 0.9),
        ([metric("accuracy", "0.9 %")], 0.009),
        ([metric("rouge", 30.0, name="Rouge1")], 0.3),
        ([metric("Rouge-L", 30.0)], 0.3),
        ([metric(None, 0.5, name="F1")], 0.5),
        ([metric("rouge", 25.0, name="Rouge1"), metric("rouge", 25.0, name="ROUGE-L")], 0.25),
        ([metric("rouge", 25.0, name="Rouge2")], None),
        ([metric("accuracy", "0.9%")], 0.009),
        ([metric("accuracy", "120 %")], None),
        ([metric("accuracy", 0.9), metric("accuracy", 0.7)], 0.8),
        ([metric("accuracy", 0.5), metric("f1", 1.0)], 2 / 3),
        ([metric("accuracy", 0), metric("f1", 1.0)], 0.0),
        ([metric("accuracy", 120)], None),
        ([metric("accuracy", -0.5)], None),
        ([metric("accuracy", "high")], None),
        ([metric("perplexity", 0.5)], None),
        ([], None),
        (None, None),
        ("x", None),
    ],
)
def test_the_performance_score_is_the_harmonic_mean_of_known_scores(index, score):
    assert performance(index) == (pytest.approx(score) if score is not None else None)


@pytest.mark.parametrize(
    ("safetensors", "size"),
    [
        ({"parameters": {"F32": 10}}, 40),
        ({"parameters": {"F16": 10, "I8": 3, "I4": 2}}, 24),
        ({"parameters": {"F32": 10, "Q4_K": 3}}, None),
        ({"parameters": {"F32": "x"}}, None),
        ({"parameters": {"F32": 10**400}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_weights_are_counted_by_type(safetensors, size):
    assert weights_bytes(safetensors) == size


def test_files_of_one_format_are_added_up():
    files = [{"rfilename": "a.safetensors", "size": 5}, {"rfilename": "pytorch_model.bin", "size": 7}]
    assert files_bytes(files) == 5
    assert files_bytes(files[1:]) == 7
    assert files_bytes([{"rfilename": "README.md", "size": 5}]) is None
    assert files_bytes("x") is None


def test_the_size_of_a_dataset_is_that_of_the_part_that_was_used():
    parts = [{"config_name": "a", "dataset_size": 1}, {"config_name": "b", "dataset_size": 2}]
    assert dataset_bytes({"cardData": {"dataset_info": parts[0]}}) == 1
    assert dataset_bytes({"cardData": {"dataset_info": parts}}, ("b",)) == 2
    assert dataset_bytes({"cardData": {"dataset_info": parts}}) is None
    assert dataset_bytes({"cardData": {"dataset_info": parts}}, ("a", "b")) is None
    assert dataset_bytes({}) is None


def test_a_moment_without_a_zone_is_utc_and_nonsense_is_long_ago():
    assert read_moment("2026-01-02T00:00:00") == WHEN
    assert read_moment("2026-01-02T00:00:00.000Z") == WHEN
    assert read_moment(None).year == 1970
    assert read_moment("9999-12-31T23:59:59-05:00").year == 1970


@pytest.mark.parametrize(
    ("stated", "grams"),
    [
        ({"emissions": 2, "unit": "kg"}, 2000.0),
        ({"emissions": "2,5", "units": "kg CO2eq"}, 2500.0),
        ({"emissions": 2, "unit": "kWh"}, None),
        ({"emissions": "2 kg", "unit": "kg"}, 2000.0),
    ],
)
def test_a_unit_of_its_own_beside_the_emissions_counts(stated, grams):
    found = read_model({"id": "a/b", "cardData": {"co2_eq_emissions": stated}})
    assert (found.values["co2_eq_emissions"] if isinstance(found, HubModel) else None) == grams


def test_datasets_count_only_if_all_of_them_can_be_asked_for():
    def datasets(stated):
        return read_model({"id": "a/b", "cardData": {"co2_eq_emissions": 1, "datasets": stated}}).datasets

    assert datasets("glue") == datasets(["glue", "glue"]) == ("glue",)
    assert datasets(["glue", "Eric Peter/autonlp-data-EN-LUG"]) == ()
    assert datasets([f"d{n}" for n in range(21)]) == ()
    assert datasets(None) == ()


def test_the_metadata_of_a_card_is_read_as_texts():
    assert read_card("---\nco2_eq_emissions: 3 g\n---\n# x") == {"co2_eq_emissions": "3 g"}
    for text in ("# x", "---\n- a\n---\n"):
        with pytest.raises(InvalidInputError, match="no metadata"):
            read_card(text)


@pytest.mark.parametrize(
    ("task", "domain"),
    [("text-generation", "Natural language processing"), ("object-detection", "Computer vision"),
     ("audio-classification", "Audio"), ("image-text-to-text", "Multimodal"),
     ("tabular-regression", "Tabular"), ("reinforcement-learning", "Reinforcement learning"), ("odd", None)],
)  # fmt: skip
def test_the_domain_follows_from_the_task(task, domain):
    item = {"id": "a/b", "cardData": {"co2_eq_emissions": 1}, "tags": ["x", task]}
    assert read_model(item).information.get("domain") == domain


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("fine-tuning", "fine-tuning"),
        ("Finetuned", "fine-tuning"),
        ("pre-training", "pretraining"),
        ("undefined", None),
        ("representation learning", None),
        ("x", None),
    ],
)
def test_the_training_type_is_one_of_the_choices(stated, kind):
    item = {"id": "a/b", "cardData": {"co2_eq_emissions": {"emissions": 1, "training_type": stated}}}
    assert read_model(item).information.get("training_type") == kind


def test_what_is_planned_depends_on_what_is_known():
    same, other, deleted, new = (hub_model(f"lab/{name}") for name in ("same", "other", "deleted", "new"))
    known = {
        "lab/same": Known(1, same.digest, same.modified),
        "lab/other": Known(2, "another", same.modified),
        "lab/deleted": Known(None, deleted.digest, deleted.modified),
    }
    bad = Unusable("lab/bad", "Why not.")
    planned = plan_sync(known, [same, other, deleted, new, bad, hub_model("lab/new", 7.0)])
    assert [(plan.hub_id, plan.action) for plan in planned] == [
        ("lab/same", Action.KEEP),
        ("lab/other", Action.UPDATE),
        ("lab/deleted", Action.SKIP),
        ("lab/new", Action.CREATE),
        ("lab/bad", Action.SKIP),
    ]
    assert planned[3].model is new
    assert planned[4].reason == "Why not."
    assert planned[1].label_id == 2
    gone = planned[1].gone()
    assert (gone.action, gone.label_id, gone.reason) == (Action.SKIP, None, planned[2].reason)


def test_the_digest_changes_with_anything_that_is_taken():
    others = hub_model(grams=2.0), hub_model(likes="3"), hub_model("lab/n")
    sized = hub_model().sized(5, None), hub_model().sized(5, 6)
    assert len({model.digest for model in (hub_model(), *others, *sized)}) == 6
    assert hub_model().sized(None, None).digest == hub_model().digest


@pytest.mark.parametrize("text", ["", "# A card without metadata", "text\n---\na: 1\n---"])
def test_a_card_without_metadata_says_so(text):
    with pytest.raises(InvalidInputError, match="has no metadata"):
        read_card(text)
