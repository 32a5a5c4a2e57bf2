"""The `gaissa` command, one module per group of commands; most run inside the application.

A command's module is loaded when the command is asked for: what needs no database starts at once.
"""

from importlib import import_module
from typing import Any

import click
from flask.cli import ScriptInfo

from gaissa_web import logs
from gaissa_web.config import SettingsError, read_log_level

COMMANDS = {
    "create-admin": "accounts.create_admin",
    "import-carbon-intensity": "carbon.import_carbon_intensity",
    "import-models": "catalogue.import_models",
    "inspect": "inspecting.inspect",
    "label": "labelling.label",
    "migrate": "running.migrate",
    "seed": "catalogue.seed",
    "serve": "running.serve",
    "sync": "sync.sync",
    "worker": "running.worker",
}
"""Where each command is: module and function in this package."""


class Commands(click.Group):
    """All commands, each loaded when it is needed; what operators can mend is said in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Do what was asked for."""
        try:
            logs.configure(read_log_level())
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error
        except Exception as error:
            if not (reason := _unready(ctx, error)):
                raise
            raise click.ClickException(reason) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), function)
        return command


def _unready(ctx: click.Context, error: Exception) -> str:
    """Return why the database cannot do what was asked for, if that is what went wrong."""
    from sqlalchemy.exc import OperationalError, ProgrammingError  # noqa: PLC0415  slow to load

    if not isinstance(error, OperationalError | ProgrammingError):
        return ""
    from gaissa_web.home.queries import readiness_problem  # noqa: PLC0415  as above

    with ctx.ensure_object(ScriptInfo).load_app().app_context():
        problem = readiness_problem()
    advice = "run “gaissa migrate” first" if "migrations" in problem else "check DATABASE_URL"
    return problem and f"This cannot be done, because {problem}; {advice}."
