"""What the README's commands install: what the locks name and nothing else, whatever has been released since.

The proof is an index of our own, on loopback, that has a newer release of everything: each would
install without complaint and be found here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gaissa_web.config import PROJECT
from tests.serving import serving

LOCKS = ("requirements.txt", "requirements-dev.txt")
NEWER = "9999.0"
OUR_OWN = {"gaissa-tools", "pip"}
PIPS = ("22.3.1", "23.2.1", "24.0", "24.2", "25.0.1")
"""What CPython 3.11, 3.12 and 3.13 brought with them, from the first release of each on."""
OFFLINE = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def locked(lock):
    """The requirements of a lock, without their hashes."""
    text = (PROJECT / lock).read_text("utf-8")
    lines = re.findall(r"^([a-zA-Z0-9].*?)\s*\\?$", text, re.MULTILINE)
    return [Requirement(line) for line in lines]


def expected(lock):
    """Name and version of what the lock names for this interpreter."""
    wanted = (r for r in locked(lock) if r.marker is None or r.marker.evaluate())
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in wanted}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_version_by_its_hash_and_names_no_index(lock):
    text = (PROJECT / lock).read_text("utf-8")
    assert "://" not in re.sub(r"#.*", "", text)
    for requirement in locked(lock):
        assert re.fullmatch(r"==[^*]+", str(requirement.specifier)), requirement
        entry = text.split(f"\n{requirement.name}==", 1)[-1].split("\n    # via")[0]
        assert "--hash=sha256:" in entry, requirement


def test_the_development_lock_holds_the_runtime_lock():
    runtime, development = (
        {r.name: str(r) for r in locked(lock)} for lock in ("requirements.txt", "requirements-dev.txt")
    )
    assert runtime.items() <= development.items()


def python_environment(**more):
    """The machine's environment without any setting of pip, and with the settings given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return {**kept, **more}


def interpreters():
    """The interpreters from 3.11 on that are on this machine, one of each version, ours first."""
    names = [f"python3.{minor}" for minor in range(11, 16)]
    places = [Path(found) for name in names if (found := shutil.which(name))]
    places += sorted((Path.home() / ".pyenv" / "versions").glob("3.1[1-9]*/bin/python"))
    known = {sys.version_info[:2]: Path(sys.executable)}
    for place in places:
        asked = subprocess.run([place, "-c", "import ensurepip, sys; print(*sys.version_info[:2])"],
                               check=False, capture_output=True, text=True)  # fmt: skip
        if asked.returncode == 0:
            known.setdefault(tuple(map(int, asked.stdout.split())), place)
    return list(known.values())


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Every wheel that the locks name, for each interpreter, from the index that this machine uses."""
    folder = tmp_path_factory.mktemp("wheels")
    for python in interpreters():
        subprocess.run(
            [python, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--require-hashes", "--dest", folder, "--requirement", PROJECT / LOCKS[1]],
            check=True, capture_output=True,
        )  # fmt: skip
    return folder


def newer_wheel(name):
    """A wheel that installs without complaint, of a version that nobody asked for."""
    content, folder = BytesIO(), f"{name.replace('-', '_')}-{NEWER}.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {NEWER}\n")
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", f"{folder}/METADATA,,\n{folder}/WHEEL,,\n{folder}/RECORD,,\n")
    return content.getvalue()


@pytest.fixture(scope="module")
def index(wheels):
    """The address of an index that has those wheels, and a newer release of everything there is."""

    def answer(request):
        *_, name, file = request.path.split("/")
        if file.endswith(f"-{NEWER}-py3-none-any.whl"):
            request.answer(newer_wheel(name), "application/zip")
        elif file:
            request.answer((wheels / file).read_bytes(), "application/zip")
        else:
            files = [w.name for w in wheels.iterdir() if canonicalize_name(w.name.split("-")[0]) == name]
            files.append(f"{name.replace('-', '_')}-{NEWER}-py3-none-any.whl")
            links = "".join(f'<a href="{file}">{file}</a>' for file in files)
            request.answer(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")

    with serving(answer) as address:
        yield f"{address}/simple"


@pytest.fixture
def checkout(tmp_path):
    """What git has of this project, somewhere else, as a fresh clone would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, tmp_path / name)
    return tmp_path


@pytest.mark.thorough
@pytest.mark.parametrize("python", interpreters(), ids=lambda path: Path(path).parent.parent.name)
def test_a_fresh_clone_gets_what_the_locks_name_although_everything_has_newer_releases(
    checkout, index, python
):
    environ = python_environment(**OFFLINE, PIP_INDEX_URL=index)
    target = checkout / ".venv" / "bin" / "python"
    for stamp, lock in ((".venv/.runtime", LOCKS[0]), (".venv/.development", LOCKS[1])):
        made = subprocess.run(["make", stamp, f"PYTHON={python}"], cwd=checkout, check=False,
                              env=environ, capture_output=True, text=True)  # fmt: skip
        assert made.returncode == 0, made.stderr
        listed = subprocess.run(
            [target, "-m", "pip", "list", "--format", "json"], check=True, env=environ, capture_output=True
        )
        installed = {canonicalize_name(row["name"]): row["version"] for row in json.loads(listed.stdout)}
        named = {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in locked(lock)}
        ours = {name: version for name, version in installed.items() if name not in OUR_OWN}
        assert ours.items() <= named.items()
        assert NEWER not in installed.values()
    subprocess.run([target, "-m", "pip", "check"], check=True, env=environ)
    if target.resolve() == Path(sys.executable).resolve():
        assert ours == expected(LOCKS[1])


@pytest.mark.thorough
@pytest.mark.parametrize("version", PIPS)
def test_each_pip_that_comes_with_python_installs_the_same(tmp_path, index, version):
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"pip=={version}"], check=True)
    command = next(line for line in (PROJECT / "Makefile").read_text().splitlines()
                   if "install" in line and LOCKS[1] in line)  # fmt: skip
    options = command.split("pip install", 1)[1].replace(LOCKS[1], str(PROJECT / LOCKS[1])).split()
    report = tmp_path / "report.json"
    dry = subprocess.run(
        [python, "-m", "pip", "install", *options, "--dry-run", "--ignore-installed", "--report", report],
        check=False, env=python_environment(**OFFLINE, PIP_INDEX_URL=index), capture_output=True, text=True,
    )  # fmt: skip
    assert dry.returncode == 0, dry.stderr
    would = (entry["metadata"] for entry in json.loads(report.read_text())["install"])
    assert {canonicalize_name(m["name"]): m["version"] for m in would} == expected(LOCKS[1])
