from xml.etree import ElementTree

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaissa_web.adapters import qr
from gaissa_web.config import PROJECT
from gaissa_web.core.drawing import HEIGHT, WIDTH, draw_label
from gaissa_web.core.text import printable
from tests.factories import label, metric, scheme

ADDRESS = "https://gaissa.example/labels/7"
SIX = scheme(
    *(metric(f"m{n}", n + 1, unit="g CO2eq", name=f"A metric with a long name {n}") for n in range(6))
)
templates = jinja2.Environment(loader=jinja2.FileSystemLoader(PROJECT / "templates"), autoescape=True)


def draw(shown):
    drawing = draw_label(shown, ADDRESS, qr.encode(ADDRESS))
    return drawing, templates.get_template("documents/label.svg").render(drawing=drawing)


@given(st.text(max_size=200).map(printable), st.floats(0, 1e308), st.floats(0, 1e-300))
def test_any_name_and_value_gives_well_formed_svg(name, large, small):
    _, svg = draw(label({"m0": large, "m1": small, "m2": 0}, rated_by=SIX, name=name or "x", author=name))
    root = ElementTree.fromstring(svg)
    assert root.attrib["viewBox"] == f"0 0 {WIDTH} {HEIGHT}"


def test_the_label_says_in_words_what_it_shows():
    drawing, svg = draw(label({"m5": 1500}, rated_by=SIX))
    assert "The training of resnet is rated E." in drawing.description
    assert "A metric with a long name 5: 1.5 kg CO₂eq, grade E." in drawing.description
    assert "not measured" in drawing.description
    assert svg.count("not measured") >= 5


def test_a_zero_is_shown_and_not_dropped():
    _, svg = draw(label({"m0": 0}, rated_by=SIX))
    assert ">0 g CO₂eq<" in svg


def test_a_label_that_is_not_rated_says_so():
    drawing, svg = draw(label({}, rated_by=SIX, author=""))
    assert drawing.pointer is None
    assert "Not rated" in svg


def test_a_script_in_a_name_stays_text():
    _, svg = draw(label(name="<script>alert(1)</script>"))
    assert "<script" not in svg


def test_the_label_carries_no_style_that_a_strict_policy_would_refuse():
    _, svg = draw(label())
    assert "style" not in svg
    assert "<script" not in svg


def test_tiles_lie_inside_the_label_and_apart():
    drawing, _ = draw(label({}, rated_by=SIX))
    corners = {(tile.x, tile.y) for tile in drawing.tiles}
    assert len(corners) == 6
    assert all(0 < x <= WIDTH - 170 and 0 < y <= HEIGHT - 98 for x, y in corners)


@pytest.mark.parametrize("address", ["https://a.example/1", "https://a.example/" + "x" * 300])
def test_qr_code_is_square_and_its_modules_lie_inside(address):
    code = qr.encode(address)
    assert code.path.startswith("M0 0h7")
    assert code.size >= 21
