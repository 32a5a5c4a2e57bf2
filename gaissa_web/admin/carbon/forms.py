"""The form to import carbon intensities: a file, an address, or the shipped table."""

from flask_wtf.file import FileField
from wtforms import StringField

from gaissa_web.web.forms import Form, at_most, line_filter


class CarbonImportForm(Form):
    """Where the table comes from; which of the two counts, the button pressed says."""

    files = FileField("A CSV file")
    address = StringField("Its web address", at_most(500), [line_filter])
