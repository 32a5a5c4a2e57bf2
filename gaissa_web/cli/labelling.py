"""`gaissa label`: a label from a tracker's files, without a browser."""

import json
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from gaissa_web.adapters import confined
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.importing import ALL_RUNS, Aggregation, Choices, FileChoices, read_files
from gaissa_web.core.label import Origin
from gaissa_web.core.rating import Phase
from gaissa_web.labels import documents, importing, queries, services, tools
from gaissa_web.storage.schemes import current_scheme


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--model", required=True, help="Name of the model.")
@click.option("--author", default="", help="Its author or organisation.")
@click.option(
    "--phase", type=click.Choice([phase.value for phase in Phase]), default="training", show_default=True
)
@click.option("--inferences", type=click.IntRange(1), help="How many inferences the files cover.")
@click.option("--one-at-a-time", is_flag=True, help="They were answered so; their time is then the latency.")
@click.option("--tool", default="", help="The tool that wrote the files, if it is not recognised.")
@click.option("--run", default="", help="Which run of a file, counted from 1, or all; else the newest.")
@click.option("--rows", type=click.Choice([a.value for a in Aggregation]), help="Combine all runs, and how.")
@click.option(
    "--pdf", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the PDF here."
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole label as JSON.")
@with_appcontext
def label(
    files: tuple[Path, ...],
    model: str,
    author: str,
    phase: str,
    inferences: int | None,
    one_at_a_time: bool,
    tool: str,
    run: str,
    rows: str | None,
    pdf: Path | None,
    as_json: bool,
) -> None:
    """Register a label from the FILES a tracker wrote and print its address.

    The exit code is 1 if nothing could be read or the label could not be registered.
    """
    _, scheme = current_scheme(Phase(phase))
    known = tools.calculation_tools(scheme.phase)
    if tool and tool not in {one.slug for one in known}:
        raise click.BadParameter(f"there is {', '.join(one.slug for one in known)}", param_hint="--tool")
    try:
        imported = confined.call(
            read_files,
            [(file.name, file.read_bytes()) for file in files],
            known,
            importing.destinations(scheme, queries.information_fields(scheme.phase)),
            Choices(inferences, one_at_a_time, aggregation=Aggregation(rows) if rows else None),
            [FileChoices(tool, run)] * len(files),
        )
    except InvalidInputError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for reading in imported.readings:
        for offered in reading.runs:
            chosen = "read" if reading.run in {offered.key, ALL_RUNS} else "left out"
            facts = ", ".join((*offered.facts, offered.value))
            click.echo(f"{reading.file}, run {offered.key}, {chosen}: {facts}", err=True)
    for problem in imported.problems:
        click.echo(" ".join(filter(None, (problem.file, problem.place, problem.reason))), err=True)
    values, information = importing.experiment_parts(imported.lines)
    try:
        label_id = services.register_label(
            services.NewExperiment(
                phase=scheme.phase,
                model=services.NewModel(model, author),
                values=values,
                information=information,
                origin=Origin.FILE,
                origin_detail=imported.tools,
            )
        )
    except InvalidInputError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    found = queries.find_labels([label_id])[0]
    with current_app.test_request_context():
        if pdf:
            pdf.write_bytes(documents.pdf(found))
        data = documents.as_json(found)
    if as_json:
        click.echo(data, nl=False)
        return
    grade = found.grade.letter if found.grade else "not rated"
    click.echo(f"{grade}  {json.loads(data)['links']['self']}")
