"""Furniture that pages share: errors, security headers, HTMX, paging, filters, the stylesheet.

Nothing here knows a feature; a feature's own forms and pages live in its room.
"""
