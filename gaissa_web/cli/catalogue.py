"""Filling the database: `gaissa seed` and `gaissa import-models`."""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import click
from flask.cli import with_appcontext

from gaissa_web import seeds
from gaissa_web.core.rating import Phase
from gaissa_web.labels import bulk
from gaissa_web.storage.db import refresh_statistics

BATCH = 500
OUTCOMES = ("registered", "known", "unnamed", "without values", "unreadable")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_appcontext
def seed(as_json: bool) -> None:
    """Add what is missing of the shipped catalogue; running it twice changes nothing."""
    counts = asdict(seeds.seed())
    refresh_statistics()
    if as_json:
        click.echo(json.dumps(counts))
        return
    added = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    click.echo(f"Added {added}." if added else "The catalogue is complete; nothing was added.")


@click.command("import-models")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--phase", type=click.Choice([phase.value for phase in Phase]), default="training", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_appcontext
def import_models(file: Path, phase: str, as_json: bool) -> None:
    """Register a label for every row of a CSV file.

    The model's name is in a column model_name, modelName, modelId, model or name ("author/name" gives
    both), its author in author, the day of the label in created_at or registered_at (today without
    one); metrics and information are in columns of their slugs. A row that was imported before is
    left alone, and so is one without a name or without any value; both are counted.
    """
    counts: Counter[str] = Counter()
    size = file.stat().st_size
    with file.open("rb") as raw, click.progressbar(length=size, label=file.name, file=sys.stderr) as bar:
        rows = csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", newline=""))
        try:
            for batch in batched(rows, BATCH):
                counts += bulk.import_rows(file.name, batch, Phase(phase))
                bar.update(raw.tell() - bar.pos)
        except (csv.Error, UnicodeDecodeError) as error:
            raise click.ClickException(
                f"{file.name} is no CSV in UTF-8 near line {rows.line_num + 1}: {error}. "
                "What stands further up was imported."
            ) from error
    refresh_statistics()
    if as_json:
        click.echo(json.dumps(counts))
        return
    click.echo(", ".join(f"{counts[name]:,} {name}" for name in OUTCOMES))


def batched(rows: Iterable[dict[str, str]], size: int) -> Iterator[list[dict[str, str]]]:
    """Yield the rows in lists of `size`; the last may be shorter."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch
