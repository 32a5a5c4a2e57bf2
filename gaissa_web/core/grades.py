"""The five grades of an energy label. Only the grades themselves: how a grade is reached is rating."""

from enum import Enum
from typing import Self


class Grade(Enum):
    """One of A (best) to E; the value is its letter.

    Colours are sRGB hex. `ink` is black or white, whichever reads best on `colour`; the contrast
    of each pair is at least 4.5:1 (WCAG 2.2, 1.4.3), which the tests compute.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"

    @property
    def letter(self) -> str:
        """The letter, `A` to `E`."""
        return self.value

    @property
    def position(self) -> int:
        """Place from best to worst, 0 (A) to 4 (E)."""
        return "ABCDE".index(self.value)

    @classmethod
    def at(cls, position: int) -> Self:
        """Return the grade at `position`, 0 to 4; anything else is an IndexError."""
        if not 0 <= position <= 4:
            raise IndexError(position)
        return cls("ABCDE"[position])

    @property
    def word(self) -> str:
        """The grade in a word or two, to follow "energy efficiency:"."""
        return ("very good", "good", "average", "poor", "very poor")[self.position]

    @property
    def colour(self) -> str:
        """Background colour of the grade's arrow, as `#rrggbb`."""
        return ("#2e8b3d", "#8cb82b", "#f2c200", "#ee7d1a", "#d9261c")[self.position]

    @property
    def ink(self) -> str:
        """Colour of text set on `colour`, as `#rrggbb`."""
        return ("#000000", "#000000", "#000000", "#000000", "#ffffff")[self.position]
