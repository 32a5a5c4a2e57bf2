"""Settings under which one address may do as much as the tests do."""

KINDS = ("LABELS", "UPLOADS", "PREVIEWS", "MEASUREMENTS", "DOWNLOADS")
UNLIMITED = {f"GAISSA_{kind}_PER_HOUR": "999999999" for kind in KINDS}
