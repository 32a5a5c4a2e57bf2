"""The audit trail: append-only, filterable, exportable."""

import csv
import io
import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db


def put(app, *events):
    with app.app_context():
        for event in events:
            record(*event)
        db.session.commit()


EVENTS = (
    (Actor("ben", None, "192.0.2.1"), Action.CREATE, "model", "=danger", None, {"a": "<b>"}),
    (Actor("ana", None, "192.0.2.2"), Action.EDIT, "metric", "latency", {"x": 1, "y": 2}, {"x": 1, "y": 3}),
)


COPY = (
    " INTO audit_events (id, at, actor, address, action, kind, subject)"
    " SELECT id, at, 'nobody', '', action, kind, subject FROM audit_events"
)
ON_BOTH = (
    "UPDATE audit_events SET actor = 'nobody'",
    "DELETE FROM audit_events",
    f"INSERT{COPY} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
)
ON = {
    "sqlite": (
        *ON_BOTH,
        "UPDATE OR REPLACE audit_events SET actor = 'nobody'",
        "UPDATE OR REPLACE audit_events SET id = (SELECT max(id) FROM audit_events)",
        "UPDATE OR IGNORE audit_events SET actor = 'nobody'",
        *(f"{verb}{COPY}" for verb in ("REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT")),
        f"INSERT OR REPLACE{COPY}".replace("(id", "(rowid"),
        *(
            f"INSERT OR REPLACE{COPY}".replace("SELECT id", f"SELECT {number}")
            for number in ("CAST(id AS TEXT)", "id + 0.0", "-1", "0")
        ),
    ),
    "postgresql": (
        *ON_BOTH,
        "TRUNCATE audit_events",
        "TRUNCATE audit_events RESTART IDENTITY CASCADE",
        "TRUNCATE accounts CASCADE",
        "MERGE INTO audit_events USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET actor = 'nobody'",
        "MERGE INTO audit_events USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    ),
}
"""Every way that each database has to change or take out a row."""


def trail():
    return db.session.execute(text("SELECT * FROM audit_events ORDER BY id")).all()


def test_the_database_itself_refuses_to_change_the_trail(app):
    put(app, *EVENTS)
    with app.app_context():
        before = trail()
        for statement in ON[db.engine.dialect.name]:
            with pytest.raises(DBAPIError, match="append-only"):
                db.session.execute(text(statement))
            db.session.rollback()
            assert trail() == before, statement


def test_the_trail_refuses_changes_by_who_opens_the_database_with_other_settings(app):
    put(app, *EVENTS)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("what PostgreSQL refuses does not depend on the connection")
        before = trail()
        for pragma in ("recursive_triggers", "foreign_keys"):
            for value in ("ON", "OFF"):
                db.session.execute(text(f"PRAGMA {pragma}={value}"))
                with pytest.raises(DBAPIError, match="append-only"):
                    db.session.execute(text(f"INSERT OR REPLACE{COPY}"))
                db.session.rollback()
        db.session.execute(text("PRAGMA recursive_triggers=OFF"))
        db.session.execute(text("PRAGMA foreign_keys=ON"))
        assert trail() == before


def test_events_are_still_added_after_a_change_was_refused(app):
    test_the_database_itself_refuses_to_change_the_trail(app)
    with app.app_context():
        before = len(trail())
    put(app, *EVENTS)
    with app.app_context():
        assert len(trail()) == before + len(EVENTS)


def test_an_edit_keeps_only_what_differs(app, admin):
    put(app, EVENTS[1])
    [event] = [e for e in admin.client.get("/admin/audit/export.json").json if e["subject"] == "latency"]
    assert (json.loads(event["before"]), json.loads(event["after"])) == ({"y": 2}, {"y": 3})


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("actor=BEN", ["=danger"]),
        ("action=edit", ["latency"]),
        ("kind=model", ["=danger"]),
        ("text=LATEN", ["latency"]),
        ("since=2999-01-01", []),
        ("until=2000-01-01", []),
        ("since=not-a-day&kind=metric", ["latency"]),
        ("until=9999-12-31&kind=metric", ["latency"]),
        ("kind=nothing", []),
    ],
)
def test_the_trail_is_filtered_and_the_export_with_it(app, admin, query, subjects):
    put(app, *EVENTS)
    page = admin.get(f"/admin/audit/?{query}")
    shown = [e.xpath("string(p)") for e in page.tree.xpath("//li[@class='event']")]
    assert len(shown) == len(subjects)
    exported = admin.client.get(f"/admin/audit/export.json?{query}").json
    assert [event["subject"] for event in exported] == subjects


def test_the_export_is_harmless_in_a_spreadsheet(app, admin):
    put(app, *EVENTS)
    lines = admin.client.get("/admin/audit/export.csv?kind=model").get_data(as_text=True)
    [row] = csv.DictReader(io.StringIO(lines))
    assert row["subject"] == "'=danger"
    assert row["address"] == "192.0.2.1"


def test_a_long_trail_has_pages(app, admin):
    put(app, *[(Actor("ana"), Action.EDIT, "metric", f"m{n}", {}, {}) for n in range(120)])
    seen, address = [], "/admin/audit/?kind=metric"
    while address:
        page = admin.get(address)
        seen += [e.xpath("string(p)") for e in page.tree.xpath("//li[@class='event']")]
        address = next(iter(page.tree.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == 120
