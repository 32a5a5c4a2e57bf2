"""The ROI Analyzer: does a green tactic pay off, in euros, CO2 and break-even inferences."""

from gaissa_web.roi.routes import blueprint

__all__ = ["blueprint"]
