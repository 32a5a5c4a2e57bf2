"""Running the site: `gaissa serve` and `gaissa migrate`."""

import os
import sys

import click
from flask.cli import with_appcontext

from gaissa_web.storage import migrations


@click.command()
@click.option("--revision", default="head", show_default=True, help="Where to stop; may be older than now.")
@click.option("--down", is_flag=True, help="Undo migrations down to the revision instead.")
@with_appcontext
def migrate(revision: str, down: bool) -> None:
    """Bring the database to the shape this version needs."""
    if down:
        migrations.downgrade(revision)
    else:
        migrations.upgrade(revision)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the site until interrupted."""
    os.environ.setdefault("GAISSA_PUBLIC_URL", f"http://localhost:{port}")
    click.echo(f"GAISSA Tools is at {os.environ['GAISSA_PUBLIC_URL']} (stop it with Ctrl+C)")
    sys.stdout.flush()
    arguments = ["--bind", f"{host}:{port}", "--workers", str(workers), "--log-level", "warning", "wsgi:app"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606  no shell is the point
