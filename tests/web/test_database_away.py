"""A database that cannot be reached is a pause that is said, not a failure; one that comes back is used."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from gaissa_web.app import create_app
from gaissa_web.config import read_settings
from gaissa_web.storage.db import db
from tests.web.test_odd_requests import addresses

WITHOUT_DATABASE = ("/healthz", "/robots.txt", "/favicon.ico", "/static/", "/inference/measure/1")


@pytest.fixture(params=["postgresql://nobody@127.0.0.1:1/nothing", "sqlite:///{folder}/gone/gaissa.sqlite3"])
def away(request, tmp_path):
    """The application with a database that is not there."""
    database = request.param.format(folder=tmp_path)
    return create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path), "DATABASE_URL": database}))


def test_every_address_says_so_and_when_to_ask_again(away, caplog):
    client = away.test_client()
    seen = 0
    for address in addresses(away, {"GET"}):
        if address.startswith("/admin/") and address != "/admin/login":
            continue  # strangers are asked to sign in first
        answer = client.get(address, buffered=True)
        if address.startswith(WITHOUT_DATABASE):
            assert answer.status_code in {200, 404}, address
            continue
        assert answer.status_code == 503, address
        if address == "/readyz":
            continue
        assert int(answer.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in answer.text
        assert "sqlite" not in answer.text
        assert "search-again" not in answer.text  # there is nothing to search in
        if address.endswith(".json"):
            assert answer.json["status"] == 503
        seen += 1
    assert seen > 25
    assert "cannot be reached" in caplog.text


def test_a_form_that_is_sent_meanwhile_is_answered_the_same(away):
    away.config["WTF_CSRF_ENABLED"] = False
    answer = away.test_client().post(
        "/labels/training/new", data={"model_name": "m", "metric-downloads": "1"}
    )
    assert answer.status_code == 503


def test_a_statement_that_is_wrong_is_a_failure_of_ours(app, browse, monkeypatch):
    monkeypatch.setattr("gaissa_web.home.queries.counts", lambda: db.session.execute(text("SELEC 1")))
    assert browse.client.get("/").status_code == 500


def test_a_database_that_was_restarted_is_used_again_at_once(app, browse):
    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    assert browse.get("/labels/").status == 200
    other = create_engine(engine.url, poolclass=NullPool)
    with other.connect() as connection:
        ended = connection.scalar(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert ended
    assert browse.get("/labels/").status == 200
