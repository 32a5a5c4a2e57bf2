"""The form that takes a tracker's files, and what its reader decides about each of them."""

from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from gaissa_web.core.importing import MAX_COLUMNS, MAX_FILES, Aggregation, Choices, FileChoices
from gaissa_web.core.text import one_line
from gaissa_web.labels.field_names import target_of
from gaissa_web.labels.uploads import File, unpack
from gaissa_web.web.forms import Form, OptionField, WholeNumberField

FILE_NAME_SHOWN = 100


class ImportForm(Form):
    """Files of a tracker, and how to read them; `inferences` matters for deployments only.

    `upload` are files that were sent before and travel with the page, so that they can be read again.
    """

    files = MultipleFileField("Files")
    upload = HiddenField()
    inferences = WholeNumberField(
        "How many inferences does the file cover?",
        [Optional(), NumberRange(1, 10**12, "Give a whole number from 1 up.")],
    )
    one_at_a_time = BooleanField(
        "They were answered one at a time, without batches, so that the time of one is its latency"
    )
    aggregation = OptionField(
        "If a file holds several runs",
        choices=[
            SelectChoice("", "take the newest, or the one I choose (usual)"),
            SelectChoice("sum", "add them up"),
            SelectChoice("mean", "average them"),
            SelectChoice("last", "take the last row"),
            SelectChoice("max", "take the largest value"),
        ],
        default="",
    )

    def validate_files(self, field: MultipleFileField) -> None:
        """At least one file, unless there are some from before."""
        if not any(file.filename for file in field.data or []) and not unpack(self.upload.data or ""):
            raise ValidationError("Choose at least one file.")

    def contents(self) -> list[File]:
        """Return the files with their names; those that were sent before, if none was chosen now."""
        sent = [
            (one_line(file.filename)[:FILE_NAME_SHOWN], file.read())
            for file in self.files.data or []
            if getattr(file, "filename", "")
        ]
        return sent or unpack(self.upload.data or "")

    def choices(self) -> Choices:
        """Return what was decided about all files."""
        aggregation = Aggregation(self.aggregation.data) if self.aggregation.data else None
        return Choices(self.inferences.data, bool(self.one_at_a_time.data), aggregation=aggregation)


def file_choices(form: MultiDict[str, str]) -> list[FileChoices]:
    """Return what was decided about each file: its tool, its run, and where its leftover columns go."""
    found = []
    for place in range(MAX_FILES):
        parts = (form.getlist(f"{part}-{place}")[:MAX_COLUMNS] for part in ("column", "field", "unit"))
        columns = zip(*parts, strict=False)
        leads = {column: (target, unit) for column, name, unit in columns if (target := target_of(name))}
        found.append(FileChoices(form.get(f"tool-{place}", ""), form.get(f"run-{place}", ""), leads))
    return found
