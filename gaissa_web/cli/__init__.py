"""The `gaissa` command, one module per group of commands; each runs inside the application."""

from gaissa_web.cli.catalogue import import_models, seed
from gaissa_web.cli.labelling import label
from gaissa_web.cli.running import migrate, serve

commands = [import_models, label, migrate, seed, serve]
