"""The two tools of the site, which QA managers can switch off: menu and addresses follow."""

from flask import Flask, Response, g, render_template, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from gaissa_web.storage import switches
from gaissa_web.storage.db import db
from gaissa_web.storage.switches import Product
from gaissa_web.web import errors

BLUEPRINTS = {"labels": Product.LABELS, "inference": Product.LABELS, "roi": Product.ROI}


def init_app(app: Flask) -> None:
    """Answer 404 for a tool that is off, and let templates know which are."""
    app.before_request(_refuse_switched_off)
    app.jinja_env.globals.update(switched_off=switched_off, current_product=current_product, Product=Product)


def switched_off() -> frozenset[Product]:
    """Return the tools that are off, asked once per request; none if the database cannot tell."""
    if "switched_off" not in g:
        try:
            g.switched_off = switches.switched_off()
        except SQLAlchemyError:  # the page that says so needs a menu all the same
            db.session.rollback()
            g.switched_off = frozenset()
    off: frozenset[Product] = g.switched_off
    return off


def current_product() -> Product | None:
    """Return the tool that this page belongs to."""
    return BLUEPRINTS.get(request.blueprint or "")


def _refuse_switched_off() -> Response | tuple[str, int] | None:
    product = current_product()
    if product is None or product not in switched_off() or current_user.is_authenticated:
        return None
    if errors.wants_data():
        return errors.problem(404, "Switched off", f"{product.full_name} is switched off on this site.")
    return render_template("errors/switched_off.html", product=product), 404
