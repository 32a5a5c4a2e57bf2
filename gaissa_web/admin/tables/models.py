"""The table of the models that labels are about."""

from sqlalchemy import select

from gaissa_web.admin.tables.table import Column, Entry, Table, Values, check_address
from gaissa_web.core.errors import InvalidInputError
from gaissa_web.core.naming import check_name, identity
from gaissa_web.storage.db import db
from gaissa_web.storage.ml_models import MLModel


def _check_model(values: Values) -> None:
    check_name(values["name"])
    check_address(values)


def _refuse_other_spelling(values: Values, row: MLModel | None) -> None:
    same = MLModel.identity == identity(values["name"], values["author"])
    twin = db.session.scalar(select(MLModel).where(same))
    if twin and twin is not row and not (row and row.identity.startswith(f"{twin.identity}\n")):
        raise InvalidInputError(f"“{twin.name}” is another spelling of the same model, number {twin.id}.")


MODEL_TABLES = (
    Table(
        slug="models",
        title="Models",
        one="model",
        many="models",
        description="The machine-learning models that labels are about.",
        row=MLModel,
        named_by="name",
        search=("search_text",),
        check=_check_model,
        agree=_refuse_other_spelling,
        columns=(
            Column("name", "Name", required=True),
            Column("author", "Author or organisation"),
            Column("url", "Web page"),
            Column("description", "Description", Entry.TEXT, listed=False),
        ),
    ),
)
