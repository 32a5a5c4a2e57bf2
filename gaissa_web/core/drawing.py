"""The layout of an energy label: what stands where, for the one template that draws it.

Coordinates are those of a canvas of `WIDTH` x `HEIGHT`, one to two like the EU energy label.
"""

from dataclasses import dataclass

from gaissa_web.core.grades import Grade
from gaissa_web.core.label import Label
from gaissa_web.core.rating import RatedMetric
from gaissa_web.core.text import FittedText, fit
from gaissa_web.core.units import readable, scale

WIDTH, HEIGHT = 400, 800
MARGIN = 24
ARROWS_TOP, ARROW_HEIGHT, ARROW_GAP = 190, 34, 6
ARROW_WIDTHS = (110, 138, 166, 194, 222)
POINTER_LEFT, POINTER_TIP = 272, 22
TILES_TOP, TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 408, 170, 98, 12


@dataclass(frozen=True, slots=True)
class QRCode:
    """A QR code of `size` modules square, its dark modules as the data of one SVG path."""

    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """One grade of the scale: its outline as SVG points, and the height of its middle."""

    grade: Grade
    points: str
    middle: float


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric: its corner, name, value or None, unit, grade, marker as a share of the scale."""

    x: float
    y: float
    name: FittedText
    value: FittedText | None
    grade: Grade | None
    marker: float | None
    counted: bool


@dataclass(frozen=True, slots=True)
class LabelDrawing:
    """Everything the label's template draws, and the same in words for those who listen."""

    title: str
    description: str
    phase: str
    name: FittedText
    author: FittedText | None
    arrows: tuple[Arrow, ...]
    pointer: Arrow | None
    tiles: tuple[Tile, ...]
    footer: tuple[str, ...]
    qr: QRCode


def draw_label(label: Label, address: str, qr: QRCode) -> LabelDrawing:
    """Lay out `label`, whose permanent address is `address`."""
    room = WIDTH - 2 * MARGIN
    return LabelDrawing(
        title=f"Energy label {_grade_word(label.grade)} for {label.model.name}",
        description=describe(label),
        phase={"training": "Training run", "inference": "Inference deployment"}[label.phase],
        name=fit(label.model.name, room, (22, 20, 18, 16, 14, 12, 11), height=54),
        author=fit(f"by {label.model.author}", room, (13, 12, 11)) if label.model.author else None,
        arrows=tuple(_arrow(grade) for grade in Grade),
        pointer=_pointer(label.grade) if label.grade else None,
        tiles=tuple(_tile(index, rated) for index, rated in enumerate(label.shown_metrics)),
        footer=(
            f"Metrics measured: {label.rating.coverage:.0%} of the weight · scheme {label.scheme_version}",
            f"Registered {label.registered_at:%Y-%m-%d} · {_short(address)}",
        ),
        qr=qr,
    )


def describe(label: Label) -> str:
    """Return what the label shows, as sentences."""
    parts = [f"The {label.phase} of {label.model.name} is rated {_grade_word(label.grade)}."]
    for rated in label.shown_metrics:
        outcome = "not measured"
        if rated.value is not None and rated.grade is not None:
            outcome = f"{readable(rated.value, rated.metric.unit)}, grade {rated.grade.letter}"
        parts.append(f"{rated.metric.name}: {outcome}.")
    return " ".join(parts)


def _grade_word(grade: Grade | None) -> str:
    return grade.letter if grade else "not rated"


def _short(address: str) -> str:
    shown = address.partition("://")[2]
    return fit(shown, 200, (10,)).lines[0]


def _arrow(grade: Grade) -> Arrow:
    top = ARROWS_TOP + grade.position * (ARROW_HEIGHT + ARROW_GAP)
    middle, bottom = top + ARROW_HEIGHT / 2, top + ARROW_HEIGHT
    end = MARGIN + ARROW_WIDTHS[grade.position]
    points = (
        f"{MARGIN},{top} {end},{top} {end + ARROW_HEIGHT / 2:g},{middle:g} {end},{bottom} {MARGIN},{bottom}"
    )
    return Arrow(grade, points, middle)


def _pointer(grade: Grade) -> Arrow:
    middle = _arrow(grade).middle
    top, bottom, left, right = middle - 24, middle + 24, POINTER_LEFT + POINTER_TIP, WIDTH - MARGIN
    points = f"{POINTER_LEFT},{middle:g} {left},{top:g} {right},{top:g} {right},{bottom:g} {left},{bottom:g}"
    return Arrow(grade, points, middle)


def _tile(index: int, rated: RatedMetric) -> Tile:
    row, column = divmod(index, 2)
    value = None
    if rated.value is not None:
        value = fit(" ".join(scale(rated.value, rated.metric.unit)), TILE_WIDTH - 62, (17, 15, 13, 11, 10))
    return Tile(
        x=MARGIN + column * (TILE_WIDTH + TILE_GAP),
        y=TILES_TOP + row * (TILE_HEIGHT + TILE_GAP),
        name=fit(rated.metric.name, TILE_WIDTH - 20, (12, 11, 10)),
        value=value,
        grade=rated.grade,
        marker=rated.metric.thresholds.place(rated.value) if rated.value is not None else None,
        counted=rated.counted,
    )
