"""Running the site: `gaissa serve`, `gaissa worker` and `gaissa migrate`."""

import os
import sys
from functools import partial

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext

from gaissa_web.adapters import confined
from gaissa_web.admin.accounts.queries import has_users
from gaissa_web.cli import serving
from gaissa_web.cli.supervising import keep_running
from gaissa_web.storage import migrations
from gaissa_web.storage.db import db
from gaissa_web.web.background import queue


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
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--with-worker", is_flag=True, help="Run the worker for background jobs beside them.")
@click.pass_context
def serve(context: click.Context, host: str, port: int, workers: int, with_worker: bool) -> None:
    """Serve the site until interrupted; a process that dies is replaced."""
    os.environ.setdefault("GAISSA_PUBLIC_URL", f"http://localhost:{port}")
    app = context.ensure_object(ScriptInfo).load_app()
    try:
        listener = serving.listen(host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened at: {error.strerror}.") from error
    click.echo(f"GAISSA Tools is at {os.environ['GAISSA_PUBLIC_URL']} (stop it with Ctrl+C)")
    with app.app_context():
        if migrations.is_current() and not has_users():
            click.echo(
                "Nobody can sign in to manage it yet; “gaissa create-admin NAME” makes the first user."
            )
        db.session.remove()
        db.engine.dispose()  # no two processes may share a connection
    sys.stdout.flush()
    confined.prepare()
    roles = [partial(serving.serve, app, listener)] * workers
    keep_running([*roles, partial(_work, app)] if with_worker else roles)


@click.command()
@with_appcontext
def worker() -> None:
    """Do background jobs until interrupted; several workers share them."""
    queue().work()


def _work(app: Flask) -> None:
    with app.app_context():
        queue().work()
