"""The settings: which products are switched on."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.admin.blueprint import blueprint
from gaissa_web.admin.settings import services
from gaissa_web.storage.switches import Product
from gaissa_web.web import auth


@blueprint.get("/settings")
def settings() -> str:
    """Show which tools are switched on."""
    return render_template("admin/settings/index.html", products=list(Product))


@blueprint.post("/settings")
def change_settings() -> WerkzeugResponse:
    """Switch the tools on and off."""
    chosen = set(request.form.getlist("on"))
    services.switch(auth.actor(), frozenset(product for product in Product if product in chosen))
    flash("The settings are saved.")
    return redirect(url_for("admin.settings"), 303)
