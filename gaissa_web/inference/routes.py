"""The addresses of measuring an endpoint: parse the request, call, render."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as WerkzeugResponse

from gaissa_web.core.errors import InvalidInputError
from gaissa_web.inference import queries, services
from gaissa_web.inference.forms import MeasureForm, measure_form
from gaissa_web.inference.queries import MeasurementDetail
from gaissa_web.storage.countries import all_countries
from gaissa_web.web import arguments, background, htmx, limits

blueprint = Blueprint("inference", __name__, url_prefix="/inference")


@blueprint.get("/measure")
def create() -> Response:
    """Show the form, filled in as an earlier measurement if one is to be changed."""
    earlier = queries.find_measurement(arguments.text("again"))
    return _show_form(_form(earlier=earlier.request if earlier else None, formdata=None))


@blueprint.post("/measure")
def start() -> Response | WerkzeugResponse:
    """Start a measurement in the background."""
    form = _form()
    if not form.validate():
        return _show_form(form, 422)
    try:
        limits.spend("measurements")
        services.start_measurement(background.queue(), form.measurement(limits.sender()))
    except InvalidInputError as error:
        form.refuse(str(error))
        return limits.refused(_show_form(form), error)
    return redirect(url_for("inference.detail", key=form.key.data), 303)


@blueprint.errorhandler(CSRFError)
def keep_form(error: CSRFError) -> Response | CSRFError:
    """Give a form whose session expired back with all that was typed, ready to be sent again."""
    if request.endpoint != "inference.start":
        return error
    form = _form()
    form.validate()
    form.refuse("This form was open for too long. Nothing was lost: please check it and send it again.")
    return _show_form(form, 400)


@blueprint.get("/measure/<key>")
def detail(key: str) -> Response:
    """Show how far a measurement is, or what came of it."""
    answer = htmx.render(
        "inference/measurement.html", "inference/_measurement.html", measurement=_measurement(key)
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address is what lets somebody see it
    return answer


@blueprint.post("/measure/<key>/cancel")
def cancel(key: str) -> WerkzeugResponse:
    """Ask a measurement to stop."""
    services.cancel_measurement(background.queue(), _measurement(key).key)
    return redirect(url_for("inference.detail", key=key), 303)


def _measurement(key: str) -> MeasurementDetail:
    return queries.find_measurement(key) or abort(404)


def _form(**options: Any) -> MeasureForm:
    return measure_form(queries.hardware_choices(), all_countries(), **options)


def _show_form(form: MeasureForm, status: int = 200) -> Response:
    return make_response(render_template("inference/measure.html", form=form), status)
