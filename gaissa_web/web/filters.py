"""How templates show values: numbers with units, dates, plural forms, the current address changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from gaissa_web.core.grades import Grade
from gaissa_web.core.units import at_least, exact, money, readable, share_percent, uses_to_price


def init_app(app: Flask) -> None:
    """Register the filters and globals."""
    app.jinja_env.filters.update(
        at_least=at_least,
        date=date,
        exact=exact,
        iso=iso,
        money=money,
        moment=moment,
        options=options,
        plural=plural,
        percent=percent,
        readable=readable,
        share_percent=share_percent,
        uses_to_price=uses_to_price,
    )
    app.jinja_env.globals.update(page_url=page_url, grades=tuple(Grade))


def date(moment: datetime) -> str:
    """Return the day as "23 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def moment(when: datetime) -> str:
    """Return day and time as "23 November 2026, 14:05 UTC"."""
    return f"{date(when)}, {when:%H:%M} UTC"


def iso(moment: datetime) -> str:
    """Return the moment in ISO 8601 to the second, UTC as `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def percent(share: float) -> str:
    """Return a share of 0 to 1 as "85 %"; only all is 100 % and only nothing is 0 %."""
    whole = round(share * 100)
    return f"{min(max(whole, 1), 99) if 0 < share < 1 else whole}\N{NO-BREAK SPACE}%"


def options(pairs: Iterable[tuple[object, object]], chosen: object) -> Markup:
    """Return (value, text) pairs as the options of a select, of which hundreds are built at once."""
    marked = {str(chosen): " selected"}
    parts = (
        f'<option value="{escape(value)}"{marked.get(str(value), "")}>{escape(text)}</option>'
        for value, text in pairs
    )
    return Markup("".join(parts))  # noqa: S704  every part from outside is escaped above


def plural(count: int, one: str, many: str) -> str:
    """Return the count with the fitting word: "1 label", "1,200 labels"."""
    return f"{count:,} {one if count == 1 else many}"


def page_url(**changes: str | int | None) -> str:
    """Return the address of this page with some query values changed; None takes one out."""
    values: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    kept = {name: value for name, value in values.items() if value not in (None, "", [""])}
    path = url_for(request.endpoint or "home.index", **(request.view_args or {}))
    # Not by url_for, which takes some names as arguments of its own: _scheme, _anchor, _external.
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path
