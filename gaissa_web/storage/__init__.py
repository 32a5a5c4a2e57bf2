"""Database tables, one aggregate per file, with the constraints that keep them true.

Reads and writes that serve one feature live with it, in its `queries` and `services`; here are
only the tables and what every feature needs of them.
"""

from gaissa_web.storage import (
    accounts,
    analyses,
    audit,
    catalogue,
    countries,
    experiments,
    hardware,
    hub,
    information,
    jobs,
    measurements,
    ml_models,
    schemes,
    switches,
    tools,
    workers,
)

__all__ = [
    "accounts",
    "analyses",
    "audit",
    "catalogue",
    "countries",
    "experiments",
    "hardware",
    "hub",
    "information",
    "jobs",
    "measurements",
    "ml_models",
    "schemes",
    "switches",
    "tools",
    "workers",
]
