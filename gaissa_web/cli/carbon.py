"""Carbon intensities from the command line: `gaissa import-carbon-intensity`."""

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from gaissa_web.adapters import confined
from gaissa_web.admin.carbon import services as carbon
from gaissa_web.admin.carbon.queries import plan
from gaissa_web.cli.accounts import COMMAND_LINE
from gaissa_web.core.carbon import read_intensities_file
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage.countries import SHIPPED_TABLE
from gaissa_web.web.settings import settings

SHOWN = 20


@click.command("import-carbon-intensity")
@click.argument("source", default=str(SHIPPED_TABLE), metavar="[FILE or ADDRESS]")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@with_appcontext
def import_carbon_intensity(source: str, dry_run: bool, as_json: bool) -> None:
    """Import Our World in Data's table of carbon intensities; without a source, the one that ships.

    Nothing is ever removed. The exit code is 1 if the table cannot be read.
    """
    try:
        parsed = confined.call(read_intensities_file, source, _content(source))
    except InvalidInputError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for problem in parsed.problems[:SHOWN]:
        click.echo(f"Line {problem.line}: {problem.reason}", err=True)
    done = plan(parsed.rows) if dry_run else carbon.import_rows(COMMAND_LINE, source, parsed.rows)
    counts = {
        "added": len(done.added),
        "changed": len(done.changed),
        "unchanged": done.unchanged,
        "new_countries": len(done.new_countries),
        "unreadable_rows": len(parsed.problems),
        "groups_left_out": len(parsed.skipped),
    }
    if parsed.skipped:
        click.echo(f"Left out, because they are groups of countries: {', '.join(parsed.skipped)}.", err=True)
    if as_json:
        click.echo(json.dumps(counts))
        return
    for change in done.changed[:SHOWN]:
        click.echo(f"{change.country} {change.year}: {change.before:g} to {change.after:g} g/kWh")
    sentence = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    click.echo(("Would be: " if dry_run else "") + sentence)


def _content(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        return carbon.fetch_table(source, settings().allowed_hosts)
    path = Path(source)
    if not path.is_file():
        raise InvalidInputError(f"There is no file {source}.")
    return path.read_bytes()
