"""All tables that are managed generically, by their address, and words for what refers to them."""

from gaissa_web.admin.tables.labels import LABEL_TABLES
from gaissa_web.admin.tables.models import MODEL_TABLES
from gaissa_web.admin.tables.roi import ROI_TABLES

TABLES = {table.slug: table for table in (*LABEL_TABLES, *MODEL_TABLES, *ROI_TABLES)}

WORDS = {
    "information_values": ("recorded fact", "recorded facts"),
    "metric_values": ("measured value", "measured values"),
    "earlier_ratings": ("earlier rating", "earlier ratings"),
    "experiments": ("label", "labels"),
    "analyses": ("ROI analysis", "ROI analyses"),
    "analysis_values": ("value of an analysis", "values of analyses"),
    "expected_reductions": ("expected reduction", "expected reductions"),
    "energy_prices": ("energy price", "energy prices"),
    "tactics": ("tactic", "tactics"),
    "tactic_options": ("tactic option", "tactic options"),
    "carbon_intensities": ("figure of carbon intensity", "figures of carbon intensity"),
}
"""What rows of other tables are called in sentences about what depends on what: one, many."""
