"""The `gaissa` command, also as `python -m gaissa_web`; the application is made by commands that need it."""

from flask import Flask
from flask.cli import ScriptInfo

from gaissa_web import cli


def _create_app() -> Flask:
    from gaissa_web.app import create_app  # noqa: PLC0415  takes seconds, which some commands do not need

    return create_app()


command_line = cli.Commands(
    "gaissa",
    context_settings={"obj": ScriptInfo(create_app=_create_app)},
    help="GAISSA Tools: energy labels for machine-learning models.",
)

if __name__ == "__main__":
    command_line()
