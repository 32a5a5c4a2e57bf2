"""The `gaissa` command, one module per group of commands; each runs inside the application."""

from gaissa_web.cli.accounts import create_admin
from gaissa_web.cli.carbon import import_carbon_intensity
from gaissa_web.cli.catalogue import import_models, seed
from gaissa_web.cli.labelling import label
from gaissa_web.cli.running import migrate, serve, worker
from gaissa_web.cli.sync import sync

commands = [create_admin, import_carbon_intensity, import_models, label, migrate, seed, serve, sync, worker]
