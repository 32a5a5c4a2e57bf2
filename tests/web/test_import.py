"""Uploading tracker files: read, shown, checked, and only then registered."""

import io

import pytest

from tests.unit.importing.test_files import FILES, workbook

pytestmark = pytest.mark.any_database

TRAINING = "/labels/training/import"
INFERENCE = "/labels/inference/import"


def file(name):
    return name, (FILES / name).read_bytes()


def upload(browse, address, *files, **fields):
    return browse.send(browse.get(address), address, files=list(files), **fields)


def test_an_emissions_file_becomes_a_label(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    assert "CodeCarbon" in page.text
    assert "The file holds 3 runs" in page.text
    assert float(page.value("metric-co2_eq_emissions")) == pytest.approx(2.395269738e-3)
    label = browse.send(page, "/labels/training/new", model_name="from-file")
    found = browse.client.get(label.response.request.path + ".json").json
    assert found["grade"] == "A"
    assert found["metrics"]["co2_eq_emissions"]["value"] == pytest.approx(2.395269738e-3)
    assert found["origin"] == {"kind": "file", "detail": "CodeCarbon", "url": ""}
    assert found["information"]["location"] == "France"
    assert found["information"]["hardware"] == "AMD EPYC"


def test_the_files_and_the_token_are_all_an_upload_needs(browse):
    token = browse.get(TRAINING).value("csrf_token")
    data = {"csrf_token": token, "files": (io.BytesIO(file("eco2ai.csv")[1]), "eco2ai.csv")}
    assert browse.client.post(TRAINING, data=data).status_code == 200


def test_several_files_fill_one_form(browse):
    files = file("codecarbon-3.3.2-emissions.csv"), file("gaissalabel-plugin-resnet50.csv")
    page = upload(browse, INFERENCE, *files, inferences="100", one_at_a_time="y")
    assert float(page.value("metric-energy_per_inference")) == pytest.approx(2.4465093393578265e-05 * 36_000)
    assert float(page.value("metric-co2_per_1000_inferences")) == pytest.approx(4.258149505152298e-02)
    assert float(page.value("metric-latency")) == pytest.approx(40.0670670999988)
    assert page.value("metric-model_size") == "25557032"
    assert page.value("metric-flops") == "4.111514624"
    label = browse.send(page, "/labels/inference/new", model_name="ResNet-50")
    assert browse.client.get(label.response.request.path + ".json").json["coverage"] == 1.0


def test_an_unticked_line_is_left_out(browse):
    page = upload(browse, INFERENCE, file("gaissalabel-plugin-resnet50.csv"))
    label = browse.send(page, "/labels/inference/new", model_name="x", use=["metric-file_size"])
    metrics = browse.client.get(label.response.request.path + ".json").json["metrics"]
    assert metrics["file_size"]["value"] == pytest.approx(102.5507328)
    assert metrics["model_size"]["value"] is None


def test_without_the_number_of_inferences_the_reader_is_told(browse):
    files = file("codecarbon-3.3.2-emissions.csv"), file("gaissalabel-plugin-resnet50.csv")
    page = upload(browse, INFERENCE, *files)
    assert "needs the number of inferences" in page.text
    assert page.value("metric-energy_per_inference") == ""


def test_a_hopeless_file_does_not_spoil_the_others(browse):
    page = upload(browse, TRAINING, ("notes.pdf", b"%PDF-1.7"), file("carbontracker-2.4.7_output.log"))
    assert page.status == 200
    assert "notes.pdf is a PDF" in page.text
    assert page.value("metric-co2_eq_emissions") == "0.070311645588"


def test_of_two_rows_of_the_plug_in_the_last_counts(browse):
    data = b"model_size,file_size,flops\n1,1,1e9\n5,7,3e9\n"
    page = upload(browse, INFERENCE, ("two.csv", data))
    assert [page.value(f"metric-{slug}") for slug in ("model_size", "file_size", "flops")] == [
        "5",
        "7.340032",
        "3",
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([("notes.pdf", b"%PDF-1.7")], "notes.pdf is a PDF"),
        ([("a.csv", b"foo,bar\n1,2\n")], "None of its columns"),
        ([("a.csv", b"co2_eq_emissions,x\nNaNo,1\n")], "line 2, column “co2_eq_emissions”"),
        ([("", b"")], "Choose at least one file"),
    ],
)
def test_when_nothing_can_be_used_the_upload_page_says_why(browse, files, message):
    page = upload(browse, TRAINING, *files)
    assert page.status == 422
    assert message in page.text


def test_a_wrong_number_of_inferences_is_said_beside_its_field(browse):
    page = upload(browse, INFERENCE, file("eco2ai.csv"), inferences="0")
    assert page.status == 422
    assert "whole number from 1 up" in page.tree.get_element_by_id("inferences-error").text


def test_the_reader_can_average_the_rows(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"), aggregation="mean")
    assert float(page.value("metric-co2_eq_emissions")) == pytest.approx(2.3945661606e-3)
    assert "mean of 3 rows" in page.text


def test_a_workbook_is_as_good_as_a_csv(browse):
    page = upload(browse, TRAINING, ("a.xlsx", workbook([["Downloads", "domain"], [42, "computer vision"]])))
    assert page.value("metric-downloads") == "42"
    assert page.value("info-domain") == "Computer vision"


def test_uploading_stores_nothing(browse):
    before = browse.client.get("/labels/export.json").data
    upload(browse, TRAINING, file("eco2ai.csv"))
    assert browse.client.get("/labels/export.json").data == before


def again(browse, page, address, **fields):
    """Press "Read again" with what is chosen on the page."""
    form = page.form(address.replace("import", "new"))
    sent = {}
    for name, value in [*form.form_values(), *page.values_outside(form)]:
        sent.setdefault(name, []).append(value)
    return browse.post(
        page, address, **sent | {name.replace("__", "-"): value for name, value in fields.items()}
    )


def test_another_run_is_chosen_without_sending_the_file_again_and_what_was_typed_stays(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    page = again(
        browse, page, TRAINING, run__0="1", model_name="typed", metric__downloads="77", model_author="me"
    )
    assert page.status == 200
    assert float(page.value("metric-co2_eq_emissions")) == pytest.approx(2.390907258e-3)
    assert (page.value("model_name"), page.value("model_author"), page.value("metric-downloads")) == (
        "typed",
        "me",
        "77",
    )
    assert [box.get("value") for box in page.tree.xpath("//input[@name='run-0'][@checked]")] == ["1"]
    page = again(browse, page, TRAINING, run__0="all")
    assert float(page.value("metric-co2_eq_emissions")) == pytest.approx(7.18369848e-3)
    assert "sum of 3 rows" in page.text
    label = browse.send(page, "/labels/training/new")
    found = browse.client.get(label.response.request.path + ".json").json
    assert found["metrics"]["co2_eq_emissions"]["value"] == pytest.approx(7.18369848e-3)
    assert found["metrics"]["downloads"]["value"] == 77


def test_the_number_of_inferences_is_asked_for_where_it_is_missing(browse):
    page = upload(
        browse, INFERENCE, file("codecarbon-3.3.2-emissions.csv"), file("gaissalabel-plugin-resnet50.csv")
    )
    assert page.value("inferences") == ""
    page = again(browse, page, INFERENCE, inferences="1000")
    assert float(page.value("metric-energy_per_inference")) == pytest.approx(0.0880743, rel=1e-5)
    assert page.value("metric-latency") == ""
    assert float(page.value("info-throughput")) == pytest.approx(1000 / 4.00670670999988)
    page = again(browse, page, INFERENCE, one_at_a_time="y")
    assert page.value("inferences") == "1000"
    assert float(page.value("metric-latency")) == pytest.approx(4.00670670999988)


def test_a_wrong_number_of_inferences_keeps_what_was_read_and_typed(browse):
    page = upload(
        browse, INFERENCE, file("codecarbon-3.3.2-emissions.csv"), file("gaissalabel-plugin-resnet50.csv")
    )
    page = again(browse, page, INFERENCE, inferences="many", model_name="typed")
    assert page.status == 422
    assert "whole number from 1 up" in page.text
    assert page.value("metric-model_size") == "25557032"
    assert page.value("model_name") == "typed"
    assert page.value("inferences") == "many"


def test_a_tool_is_chosen_and_a_leftover_column_used(browse):
    page = upload(browse, TRAINING, ("x.csv", b"emissions,duration,rig,downloads\n0.5,3600,A100,9\n"))
    assert page.value("metric-co2_eq_emissions") == ""
    page = again(browse, page, TRAINING, tool__0="codecarbon")
    assert (page.value("metric-co2_eq_emissions"), page.value("info-duration")) == ("500", "1")
    names = page.tree.xpath("//input[@name='column-0']/@value")
    leads = ["info-hardware" if name == "rig" else "" for name in names]
    page = again(browse, page, TRAINING, field__0=leads)
    assert page.value("info-hardware") == "A100"
    page = again(browse, page, TRAINING, tool__0="by-name")
    assert page.value("metric-co2_eq_emissions") == ""
    assert page.value("metric-downloads") == "9"


def test_an_unticked_line_stays_so_when_the_file_is_read_again(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    page = again(browse, page, TRAINING, use=["metric-co2_eq_emissions"], run__0="1")
    assert page.value("info-hardware") == ""
    assert page.value("metric-co2_eq_emissions") != ""
    ticked = page.tree.xpath("//input[@name='use'][@checked]/@value")
    assert ticked == ["metric-co2_eq_emissions"]


def test_the_table_of_what_was_read_stays_through_a_preview_and_a_mistake(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    new = "/labels/training/new"
    for button, status in (("preview", 200), ("find", 200), ("register", 422)):
        shown = browse.send(
            page, new, button=button, metric__downloads="many" if status == 422 else "", run__0="2"
        )
        assert shown.status == status
        assert "The file holds 3 runs" in shown.text
        assert [box.get("value") for box in shown.tree.xpath("//input[@name='run-0'][@checked]")] == ["2"]


def test_files_that_travel_with_the_page_are_ours_or_none(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    travelling = page.value("upload")
    for forged in ("x", travelling[:-3], travelling.replace(travelling[10], "A"), "." * 50, "a.b.c"):
        answer = browse.post(page, TRAINING, upload=forged)
        assert answer.status == 422
        assert "Choose at least one file." in answer.text


@pytest.mark.parametrize(
    ("changes", "kind", "detail"),
    [
        ({}, "file", "CodeCarbon"),
        ({"metric__downloads": "7"}, "file", "CodeCarbon; other values were typed in"),
        ({"info__hardware": "another"}, "file", "CodeCarbon"),
        ({"metric__co2_eq_emissions": "1"}, "form", ""),
        ({"metric__co2_eq_emissions": "", "metric__downloads": "7"}, "form", ""),
        ({"provenance": ""}, "form", ""),
        ({"provenance": "CodeCarbon"}, "form", ""),
        ({"provenance": "x" * 90_000}, "form", ""),
        ({"origin_detail": "CodeCarbon", "provenance": ""}, "form", ""),
    ],
)
def test_a_label_says_file_only_while_its_values_are_the_files(browse, changes, kind, detail):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    label = browse.send(page, "/labels/training/new", model_name="from-file", **changes)
    origin = browse.client.get(label.response.request.path + ".json").json["origin"]
    assert origin == {"kind": kind, "detail": detail, "url": ""}


def test_what_another_file_gave_is_not_taken_for_what_this_one_gave(browse):
    mine = upload(browse, TRAINING, ("a.csv", b"downloads,x\n5,1\n")).value("provenance")
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    label = browse.send(page, "/labels/training/new", model_name="x", provenance=mine)
    assert browse.client.get(label.response.request.path + ".json").json["origin"]["kind"] == "form"


def test_files_too_large_to_travel_are_read_all_the_same(browse):
    rows = "\n".join(f"{n},{n * 7919 % 10007 * 104729}" for n in range(49_000))
    page = upload(browse, TRAINING, ("big.csv", f"downloads,noise\n{rows}\n".encode()))
    assert page.status == 200
    assert page.value("metric-downloads") == "24499.5"
    assert not page.tree.xpath("//input[@name='upload']")


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("1.2 kg", "co2_eq_emissions", 1200),
        ("91 %", "performance_score", 0.91),
        ("0,91", "performance_score", 0.91),
        ("3 MB/g", "size_efficiency", 3e6),
    ],
)
def test_a_quantity_is_typed_with_its_unit(browse, typed, field, value):
    form = browse.get("/labels/training/new")
    page = browse.send(form, "/labels/training/new", model_name="m", **{f"metric__{field}": typed})
    found = browse.client.get(page.response.request.path + ".json").json
    assert found["metrics"][field]["value"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("91", "Did you mean 0.91?"),
        ("150", "lies between 0 and 1"),
        ("3 kg", "is not a number"),
        ("1e300", "lies between 0 and 1"),
    ],
)
def test_a_score_that_cannot_be_is_refused_and_kept(browse, typed, message):
    form = browse.get("/labels/training/new")
    page = browse.send(form, "/labels/training/new", model_name="m", metric__performance_score=typed)
    assert page.status == 422
    assert message in page.tree.get_element_by_id("metric-performance_score-error").text
    assert page.value("metric-performance_score") == typed


def test_an_unusual_value_is_doubted_in_the_preview_and_taken(browse):
    form = browse.get("/labels/inference/new")
    page = browse.send(form, "/labels/inference/new", button="preview", metric__flops="4.1e9")
    assert "is unusual. Is it in the right unit?" in page.text
    page = browse.send(page, "/labels/inference/new", model_name="m")
    assert page.status == 200
    assert "/labels/" in page.response.request.path


def test_each_tool_has_a_page_that_says_how_to_get_its_file(browse):
    page = browse.get(TRAINING)
    links = [link for link in page.links() if link.startswith("/labels/tools/")]
    assert len(links) >= 7
    for link in links:
        guide = browse.get(link)
        assert guide.tree.xpath("//h2[text()='How to get the file']/following::ol[1]/li")
        assert guide.tree.xpath("//main//a[starts-with(@href, 'https://')]")
    assert browse.get("/labels/tools/none").status == 404
