"""The settings of the application that answers."""

from flask import Flask, current_app

from gaissa_web.config import Settings


def settings(app: Flask | None = None) -> Settings:
    """Return what the operator set; `app` is needed where no application is current."""
    found: Settings = (app or current_app).config["SETTINGS"]
    return found
