"""Rating labels anew under the current version of their scheme, a few hundred in a transaction."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.rating import Phase, Scheme, rate
from gaissa_web.labels.services import replace_ratings
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.experiments import Experiment, MetricValue
from gaissa_web.storage.schemes import MetricRow, SchemeRow, current_scheme

BATCH = 500


def check_target(scheme_id: int) -> Scheme:
    """Return the scheme of that id if it is the current version of its phase.

    Raises:
        LookupError: There is no such scheme.
        InvalidInputError: It is a draft, or a newer version has been published.
    """
    row = db.session.get(SchemeRow, scheme_id)
    if row is None:
        raise LookupError(f"no scheme {scheme_id}")
    current_id, scheme = current_scheme(Phase(row.phase))
    if current_id != scheme_id:
        raise InvalidInputError("Labels can be rated anew only under the current version.")
    return scheme


def re_rate_batch(scheme_id: int, scheme: Scheme, after: int) -> tuple[int, int] | None:
    """Rate the next labels after the id `after`; return the last id and how many; None if none is left.

    What the older version had given is kept as an earlier rating. All of the batch is one
    transaction, so that no label is ever half done; a label that is done is not met again. No
    version is published and no label deleted meanwhile.

    Raises:
        InvalidInputError: A newer version has been published.
    """
    with one_at_a_time():
        check_target(scheme_id)
        return _re_rate_next(scheme_id, scheme, after)


def _re_rate_next(scheme_id: int, scheme: Scheme, after: int) -> tuple[int, int] | None:
    wanted = Experiment.phase == scheme.phase, Experiment.scheme_id != scheme_id, Experiment.id > after
    ids = db.session.scalars(select(Experiment.id).where(*wanted).order_by(Experiment.id).limit(BATCH)).all()
    if not ids:
        return None
    values = _values(ids, scheme.slugs)
    replace_ratings(scheme_id, {label_id: rate(scheme, values.get(label_id, {})) for label_id in ids})
    return ids[-1], len(ids)


def _values(ids: Sequence[int], slugs: Collection[str]) -> dict[int, dict[str, float]]:
    """Return the values of the metrics that the scheme has, by label."""
    query = select(MetricValue.experiment_id, MetricRow.slug, MetricValue.value)
    query = query.join(MetricRow, MetricRow.id == MetricValue.metric_id)
    found: dict[int, dict[str, float]] = {}
    for experiment_id, slug, value in db.session.execute(query.where(MetricValue.experiment_id.in_(ids))):
        if slug in slugs:
            found.setdefault(experiment_id, {})[slug] = value
    return found
