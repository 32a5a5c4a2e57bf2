"""Registering many labels at once, a row of a table each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing import Destination, Target, read, table_from_rows
from gaissa_web.core.label import Origin
from gaissa_web.core.naming import clean_name
from gaissa_web.core.rating import Phase
from gaissa_web.labels import queries, services
from gaissa_web.labels.importing import destinations, experiment_parts
from gaissa_web.storage.db import db, now
from gaissa_web.storage.ml_models import AUTHOR_LENGTH, NAME_LENGTH
from gaissa_web.storage.schemes import current_scheme

NAMES = ("modelname", "modelid", "model", "name")
DATES = ("createdat", "registeredat", "date")
"""What columns are called, without signs and in small letters."""
EARLIEST_YEAR = 1950


def import_rows(file: str, rows: Sequence[Mapping[str, str | None]], phase: Phase) -> Counter[str]:
    """Register a label for each row in one transaction; return how many of which outcome."""
    _, scheme = current_scheme(phase)
    wanted = destinations(scheme, queries.information_fields(phase))
    counts: Counter[str] = Counter()
    new: dict[str, services.NewExperiment] = {}
    for row in rows:
        experiment = _experiment(file, row, phase, wanted)
        if isinstance(experiment, str):
            counts[experiment] += 1
        else:
            new[experiment.submission or ""] = experiment
    known = services.known_submissions(new)
    with db.session.begin_nested():
        services.add_labels([experiment for key, experiment in new.items() if key not in known])
    db.session.commit()
    db.session.expunge_all()
    counts["registered"] += len(new) - len(known)
    counts["known"] += len(known)
    return counts


def _experiment(
    file: str, row: Mapping[str, str | None], phase: Phase, wanted: Mapping[Target, Destination]
) -> services.NewExperiment | str:
    """Return what the row registers, or the outcome that it has instead."""
    name, author = _model(row)
    if not name:
        return "unnamed"
    columns = [column for column in row if column]
    try:
        table = table_from_rows(file, "CSV", [columns, [row[column] or "" for column in columns]])
    except UnreadableFileError:
        return "unreadable"
    values, information = experiment_parts(read(table, None, wanted).lines)
    if not values:
        return "without values"
    return services.NewExperiment(
        phase=phase,
        model=services.NewModel(name[:NAME_LENGTH], author[:AUTHOR_LENGTH]),
        values=values,
        information=information,
        origin=Origin.FILE,
        origin_detail=file,
        registered_at=_moment(_first(row, DATES)),
        submission=sha256(repr((phase, sorted(row.items(), key=str))).encode()).hexdigest(),
    )


def _model(row: Mapping[str, str | None]) -> tuple[str, str]:
    """Return the model's name and author; a hub's identifier has both."""
    name, author = clean_name(_first(row, NAMES)), clean_name(_first(row, ("author",)))
    owner, _, own = name.rpartition("/")
    return (own, owner) if owner and own and not author else (name, author)


def _first(row: Mapping[str, str | None], columns: Sequence[str]) -> str:
    """Return what stands in the first of `columns` that holds anything."""
    plain = {"".join(filter(str.isalnum, (name or "").casefold())): text for name, text in row.items()}
    return next(
        (text for column in columns if isinstance(text := plain.get(column), str) and text.strip()), ""
    )


def _moment(text: str) -> datetime | None:
    """Return the moment that is written, in UTC; None if none can be read, or if it is yet to come."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= EARLIEST_YEAR and moment <= now() else None
