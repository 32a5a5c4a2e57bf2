"""Measuring a live endpoint: one click, progress, and numbers that fill in an inference label."""

from gaissa_web.inference.routes import blueprint

__all__ = ["blueprint"]
