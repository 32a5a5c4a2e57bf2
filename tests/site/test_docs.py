"""The documents: links lead somewhere, commands exist, tables agree with what ships."""

import re
from urllib.parse import unquote

import click
import pytest
import yaml

from gaissa_web import cli
from gaissa_web.config import PROJECT
from gaissa_web.core.energy import Spread, emissions_g, energy_j
from gaissa_web.core.grades import Grade
from gaissa_web.core.roi import Scenario

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "gaissa_web/seeds/*.md")
    for path in PROJECT.glob(pattern)
    if path.is_file()
)
SCHEMES = sorted((PROJECT / "gaissa_web" / "seeds").glob("scheme-*.yaml"))
DECISIONS = PROJECT / "docs" / "decisions"
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")
each_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.relative_to(PROJECT).as_posix()
)


def prose(path):
    """The text of a document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def code(path):
    """What a document sets as code: each span, and each line of a block without its comment."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    lines = (line.partition("#")[0] for block in blocks for line in block.splitlines())
    return [*lines, *(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(path)))]


def anchors(path):
    """What the headings of a document can be linked to by, as GitHub makes it of them."""
    headings = re.findall(r"^#+ (.+)$", prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_links_inside_the_project_lead_somewhere(path):
    for link in re.findall(r"\]\(\s*([^)\s]+)\s*\)", prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = path.parent / unquote(file) if file else path
        assert target.exists(), link
        assert target.resolve().is_relative_to(PROJECT), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_commands_and_their_options_exist(path):
    for text in code(path):
        for words in re.findall(r"\bgaissa ([a-z][^|&;]*)", text):
            command, rest = cli.Commands("gaissa"), words.split()
            while isinstance(command, click.Group) and rest:
                name = rest.pop(0)
                command = command.get_command(click.Context(command), name)
                assert command, text
            known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, text


@each_document
def test_targets_of_make_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, flags=re.MULTILINE))
    used = {target for text in code(path) for target in re.findall(r"\bmake ([a-z][a-z-]*)", text)}
    assert used <= targets


def test_every_target_that_people_use_has_its_line_of_help():
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, flags=re.MULTILINE)[1].split()
    assert re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, flags=re.MULTILINE) == phony


def test_decisions_are_in_their_index_numbered_and_dated():
    index = (DECISIONS / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((.+?)\) \| (.+?) \| (.+?) \|$", index, flags=re.MULTILINE)
    records = sorted(path.name for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [file for _, file, _, _ in rows] == records
    for place, (number, file, title, date) in enumerate(rows, start=1):
        text = (DECISIONS / file).read_text("utf-8")
        assert (int(number), file[:4]) == (place, number)
        assert text.startswith(f"# {place}. {title}\n\nDate: {date}")
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_the_guides_are_in_their_index():
    index = (PROJECT / "docs" / "README.md").read_text("utf-8")
    guides = [path.name for path in (PROJECT / "docs").glob("*.md") if path.name != "README.md"]
    assert [name for name in guides if f"]({name})" not in index] == []


@pytest.mark.parametrize("file", SCHEMES, ids=lambda path: path.stem)
def test_the_method_has_the_metrics_that_ship(file):
    scheme = yaml.safe_load(file.read_text("utf-8"))
    heading = f"### {scheme['phase'].capitalize()}, version {scheme['version']}\n"
    _, found, section = (PROJECT / "docs" / "method.md").read_text("utf-8").partition(heading)
    assert found
    section = section.partition("\n#")[0]
    rows = re.findall(r"^\| (.+) \(`(\w+)`\) \| (.+?) \| (\w+) \| (.+) \| .+? \|$", section, re.MULTILINE)
    documented = {
        slug: (name, unit, direction, *map(float, numbers.split(" | ")))
        for name, slug, unit, direction, numbers in rows
    }
    shipped = {
        m["slug"]: (m["name"], m["unit"] or "–", m["direction"], m["weight"], *m["thresholds"])
        for m in scheme["metrics"]
    }
    assert documented == shipped


def test_the_examples_of_the_method_are_what_the_code_calculates():
    text = (PROJECT / "docs" / "method.md").read_text("utf-8")
    moved = Scenario(170.0, 0.7414, 0.1324, 2000.0, 36_500_000, 174.05)
    uses = moved.uses
    energy = energy_j(Spread(27, 53, 144), Spread(0.1008, 0.1035, 0.1262), 1.58)
    emissions = emissions_g(energy, moved.intensity).times(1000)
    for number in (
        f"{moved.pays_back_at:,} inferences",
        f"break-even {moved.break_even:,}",
        f"{moved.pays_back_at / 100_000:,.0f} days",
        f"{moved.total_before(uses):,.2f} − {moved.total_after(uses):,.2f}",
        f"−{-moved.savings(uses):,.2f} EUR",
        f"−{-100 * moved.roi(uses):.1f} %",
        f"{100 * moved.roi_limit:.0f} %",
        f"{moved.emissions_saved_kg(uses):.1f} kg less",
        f"{energy.expected:.2f} J",
        f"{emissions.expected:.3f} g CO₂eq",
        f"range: {energy.low:.2f} to {energy.high:.1f} J",
        f"{emissions.low:.3f} to {emissions.high:.2f} g CO₂eq",
    ):
        assert number in text
    assert Grade.at(round((1 * 35 + 1 * 20 + 2 * 10) / 65)) is Grade.B


def test_a_commit_is_checked_by_the_commands_of_make_check():
    recipe = re.search(r"^check:.*\n((?:\t.+\n)+)", MAKEFILE, flags=re.MULTILINE)[1]
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]
    assert [hook["entry"] for hook in hooks] == commands
