"""Reading what stands in an address: days and texts, whatever somebody wrote there."""

from datetime import date

from flask import request

from gaissa_web.core.text import printable


def text(name: str, length: int = 200) -> str:
    """Return the text of that name, without what no database holds, cut to `length`."""
    return printable(request.args.get(name, "")).strip()[:length]


def day(name: str) -> date | None:
    """Return the day of that name; None where there is none that can be read."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
