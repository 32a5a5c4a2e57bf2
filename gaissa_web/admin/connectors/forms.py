"""The form to start a synchronisation."""

from datetime import datetime
from typing import Any

from wtforms.validators import NumberRange, Optional

from gaissa_web.web.forms import Form, OptionField, WholeNumberField, choices

LAST = "last"
MOST_AT_ONCE = 1_000_000


class SyncForm(Form):
    """Which cards are looked at, and how many models at most."""

    since = OptionField("Which cards?")
    most = WholeNumberField(
        "At most",
        [
            Optional(),
            NumberRange(1, MOST_AT_ONCE, f"Give a whole number from 1 to {MOST_AT_ONCE:,}, or nothing."),
        ],
    )


def sync_form(last_seen: datetime | None, **options: Any) -> SyncForm:
    """Make the form, bound to the request unless `options` say otherwise."""
    form = SyncForm(**options)
    since = [(LAST, "those changed since the last run")] if last_seen else []
    form.since.choices = choices([*since, ("", "all")])
    if not form.is_submitted():
        form.since.data = LAST if last_seen else ""
    return form
