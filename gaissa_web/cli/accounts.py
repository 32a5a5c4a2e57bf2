"""Users from the command line: `gaissa create-admin`."""

import sys

import click
from flask.cli import with_appcontext

from gaissa_web.admin.accounts.services import account_name, create_account, replace_password
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.storage.audit import Actor

COMMAND_LINE = Actor("command line")


@click.command("create-admin")
@click.argument("name", required=False)
@click.option("--reset", is_flag=True, help="Replace the password of a user that exists.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, for scripts.")
@with_appcontext
def create_admin(name: str | None, reset: bool, password_stdin: bool) -> None:
    """Make a user NAME who can manage the site, with a password that is asked for.

    The exit code is 1 if the name is taken or the password is too simple.
    """
    name = name or click.prompt("Name")
    if password_stdin or not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    try:
        if reset:
            replace_password(COMMAND_LINE, name, password)
        else:
            create_account(COMMAND_LINE, name, password)
    except InvalidInputError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"{account_name(name)} can sign in at /admin/.")
