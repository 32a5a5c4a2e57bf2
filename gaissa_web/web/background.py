"""The queue of background jobs, for pages that start or stop one."""

from flask import Flask, current_app

from gaissa_web.adapters.queue import JobQueue

EXTENSION = "gaissa-queue"


def init_app(app: Flask, jobs: JobQueue) -> None:
    """Let pages reach the queue."""
    app.extensions[EXTENSION] = jobs


def queue() -> JobQueue:
    """Return the application's queue."""
    found: JobQueue = current_app.extensions[EXTENSION]
    return found
