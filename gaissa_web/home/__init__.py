"""The start page, the page about the method, and the addresses that monitoring asks."""

from gaissa_web.home.routes import blueprint

__all__ = ["blueprint"]
