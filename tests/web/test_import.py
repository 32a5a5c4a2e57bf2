"""Uploading tracker files: read, shown, checked, and only then registered."""

import io

import pytest

from tests.unit.importing.test_files import FILES, workbook

TRAINING = "/labels/training/import"
INFERENCE = "/labels/inference/import"


def file(name):
    return name, (FILES / name).read_bytes()


def upload(browse, address, *files, **fields):
    return browse.send(browse.get(address), address, files=list(files), **fields)


def test_an_emissions_file_becomes_a_label(browse):
    page = upload(browse, TRAINING, file("codecarbon-2.8.3-emissions.csv"))
    assert "CodeCarbon" in page.text
    assert "sum of 3 rows" in page.text
    assert float(page.value("metric-co2_eq_emissions")) == pytest.approx(7.18369848e-3)
    label = browse.send(page, "/labels/training/new", model_name="from-file")
    found = browse.client.get(label.response.request.path + ".json").json
    assert found["grade"] == "A"
    assert found["metrics"]["co2_eq_emissions"]["value"] == pytest.approx(7.18369848e-3)
    assert found["origin"] == {"kind": "file", "detail": "CodeCarbon", "url": ""}
    assert found["information"]["location"] == "France"
    assert found["information"]["hardware"] == "AMD EPYC"


def test_the_files_and_the_token_are_all_an_upload_needs(browse):
    token = browse.get(TRAINING).value("csrf_token")
    data = {"csrf_token": token, "files": (io.BytesIO(file("eco2ai.csv")[1]), "eco2ai.csv")}
    assert browse.client.post(TRAINING, data=data).status_code == 200


def test_several_files_fill_one_form(browse):
    files = file("codecarbon-3.3.2-emissions.csv"), file("gaissalabel-plugin-resnet50.csv")
    page = upload(browse, INFERENCE, *files, inferences="100")
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
    assert metrics["file_size"]["value"] == 97.8
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
    assert [page.value(f"metric-{slug}") for slug in ("model_size", "file_size", "flops")] == ["5", "7", "3"]


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
