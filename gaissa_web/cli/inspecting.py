"""`gaissa inspect`: a model's numbers for an inference label, from its files; needs no database."""

import json
import sys
from pathlib import Path

import click

from gaissa_web.adapters.model_files import inspect_model
from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.exporting import csv_lines
from gaissa_web.core.inspecting import COLUMNS, as_data, as_row, as_text
from gaissa_web.core.text import one_line


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="MODEL-FILE-OR-FOLDER...", type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as JSON.")
@click.option(
    "--csv",
    "table",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a table that the form of an inference label imports, a row for each model.",
)
def inspect(paths: tuple[Path, ...], as_json: bool, table: Path | None) -> None:
    """Say how many parameters, bytes and operations models have, without running them.

    Reads safetensors, ONNX and PyTorch files, and folders as Hugging Face arranges them. Operations
    are floating-point operations (FLOP) of one pass, two per multiply-accumulate; only ONNX files
    tell them. The exit code is 1 if nothing could be read.
    """
    if table and any(_is_same(table, path) for path in paths):
        raise click.BadParameter("It would overwrite the model.", param_hint="--csv")
    models = []
    for path in paths:
        try:
            models.append(inspect_model(path))
        except UnreadableFileError as error:
            click.echo(f"{one_line(str(path))}: {error}", err=True)
    if not models:
        sys.exit(1)
    if table:
        try:
            table.write_text("".join(csv_lines(COLUMNS, map(as_row, models))), "utf-8", newline="")
        except OSError as error:
            raise click.BadParameter(
                f"It cannot be written ({error.strerror}).", param_hint="--csv"
            ) from error
    if as_json:
        click.echo(json.dumps([as_data(model) for model in models], ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(map(as_text, models)))


def _is_same(table: Path, path: Path) -> bool:
    try:
        return table.samefile(path)
    except OSError:  # one of them is not there, or not to be reached
        return False
