"""The forms of the management pages, a module per subject."""
