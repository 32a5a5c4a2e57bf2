"""The house rules that no tool checks: settings documented, templates loadable, routes in order."""

import ast
import inspect
import re
from dataclasses import fields

import pytest
from jinja2 import meta

from gaissa_web import config, core
from gaissa_web.app import create_app
from gaissa_web.config import PROJECT, Settings, read_settings
from gaissa_web.core.grades import Grade
from gaissa_web.web import htmx

MODULES = sorted((PROJECT / "gaissa_web").rglob("*.py"))
TEMPLATES = sorted(
    p.relative_to(PROJECT / "templates").as_posix() for p in (PROJECT / "templates").rglob("*.*")
)
README = (PROJECT / "README.md").read_text("utf-8")


@pytest.fixture
def plain_app(tmp_path):
    return create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path)}))


def test_every_setting_is_documented():
    names = set(re.findall(r'"((?:GAISSA_|DATABASE_)[A-Z_]+)"', inspect.getsource(config)))
    assert len(names) >= len(fields(Settings))
    assert [name for name in sorted(names) if f"`{name}`" not in README] == []


def test_settings_are_reached_in_one_way():
    reaching = [path.name for path in MODULES if '.config["SETTINGS"]' in path.read_text("utf-8")]
    assert reaching == ["settings.py"]


def test_every_command_is_documented():
    from gaissa_web import cli

    assert [name for name in cli.COMMANDS if f"gaissa {name}" not in README] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_loads_and_uses_only_what_exists(plain_app, name):
    source = plain_app.jinja_env.loader.get_source(plain_app.jinja_env, name)[0]
    plain_app.jinja_env.get_template(name)
    assert "|safe" not in source.replace(" ", "")
    assert not re.search(r"\sstyle=|\son\w+=|<style", source)
    for used in meta.find_referenced_templates(plain_app.jinja_env.parse(source)):
        assert used in TEMPLATES


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PROJECT).as_posix())
def test_module_says_what_belongs_in_it_and_stays_small(path):
    text = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 350


READERS = {"read_table", "read_files", "read_intensities_file", "try_tool"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PROJECT).as_posix())
def test_files_are_read_in_a_process_of_their_own(path):
    if "core" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            assert getattr(node.func, "id", getattr(node.func, "attr", "")) not in READERS, ast.unparse(node)


def test_no_route_that_changes_something_answers_get(plain_app):
    for rule in plain_app.url_map.iter_rules():
        if "POST" in rule.methods:
            assert "GET" not in rule.methods, rule


def test_the_stylesheet_has_the_colours_of_the_grades():
    tokens = (PROJECT / "static" / "css" / "tokens.css").read_text("utf-8")
    for grade in Grade:
        assert f"--grade-{grade.letter.lower()}: {grade.colour};" in tokens


def test_the_stylesheet_stays_small(plain_app):
    assert len(plain_app.test_client().get("/static/site.css").data) < 25_000


def test_the_pinned_script_is_the_one_tested():
    assert f"@{htmx.VERSION}/" in htmx.SCRIPT["src"]
    assert (PROJECT / "tests" / "data" / f"htmx-{htmx.VERSION}.min.js").exists()


def test_each_installation_makes_a_secret_of_its_own(tmp_path):
    first = read_settings({"GAISSA_DATA_DIR": str(tmp_path / "a")}).secret_key
    assert first == read_settings({"GAISSA_DATA_DIR": str(tmp_path / "a")}).secret_key
    assert first != read_settings({"GAISSA_DATA_DIR": str(tmp_path / "b")}).secret_key
    assert len(first) >= 40
    assert (tmp_path / "a" / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_common_spellings_of_a_database_address_work(tmp_path, scheme):
    settings = read_settings({"GAISSA_DATA_DIR": str(tmp_path), "DATABASE_URL": f"{scheme}://u@h/d"})
    assert settings.database_url == "postgresql+psycopg2://u@h/d"


def test_readiness_tells_what_is_missing(plain_app):
    response = plain_app.test_client().get("/readyz")
    assert (response.status_code, response.text) == (503, "migrations are pending\n")
    assert plain_app.test_client().get("/healthz").status_code == 200


def test_readiness_says_when_the_database_is_gone(tmp_path):
    address = "postgresql://nobody@127.0.0.1:1/none"
    app = create_app(read_settings({"GAISSA_DATA_DIR": str(tmp_path), "DATABASE_URL": address}))
    assert app.test_client().get("/readyz").text == "the database cannot be reached\n"


def test_core_says_that_it_is_pure():
    assert "pure" in core.__doc__
