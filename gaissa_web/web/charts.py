"""Charts as coordinates: what the SVG macros of pages and reports draw, without a line of theirs.

A chart is laid out in a box of its own units; y grows downwards, as in SVG.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, cos, floor, log10, pi, sin

WIDTH, HEIGHT = 420.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 12.0, 28.0, 34.0
TICKS = 4
RADAR_MOST = 2.0
BAR = 48.0

Points = Sequence[tuple[float, float]]
Text = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis with its text."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as an SVG path, and where its name stands in the legend."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over an axis of uses; `zero` is where y is 0, `mark` a vertical line, `band` a closed path.

    `x_title` and `y_title` say what the axes are.
    """

    title: str
    description: str
    x_title: str
    y_title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero: float | None
    mark: Tick | None
    band: str


@dataclass(frozen=True, slots=True)
class Spoke:
    """One axis of a radar: its end, its name, and how to set the text there."""

    x: float
    y: float
    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Radar:
    """Ratios to a baseline of 1 on spokes; paths are closed. Ratios beyond 2 end at the rim."""

    title: str
    description: str
    before: str
    after: str
    spokes: tuple[Spoke, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado from `x` on, with what the input and the result are at its two ends."""

    name: str
    x: float
    y: float
    width: float
    left: str
    right: str
    left_result: str
    right_result: str


@dataclass(frozen=True, slots=True)
class Tornado:
    """Bars around the result that all inputs as they are lead to."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    middle: float
    middle_text: str
    height: float


def plot(
    title: str,
    description: str,
    curves: Sequence[tuple[str, Points]],
    titles: tuple[str, str],
    x_text: Text,
    y_text: Text,
    mark: tuple[float, str] | None = None,
    band: tuple[Points, Points] | None = None,
) -> Plot:
    """Lay out lines that begin at x = 0; `titles` are those of x and y, `band` the area between two lines."""
    drawn = [points for _, points in curves] + list(band or ())
    xs = [x for points in drawn for x, _ in points] or [0.0, 1.0]
    ys = [y for points in drawn for _, y in points] + [0.0]
    x_end = max(xs) or 1.0
    y_low, y_high, step = _round_range(min(ys), max(ys))

    def place_x(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(x / x_end, 1.0)

    def place_y(y: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (y_high - y) / (y_high - y_low)

    def path(points: Points) -> str:
        return "M" + "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in points)

    count = round((y_high - y_low) / step)
    rows = [y_low + step * k for k in range(count + 1)]
    rows = [0.0 if abs(y) < step / 1e6 else y for y in rows]  # what floats leave of the zero line
    return Plot(
        title=title,
        description=description,
        x_title=titles[0],
        y_title=titles[1],
        lines=tuple(Line(name, path(points)) for name, points in curves if points),
        x_ticks=tuple(Tick(place_x(x_end * k / 2), x_text(x_end * k / 2)) for k in range(3)),
        y_ticks=tuple(Tick(place_y(y), y_text(y)) for y in rows),
        zero=place_y(0.0) if y_low <= 0 <= y_high else None,
        mark=Tick(place_x(mark[0]), mark[1]) if mark and mark[0] <= x_end else None,
        band=path([*band[0], *reversed(band[1])]) + "Z" if band and band[0] and band[1] else "",
    )


def radar(title: str, description: str, ratios: Sequence[tuple[str, float]]) -> Radar | None:
    """Lay out ratios of after to before, by name; None with fewer than three, which make no area.

    The rim is the largest ratio, from 1 to 2.
    """
    if len(ratios) < 3:
        return None
    centre_x, centre_y, reach = WIDTH / 2, HEIGHT / 2, 88.0
    rim = min(max(1.0, *(ratio for _, ratio in ratios)), RADAR_MOST)

    def point(place: int, ratio: float) -> tuple[float, float]:
        angle = 2 * pi * place / len(ratios) - pi / 2
        length = reach * min(max(ratio, 0.0), rim) / rim
        return centre_x + length * cos(angle), centre_y + length * sin(angle)

    def path(values: Sequence[float]) -> str:
        corners = (point(place, value) for place, value in enumerate(values))
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"

    spokes = []
    for place, (name, _) in enumerate(ratios):
        x, y = point(place, rim)
        anchor = "middle" if abs(x - centre_x) < 5 else ("start" if x > centre_x else "end")
        spokes.append(Spoke(round(x, 1), round(y, 1), name, anchor))
    return Radar(title, description, path([1.0] * len(ratios)), path([r for _, r in ratios]), tuple(spokes))


def tornado(
    title: str,
    description: str,
    swings: Sequence[tuple[str, str, str, float, float]],
    middle: float,
    text: Text,
) -> Tornado:
    """Lay out swings: (name, label at low, label at high, result at low, result at high)."""
    results = [end for swing in swings for end in swing[3:]] + [middle]
    low, high = min(results), max(results)
    span = (high - low) or 1.0
    left, right = 20.0, WIDTH - 20.0

    def place(value: float) -> float:
        return left + (right - left) * (value - low) / span

    bars = []
    for row, (name, low_label, high_label, at_low, at_high) in enumerate(swings):
        ends = sorted([(at_low, low_label), (at_high, high_label)], key=lambda end: end[0])
        first, last = (place(result) for result, _ in ends)
        texts = [label for _, label in ends] + [text(result) for result, _ in ends]
        bars.append(Bar(name, round(first, 1), 22 + row * BAR, round(max(last - first, 1.0), 1), *texts))
    height = 30 + len(bars) * BAR
    return Tornado(title, description, tuple(bars), round(place(middle), 1), text(middle), height)


def _round_range(low: float, high: float) -> tuple[float, float, float]:
    """Return a range around the two with round ends, and the round step that divides it."""
    span = high - low if high - low > 1e-300 else 1.0
    rough = span / TICKS
    scale = 10.0 ** floor(log10(rough))
    step = next(factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * scale >= rough * 0.999) * scale
    first, last = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    return first, last if last > first else first + step, step
