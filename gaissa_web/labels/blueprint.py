"""The blueprint that all addresses of GAISSALabel belong to."""

from flask import Blueprint

blueprint = Blueprint("labels", __name__)
