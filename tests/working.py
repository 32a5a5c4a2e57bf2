"""Doing background jobs in the tests' own process."""

from flask import Flask

from gaissa_web.app import RUNNERS
from gaissa_web.jobs.running import run_job
from gaissa_web.storage import jobs
from gaissa_web.web.background import queue


def work(app: Flask) -> None:
    """Do all jobs that wait, as a worker would."""
    with app.app_context():
        for job_id, _ in jobs.recover():
            run_job(job_id, RUNNERS, queue(), app.config["SETTINGS"])
