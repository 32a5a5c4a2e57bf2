"""What a label can be taken away as, opened and looked into for real."""

import io
import json
import subprocess
import sys
from xml.etree import ElementTree

import pikepdf
import pytest
import yaml
from PIL import Image

from gaissa_web.core.rating import Phase
from gaissa_web.labels.documents import pdf as pdf_of
from gaissa_web.labels.queries import find_label
from gaissa_web.labels.services import NewExperiment, NewModel, register_label
from tests.limits import UNLIMITED
from tests.printed import attachments, page_texts

pytestmark = pytest.mark.any_database

LONG = "a-model-name-of-a-hundred-characters-" * 3
NAMES = ["resnet", LONG[:100], "中文模型 العربية 😀", "<b>&\"'</b> {{7*7}}"]


@pytest.fixture(params=NAMES, ids=["plain", "long", "foreign", "markup"])
def label(request, browse):
    """The address of a fresh label of that name, with every field filled to the brim."""
    form = browse.get("/labels/inference/new")
    fields = dict.fromkeys(("info__hardware", "info__runtime_engine", "info__country"), "x" * 300)
    page = browse.send(
        form,
        "/labels/inference/new",
        model_name=request.param,
        model_author="An organisation with a long name",
        metric__energy_per_inference="1.2e11",
        metric__latency="0",
        metric__file_size="1e300",
        info__power="350",
        **fields,
    )
    assert page.status == 200
    return page.response.request.path


def pdf(browse, label):
    return browse.client.get(f"{label}.pdf").data


def test_the_pdf_is_one_small_valid_tagged_page_with_its_fonts(browse, label, tmp_path):
    data = pdf(browse, label)
    assert len(data) < 60_000
    with pikepdf.open(io.BytesIO(data)) as document:
        assert document.check_pdf_syntax() == []
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "en"
        assert "/StructTreeRoot" in document.Root
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        fonts = [f for page in document.pages for f in page.Resources.Font.values()]
        descriptors = [f.DescendantFonts[0].FontDescriptor for f in fonts]
        assert descriptors
        assert all("/FontFile2" in d or "/FontFile3" in d for d in descriptors)
        assert not document.pages[0].get_images()


def test_the_text_of_the_pdf_can_be_read(browse, label):
    [text] = page_texts(pdf(browse, label))
    for expected in (
        "GAISSALabel",
        "Energy per inference",
        "120 GJ",
        "0 ms",
        "Weight",
        label.removeprefix("/"),
    ):
        assert expected in text


def test_the_pdf_carries_the_labels_data(browse, label):
    [(name, content)] = attachments(pdf(browse, label)).items()
    assert name == f"label-{label.rpartition('/')[2]}.json"
    assert json.loads(content) == browse.client.get(f"{label}.json").json


def test_the_same_label_gives_the_same_bytes_in_another_process(app, browse, tmp_path):
    """The second process prints it anew, from the same database."""
    if "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"]:
        pytest.skip("the printer knows no database")
    settings = app.config["SETTINGS"]
    here = pdf(browse, "/labels/1")
    kept = list(settings.documents_dir.rglob("*.pdf"))
    assert len(kept) == 1
    kept[0].unlink()
    script = (
        "from gaissa_web.app import create_app; import sys;"
        "sys.stdout.buffer.write(create_app().test_client().get('/labels/1.pdf').data)"
    )
    environ = UNLIMITED | {
        "GAISSA_DATA_DIR": str(settings.data_dir),
        "GAISSA_PUBLIC_URL": settings.public_url,
        "PATH": "/usr/bin",
    }
    there = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, check=True
    ).stdout
    assert here == there


def test_a_document_is_rendered_once_and_then_kept(app, browse):
    first = browse.client.get("/labels/2.pdf")
    folder = app.config["SETTINGS"].documents_dir
    [kept] = folder.rglob("*.pdf")
    kept.write_bytes(b"kept")
    assert browse.client.get("/labels/2.pdf").data == b"kept"
    assert first.headers["ETag"]
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pdf"]


@pytest.mark.parametrize("suffix", [".pdf", ".json", ".svg", "/badge.svg", "/model-card.yaml"])
def test_an_unchanged_document_is_not_sent_again(browse, suffix):
    first = browse.client.get(f"/labels/1{suffix}")
    again = browse.client.get(f"/labels/1{suffix}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_the_picture_has_the_size_that_previews_want(browse, label):
    data = browse.client.get(f"{label}.png").data
    assert Image.open(io.BytesIO(data)).size == (1200, 630)
    assert len(data) < 100_000


@pytest.mark.parametrize("suffix", [".svg", "/badge.svg"])
def test_the_vector_pictures_are_well_formed_and_have_a_title(browse, label, suffix):
    response = browse.client.get(f"{label}{suffix}")
    assert response.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(response.data)
    assert root[0].tag.endswith("title")
    assert root[0].text
    assert "http" not in response.get_data(as_text=True).replace("http://www.w3.org/2000/svg", "")


def test_the_json_holds_what_others_rely_on(browse, label):
    data = browse.client.get(f"{label}.json").json
    assert {
        "id",
        "phase",
        "model",
        "grade",
        "scheme",
        "registered_at",
        "metrics",
        "information",
        "links",
    } <= set(data)
    assert {"id", "name", "author"} <= set(data["model"])
    assert data["registered_at"].endswith("Z")
    for metric in data["metrics"].values():
        assert {"name", "value", "unit", "grade", "weight", "counted"} <= set(metric)
    assert all(link.startswith("https://gaissa.example/") for link in data["links"].values())


def test_every_link_of_the_json_works(browse):
    for link in browse.client.get("/labels/1.json").json["links"].values():
        assert browse.client.get(link.removeprefix("https://gaissa.example")).status_code == 200


def test_the_model_card_block_is_yaml_as_the_hub_wants_it(browse):
    block = yaml.safe_load(browse.client.get("/labels/1/model-card.yaml").data)
    assert block["co2_eq_emissions"]["emissions"] == 149200.0
    assert block["co2_eq_emissions"]["training_type"] == "pretraining"
    assert block["energy_label"]["grade"] == "D"


def test_the_citation_has_balanced_braces(browse, label):
    page = browse.get(label)
    citation = page.tree.get_element_by_id("share-bibtex").text
    assert citation.count("{") == citation.count("}")
    assert "@misc" in citation


def test_the_embedding_code_shows_a_page_that_may_be_framed(browse, label):
    code = browse.get(label).tree.get_element_by_id("share-embed").get("value")
    assert f'src="https://gaissa.example{label}/embed"' in code
    assert browse.get(f"{label}/embed").tree.xpath("//*[local-name()='svg']")


WORDS = [
    "W" * 70,
    "i" * 200,
    "Ж" * 70,
    "漢" * 70,
    "x-" * 100,
    "word " * 40,
    "ﬃ" * 60,
    "a" * 30 + "." + "b" * 169,
]


@pytest.mark.parametrize("author", [pytest.param("", marks=pytest.mark.thorough), "B" * 200])
@pytest.mark.parametrize("name", WORDS)
def test_no_name_pushes_the_label_onto_a_second_page(app, name, author):
    values = {"energy_per_inference": 1.2e11, "latency": 0, "file_size": 4e6}
    with app.app_context():
        new = NewExperiment(Phase.INFERENCE, NewModel(name, author), values, {"hardware": "x" * 300})
        found = find_label(register_label(new))
        with app.test_request_context():
            printed = pdf_of(found)
    assert len(page_texts(printed)) == 1


@pytest.mark.parametrize("kind", ["png", "pdf", "svg", "/badge.svg", "/embed"])
def test_other_sites_may_show_what_is_passed_on(browse, kind):
    answer = browse.client.get(f"/labels/1{kind if kind.startswith('/') else f'.{kind}'}")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert browse.client.get("/labels/1").headers["Cross-Origin-Resource-Policy"] == "same-origin"
