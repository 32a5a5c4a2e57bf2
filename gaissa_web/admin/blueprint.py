"""The blueprint that all management pages belong to; `web.auth` keeps strangers out of it."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
