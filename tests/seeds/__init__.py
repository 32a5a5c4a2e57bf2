"""The figures that ship: that each has a source, and that what was worked out recomputes."""
