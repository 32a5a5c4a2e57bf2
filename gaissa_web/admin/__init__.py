"""Management: what QA managers see and change, behind their sign-in.

Each subject (accounts, schemes, tables, tools, carbon, ...) has a module in `routes`, and in
`services` (what it changes) and `queries` (what it shows) where it needs one.
"""

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.routes import (
    audit,
    carbon,
    dashboard,
    jobs,
    metrics,
    schemes,
    signing_in,
    sync,
    tables,
    tools,
    users,
)

__all__ = [
    "audit",
    "blueprint",
    "carbon",
    "dashboard",
    "jobs",
    "metrics",
    "schemes",
    "signing_in",
    "sync",
    "tables",
    "tools",
    "users",
]
