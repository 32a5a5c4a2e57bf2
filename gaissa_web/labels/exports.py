"""Lists of labels as data for others."""

from gaissa_web.labels.queries import LabelSummary

COLUMNS = ("id", "phase", "model", "author", "grade", "coverage", "source", "registered_at")


def values(label: LabelSummary) -> tuple[str | int | float | None, ...]:
    """Return one label's values for `COLUMNS`; the coverage is a share of 0 to 1."""
    grade = label.grade.letter if label.grade else None
    moment = label.registered_at.isoformat()
    return (
        label.id,
        label.phase.value,
        label.model_name,
        label.model_author,
        grade,
        round(label.coverage, 4),
        label.origin.value,
        moment,
    )
