"""Text from outside made fit to keep, and text measured so that it fits where it is drawn."""

import re
import unicodedata
from dataclasses import dataclass

TOLERANCE = 1.12
"""Room for the fonts of screens without Roboto: Arial and its kin run up to 12 % wider."""

LINE_HEIGHT = 1.2

# Advance widths of the characters from space to tilde, in thousandths of the font size, of Roboto
# Bold, which is the wider of the two weights used, read from the font's own metrics.
_WIDTHS = (
    249, 272, 321, 596, 574, 738, 656, 162, 351, 353, 454, 546, 245, 388, 291, 374, 574, 574, 574, 574,
    574, 574, 574, 574, 574, 574, 282, 262, 509, 572, 517, 498, 895, 673, 638, 655, 650, 562, 548, 681,
    707, 292, 559, 635, 542, 876, 707, 690, 646, 690, 638, 615, 619, 658, 654, 875, 636, 619, 606, 278,
    422, 278, 438, 447, 331, 536, 563, 522, 564, 541, 358, 571, 560, 265, 260, 534, 265, 866, 560, 565,
    563, 565, 365, 515, 338, 560, 506, 735, 509, 502, 509, 331, 253, 331, 649,
)  # fmt: skip
# The most that other characters take, by their category: lower case, capitals, numerals and signs.
# A test holds these against the font; what it lacks comes from another one, and may be wider.
_BY_CATEGORY = {"Ll": 850, "Lu": 1100, "Lt": 1150, "Nl": 1350, "Pd": 1900, "Sc": 1350}
_OTHER = 1050
_WIDER_THAN_THEIR_KIND = dict.fromkeys("ǆǊǱǳʥѭѹԪԫᵯꙭꙮꚅꚙꝏꝳꟿʣ‱ꬺ", 1250) | {"⸻": 2000}
_ELLIPSIS = "…"


# Signs that turn the direction of what follows, so that a text reads as another one.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What takes no room or looks like a blank, beside the category of format characters (Unicode's default
# ignorable code points).
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """Return `text` without what databases and XML cannot hold, and without what turns it around."""
    kept = (
        c
        for c in _TURNING.sub("", text)
        if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in "\ufffe\uffff")
    )
    return "".join(kept)


def one_line(text: str) -> str:
    """Return `text` printable, with all white space folded and without what nobody sees."""
    seen = (c for c in _INVISIBLE.sub("", text) if unicodedata.category(c) != "Cf")
    return " ".join(printable("".join(seen).replace("\r", " ")).split())


def squeezed(text: str) -> str:
    """Return the letters and digits of `text` alone, in one letter case: "ResNet-50" is "resnet50"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines of text with the one font size at which they fit, `LINE_HEIGHT` times that apart."""

    lines: tuple[str, ...]
    size: float


def width(text: str, size: float) -> float:
    """Return the most room that `text` takes at font `size`, in the unit of `size`."""
    return sum(map(_advance, text)) * size / 1000 * TOLERANCE


def fit(text: str, room: float, sizes: tuple[float, ...], height: float = 0) -> FittedText:
    """Set `text` in a box `room` wide and `height` high, as large as `sizes` (descending) allow.

    Without a height it is one line. What does not fit at the smallest size ends in an ellipsis;
    words that are too long for a line are broken.
    """
    for size in sizes:
        wrapped = _wrap(text, room, size)
        lines = max(1, int(height / (size * LINE_HEIGHT)))
        if len(wrapped) <= lines:
            return FittedText(tuple(wrapped), size)
    kept = wrapped[:lines]
    last = f"{kept[-1]} {wrapped[lines]}"
    while last and width(last + _ELLIPSIS, sizes[-1]) > room:
        last = last[:-1]
    return FittedText((*kept[:-1], last.rstrip() + _ELLIPSIS), sizes[-1])


def _advance(character: str) -> int:
    if " " <= character <= "~":
        return _WIDTHS[ord(character) - 32]
    if unicodedata.combining(character):
        return 0
    known = _WIDER_THAN_THEIR_KIND.get(character)
    return known or _BY_CATEGORY.get(unicodedata.category(character), _OTHER)


def _wrap(text: str, room: float, size: float) -> list[str]:
    """Break at blanks, or inside a word after the last hyphen, slash or underscore that fits."""
    lines = [""]
    for word in text.split():
        candidate = f"{lines[-1]} {word}".strip()
        if width(candidate, size) <= room:
            lines[-1] = candidate
            continue
        pieces = _break(word, room, size)
        lines += pieces if lines[-1] else []
        if not lines[0]:
            lines = pieces
    return lines


def _break(word: str, room: float, size: float) -> list[str]:
    pieces = []
    while width(word, size) > room and len(word) > 1:
        end = 1
        while end < len(word) and width(word[: end + 1], size) <= room:
            end += 1
        mark = max(word.rfind(character, 0, end) for character in "-/_.") + 1
        cut = mark if mark > end // 2 else end
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]
