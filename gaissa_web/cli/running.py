"""Running the site: `gaissa serve`, `gaissa worker` and `gaissa migrate`."""

import os
import signal
import subprocess
import sys
import threading
import time

import click
from flask.cli import with_appcontext

from gaissa_web.admin.queries.accounts import has_users
from gaissa_web.storage import migrations
from gaissa_web.web import jobs


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
@click.option("--with-worker", is_flag=True, help="Run the worker for background jobs beside it.")
@with_appcontext
def serve(host: str, port: int, workers: int, with_worker: bool) -> None:
    """Serve the site until interrupted."""
    os.environ.setdefault("GAISSA_PUBLIC_URL", f"http://localhost:{port}")
    click.echo(f"GAISSA Tools is at {os.environ['GAISSA_PUBLIC_URL']} (stop it with Ctrl+C)")
    if migrations.is_current() and not has_users():
        click.echo("Nobody can sign in to manage it yet; “gaissa create-admin NAME” makes the first user.")
    sys.stdout.flush()
    if with_worker:
        # The server takes this process over and so becomes the parent that the worker ends with.
        command = [sys.executable, "-m", "gaissa_web", "worker", "--end-with", str(os.getpid())]
        subprocess.Popen(command)  # noqa: S603  our own command
    arguments = ["--bind", f"{host}:{port}", "--workers", str(workers), "--log-level", "warning", "wsgi:app"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606  no shell is the point


@click.command()
@click.option("--end-with", type=int, metavar="PID", help="End when this parent process does.")
@with_appcontext
def worker(end_with: int | None) -> None:
    """Do background jobs until interrupted; several workers share them."""
    if end_with:
        threading.Thread(target=_end_with, args=(end_with,), daemon=True).start()
    jobs.queue().work()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
