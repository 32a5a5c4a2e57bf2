"""What one visitor may do in an hour, and what is said and kept when it was enough."""

from dataclasses import replace

import pytest

from gaissa_web.adapters import confined
from gaissa_web.adapters.limiter import Limiter
from gaissa_web.adapters.turns import Turns
from gaissa_web.config import read_settings
from gaissa_web.storage.analyses import Analysis
from gaissa_web.storage.db import db
from gaissa_web.storage.experiments import Experiment
from gaissa_web.web import limits
from tests.pages import Browse, Page
from tests.roi.analysing import analyse
from tests.signed_in import sign_in

pytestmark = pytest.mark.any_database

TRAINING, IMPORT = "/labels/training/new", "/labels/training/import"
FILE = ("a.csv", b"downloads\n5\n")


@pytest.fixture
def limit(app, tmp_path, monkeypatch):
    """Allow but so many of a kind."""
    monkeypatch.setitem(app.extensions, limits.EXTENSION, Limiter(tmp_path / "limits.sqlite3"))

    def set_limit(kind, most):
        settings = app.config["SETTINGS"]
        new = replace(settings, limits={**settings.limits, kind: most})
        monkeypatch.setitem(app.config, "SETTINGS", new)

    return set_limit


def register(browse, name, **fields):
    page = browse.get(TRAINING)
    return browse.send(page, TRAINING, model_name=name, metric__downloads="5", **fields)


def preview(browse):
    return browse.send(
        browse.get(TRAINING), TRAINING, button="preview", model_name="kept", metric__downloads="5"
    )


def upload(browse):
    return browse.send(browse.get(IMPORT), IMPORT, files=[FILE])


def print_label(browse, kind="pdf"):
    label = browse.get("/labels/").tree.xpath("//main//tbody//a/@href")
    return browse.client.get(f"{label[0]}.{kind}")


def export(browse):
    return browse.client.get("/labels/export.csv")


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("labels", lambda _app, browse: register(browse, "a model")),
        ("labels", analyse),
        ("previews", lambda _app, browse: preview(browse)),
        ("previews", lambda _app, browse: register(browse, "another")),
        ("previews", analyse),
        ("uploads", lambda _app, browse: upload(browse)),
        ("downloads", lambda _app, browse: export(browse)),
        ("downloads", lambda _app, browse: print_label(browse)),
        ("downloads", lambda _app, browse: browse.client.get("/roi/research/export.json")),
        ("downloads", lambda _app, browse: browse.client.get("/roi/analyses/1.pdf")),
    ],
)
def test_enough_is_enough(app, browse, limit, kind, act):
    limit(kind, 0)
    answer = act(app, browse)
    response = answer.response if isinstance(answer, Page) else answer
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert "Please try again in 60 min." in response.get_data(as_text=True)


def test_what_was_typed_is_kept_when_it_was_enough(browse, limit):
    limit("labels", 1)
    assert register(browse, "first").status == 200
    page = register(browse, "second")
    assert page.status == 429
    assert page.value("model_name") == "second"
    assert page.value("metric-downloads") == "5"
    assert "the limit for labels and analyses is 1 an hour" in page.text


@pytest.mark.parametrize("trouble", ["limit", "busy"])
def test_what_was_typed_is_kept_when_files_cannot_be_read_again(browse, limit, monkeypatch, trouble):
    page = upload(browse)
    if trouble == "limit":
        limit("uploads", 0)
    else:
        monkeypatch.setattr(confined, "TURNS", Turns(0, 0, 0, "Busy."))
    fields = {"model_name": "kept", "info__hardware": "mine", "inferences": "3"}
    again = browse.send(page, TRAINING, button="register", **fields, metric__downloads="x")
    answer = browse.client.post(IMPORT, data=again_fields(again))
    assert answer.status_code == {"limit": 429, "busy": 503}[trouble]
    assert answer.headers["Retry-After"]
    text = answer.get_data(as_text=True)
    assert 'value="kept"' in text
    assert 'value="mine"' in text


def again_fields(page):
    """What the button that reads the files otherwise sends: the whole form."""
    return dict(page.form(TRAINING).form_values())


def test_each_visitor_is_counted_alone(app, limit):
    limit("uploads", 1)
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8:1::1", "2001:db8:2::1"):
        browse = Browse(app.test_client())
        browse.client.environ_base["REMOTE_ADDR"] = address
        assert upload(browse).status == 200
        assert upload(browse).status == 429


def test_one_network_is_one_visitor(app, limit):
    limit("uploads", 1)
    browse = Browse(app.test_client())
    for first, second in (("2001:db8::1", "2001:db8::ffff:2"), ("192.0.2.7", "::ffff:192.0.2.7")):
        browse.client.environ_base["REMOTE_ADDR"] = first
        assert upload(browse).status == 200
        browse.client.environ_base["REMOTE_ADDR"] = second
        assert upload(browse).status == 429


def test_a_document_that_is_kept_costs_nothing(browse, limit):
    assert print_label(browse).status_code == 200
    limit("downloads", 0)
    assert print_label(browse).status_code == 200
    assert print_label(browse, "svg").status_code == 200
    assert print_label(browse, "png").status_code == 429


def test_managers_are_not_counted(app, limit):
    limit("labels", 0)
    limit("previews", 0)
    assert register(sign_in(app, "ana"), "a manager's").status == 200


def test_what_is_written_keeps_who_sent_it_without_naming_them(app, browse):
    register(browse, "a model")
    analyse(app, browse)
    with app.app_context():
        rows = [db.session.query(table).order_by(table.id.desc()).first() for table in (Experiment, Analysis)]
        senders = {row.sender for row in rows}
    assert len(senders) == 1
    [sender] = senders
    assert len(sender) == 64
    assert "127.0.0.1" not in sender


def test_the_limits_are_generous_by_themselves(tmp_path):
    settings = read_settings({"GAISSA_DATA_DIR": str(tmp_path)})
    assert settings.limits == {
        "labels": 60,
        "uploads": 120,
        "previews": 600,
        "measurements": 20,
        "downloads": 300,
    }


def test_no_number_of_exports_and_prints_takes_every_thread(browse, monkeypatch):
    monkeypatch.setattr(limits, "COSTLY", Turns(1, 1, 0.1, limits.COSTLY.busy))
    with limits.COSTLY.one():
        for address in (
            "/labels/export.csv",
            "/labels/export.json",
            "/roi/research/export.csv",
            "/labels/1.pdf",
        ):
            answer = browse.client.get(address)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "Please try again in a minute" in answer.get_data(as_text=True)
        assert browse.get("/labels/").status == 200
    for _ in range(5):  # each gives its turn back, read, not read or read in part
        assert browse.client.get("/labels/export.csv").data
        with browse.client.head("/labels/export.json") as answer:
            assert answer.status_code == 200
        with browse.client.get("/labels/export.json") as answer:
            next(answer.iter_encoded())
    assert browse.client.get("/labels/1.pdf").status_code == 200
