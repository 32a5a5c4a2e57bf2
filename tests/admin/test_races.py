"""What others do meanwhile: nothing is lost, mistaken for something else, or locked for good."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import func, insert, select, update

from gaissa_web.admin.accounts import services as accounts
from gaissa_web.admin.schemes import re_rating, tasks
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage.accounts import Account, SignIn
from gaissa_web.storage.analyses import Analysis, AnalysisKind, AnalysisValue
from gaissa_web.storage.audit import Actor
from gaissa_web.storage.catalogue import Architecture, ExpectedReduction, RoiMetric, Source, TacticOption
from gaissa_web.storage.db import db, now
from gaissa_web.storage.experiments import Experiment
from gaissa_web.storage.jobs import Job
from gaissa_web.storage.tools import CalculationTool
from tests.admin.test_re_rating import publish_next, start
from tests.admin.test_schemes import begin_draft, draft_id, publish
from tests.admin.test_signing_in import try_password
from tests.pages import Browse
from tests.signed_in import PASSWORD, add_account, sign_in
from tests.working import work


def register(browse, phase, **fields):
    """Register a label and return its number."""
    address = f"/labels/{phase}/new"
    return int(browse.send(browse.get(address), address, **fields).address.rpartition("/")[2])


def test_the_number_of_a_deleted_label_is_never_given_to_another(admin, browse):
    first = register(browse, "training", model_name="first", metric__downloads="1")
    address = f"/admin/catalogue/labels/{first}/delete"
    admin.send(admin.get(address), address)
    assert register(browse, "training", model_name="second", metric__downloads="1") > first
    assert browse.get(f"/labels/{first}").status == 404


def test_a_form_made_for_a_discarded_draft_publishes_no_other(admin):
    old = draft_id(begin_draft(admin, "training"))
    seen = admin.get(f"/admin/schemes/{old}/publish")
    admin.send(admin.get(f"/admin/schemes/{old}/discard"), f"/admin/schemes/{old}/discard")
    new = draft_id(begin_draft(admin, "inference"))
    assert admin.send(seen, f"/admin/schemes/{old}/publish").status == 404
    assert "A draft: it rates nothing" in admin.get(f"/admin/schemes/{new}").text


def test_what_was_changed_since_one_was_asked_is_not_deleted(admin):
    address = "/admin/catalogue/sources/new"
    admin.send(admin.get(address), address, title="A paper", year="2024")
    row = admin.get("/admin/catalogue/sources/?q=A+paper").tree.xpath("//tbody//a/@href")[0]
    asked = admin.get(f"{row}/delete")
    admin.send(admin.get(row), row, title="Quite another paper")
    page = admin.send(asked, f"{row}/delete")
    assert page.status == 409
    assert "Delete the source “Quite another paper”?" in page.text
    assert "was deleted" in admin.send(page, f"{row}/delete").text


@pytest.mark.parametrize("address", ["/admin/information/{}/delete", "/admin/tools/{}/delete"])
def test_what_somebody_deletes_in_the_same_moment_is_gone_for_the_other(app, admin, monkeypatch, address):
    """The row is there when the page looks, and gone once it is this page's turn."""
    table = "tables" if "information" in address else "tools"
    name = "_row" if table == "tables" else "find_tool"
    page = admin.get("/admin/")
    with app.app_context():
        known = db.session.scalar(select(CalculationTool.id).limit(1))

    def gone(*_):
        if table == "tools":
            return
        raise LookupError

    monkeypatch.setattr(f"gaissa_web.admin.{table}.services.{name}", gone)
    assert admin.post(page, address.format(known)).status == 404


def test_two_users_cannot_lock_each_other_and_so_all_out(app):
    ana, ben = (add_account(app, name) for name in ("ana", "ben"))
    with app.app_context():
        accounts.set_active(Actor("ana", ana), ben, False)
        with pytest.raises(InvalidInputError, match="deactivated by another user"):
            accounts.set_active(Actor("ben", ben), ana, False)
        assert db.session.scalars(select(Account.name).where(Account.active)).all() == ["ana"]


def test_tries_from_elsewhere_lock_nobody_out_where_they_usually_sign_in(app, browse):
    add_account(app, "ana")
    assert try_password(browse, password=PASSWORD).status_code == 303
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.66"}}
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert try_password(Browse(app.test_client()), **elsewhere).status_code == 422
    third = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.67"}}
    for other in (elsewhere, third):
        assert try_password(Browse(app.test_client()), password=PASSWORD, **other).status_code == 429
    for _ in range(accounts.TRIES_PER_ACCOUNT):
        assert try_password(Browse(app.test_client())).status_code == 422
    assert try_password(Browse(app.test_client())).status_code == 429


def test_a_name_typed_by_a_stranger_is_nobody_who_changed_a_draft(app, admin, browse):
    scheme_id = draft_id(begin_draft(admin))
    seen = admin.get(f"/admin/schemes/{scheme_id}")
    admin.send(admin.get(f"/admin/schemes/{scheme_id}"), f"/admin/schemes/{scheme_id}", title="changed")
    try_password(browse, "nobody, inference version 2")
    page = admin.send(seen, f"/admin/schemes/{scheme_id}", title="late")
    assert "ana changed it at" in page.text
    assert "nobody" not in page.text


def test_a_version_that_is_overtaken_while_it_rates_anew_stops_and_takes_no_newer_label_back(
    app, admin, browse, monkeypatch
):
    monkeypatch.setattr(re_rating, "BATCH", 5)
    page = start(admin, publish_next(admin))
    real, newer = re_rating.re_rate_batch, []

    def overtake(*arguments):
        found = real(*arguments)
        if not newer:
            meanwhile = Thread(target=publish_and_register)
            meanwhile.start()
            meanwhile.join()
        return found

    def publish_and_register():
        newer.append(publish_next(sign_in(app, "ben"), threshold_1="0.002"))
        newer.append(register(browse, "inference", model_name="newest", metric__flops="1000000"))

    monkeypatch.setattr(tasks, "re_rate_batch", overtake)
    work(app)
    assert "only under the current version" in admin.get(page.address).text
    with app.app_context():
        assert db.session.get(Experiment, newer[1]).scheme_id == newer[0]


def test_rating_anew_under_a_newer_version_does_not_wait_behind_an_older_one(app, admin):
    older = start(admin, publish_next(admin))
    newer = start(admin, publish_next(admin, threshold_1="0.002"))
    assert newer.address != older.address
    work(app)
    assert "14 labels were rated anew" in admin.get(newer.address).text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 2


def test_a_label_can_be_registered_when_a_metric_that_follows_from_others_is_no_longer_rated(admin, browse):
    scheme_id = draft_id(begin_draft(admin, "training"))
    address = f"/admin/schemes/{scheme_id}/metrics/size_efficiency/remove"
    admin.send(admin.get(address), address)
    publish(admin, scheme_id)
    form, fields = browse.get("/labels/training/new"), {"model_name": "sized", "info__model_size": "1000"}
    for button in ("preview", "register"):
        page = browse.send(form, "/labels/training/new", button, metric__co2_eq_emissions="5", **fields)
        assert page.status == 200
    assert page.address.startswith("/labels/")


def test_a_long_form_survives_an_ended_session_whole(app, admin):
    page = admin.get("/admin/tools/new")
    form = {"name": "Long", "slug": "long", "signature": "a, b", "action": "save"}
    line = {"unit": "J", "target": "inference metric-energy_per_inference", "aggregation": "mean", "per": ""}
    for n in range(60):
        form |= {f"mappings-{n}-{name}": value for name, value in {"column": f"c{n}", **line}.items()}
    with app.app_context():
        db.session.execute(update(SignIn).values(seen_at=now() - timedelta(hours=3)))
        db.session.commit()
    headers = {"Sec-Fetch-Site": "same-origin"}
    sent = {"csrf_token": page.token, **form}
    login = admin._page(admin.client.post("/admin/tools/new", data=sent, headers=headers), "/admin/login")
    again = admin.send(login, "/admin/login", name="ana", password=PASSWORD)
    assert "was saved" in admin.send(again, "/admin/tools/new", button="save").text
    with app.app_context():
        tool = db.session.scalars(select(CalculationTool).where(CalculationTool.slug == "long")).one()
        assert len(tool.mappings) == 60


def test_the_values_of_somebodys_own_calculation_are_none_of_research(app, admin):
    with app.app_context():
        rows = Architecture, TacticOption, RoiMetric, Source
        architecture, option, metric, source = (db.session.scalar(select(row.id).limit(1)) for row in rows)
        value = AnalysisValue(metric_id=metric, baseline=1.0, reduction=0.1, source_id=source)
        own = Analysis(kind=AnalysisKind.CALCULATION, option_id=option, architecture_id=architecture,
                       iso3="ESP", price=Decimal(1), inferences=5, values=[value])  # fmt: skip
        db.session.add(own)
        db.session.commit()
        key = value.id
    for rest in ("", "/delete"):
        assert admin.get(f"/admin/catalogue/research-values/{key}{rest}").status == 404
    newest = admin.get("/admin/catalogue/research-values/?sort=-id")
    assert f"/admin/catalogue/research-values/{key}" not in newest.links()


def test_saving_a_row_whose_relation_is_one_of_very_many_keeps_it(app, admin):
    with app.app_context():
        many = [{"title": f"AAA {n}", "authors": "", "year": 2020, "url": ""} for n in range(1_001)]
        db.session.execute(insert(Source), many)
        last = Source(title="ZZZ", year=2020)
        db.session.add(last)
        db.session.flush()
        key = db.session.scalar(select(ExpectedReduction.id).limit(1))
        db.session.execute(update(ExpectedReduction).values(source_id=last.id))
        db.session.commit()
        kept = last.id
    address = f"/admin/catalogue/reductions/{key}"
    assert "was saved" in admin.send(admin.get(address), address, note="another note").text
    with app.app_context():
        assert db.session.get(ExpectedReduction, key).source_id == kept
