"""Text with names and nesting: JSON, YAML and the front matter of model cards."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from gaissa_web.core.errors import UnreadableFileError
from gaissa_web.core.importing.tables import MAX_COLUMNS, Table, table_from_rows

MAX_YAML = 1_000_000
MAX_DEPTH = 20
FENCE = "---"


def read_json(name: str, text: str) -> Table:
    """Read an object, a list of objects, or an object of equally long lists; numbers stay texts.

    Raises:
        UnreadableFileError: It is not JSON, or of another shape.
    """
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError as error:
        raise UnreadableFileError(f"{name} is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableFileError(f"{name} is not valid JSON: {error}.") from error
    return _table(name, "JSON", content)


def read_yaml(name: str, text: str) -> Table:
    """Read a YAML mapping or list of mappings; scalars stay texts, aliases and tags are refused.

    Raises:
        UnreadableFileError: It is not YAML, too large, uses aliases, or is of another shape.
    """
    return _table(name, "YAML", _load_yaml(name, text))


def read_model_card(name: str, text: str) -> Table:
    """Read the metadata at the head of a Hugging Face model card.

    Raises:
        UnreadableFileError: The metadata cannot be read, as in `read_yaml`.
    """
    return _table(name, "model card", front_matter(name, text))


def front_matter(name: str, text: str) -> Any:
    """Return the metadata at the head of a card, its scalars as texts; None if it has none.

    Raises:
        UnreadableFileError: It cannot be read, as in `read_yaml`.
    """
    head = text.lstrip("\N{BOM}\r\n ")
    if not head.startswith(FENCE):
        return None
    return _load_yaml(name, head.removeprefix(FENCE).split(f"\n{FENCE}", 1)[0])


def _load_yaml(name: str, text: str) -> Any:
    if len(text) > MAX_YAML:
        raise UnreadableFileError(
            f"{name} is too large for YAML; up to {MAX_YAML // 1_000_000} MB can be read."
        )
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                raise UnreadableFileError(f"{name} uses YAML aliases or tags; please write the values out.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise UnreadableFileError(f"{name} is nested too deeply.")
        return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  this loader makes texts only
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(f"{name} is not valid YAML.") from error


def _table(name: str, form: str, content: object) -> Table:
    records: Sequence[object]
    if isinstance(content, Mapping) and content and all(isinstance(v, list) for v in content.values()):
        columns = list(content)
        if len({len(cells) for cells in content.values()}) > 1:
            raise UnreadableFileError(
                f"{name} has lists of different lengths; they should be columns of one table."
            )
        records = [dict(zip(columns, cells, strict=True)) for cells in zip(*content.values(), strict=True)]
    else:
        records = content if isinstance(content, list) else [content]
    if not records or not all(isinstance(record, Mapping) for record in records):
        raise UnreadableFileError(f"{name} holds no names with values, or a list of them.")
    flat = [dict(_flatten(record, (), name)) for record in records]
    names = list(dict.fromkeys(key for record in flat for key in record))
    if len(names) > MAX_COLUMNS:
        raise UnreadableFileError(f"{name} has more than {MAX_COLUMNS:,} different names.")
    return table_from_rows(name, form, [names, *([record.get(key, "") for key in names] for record in flat)])


def _flatten(value: object, path: tuple[str, ...], name: str) -> Iterator[tuple[str, str]]:
    """Yield `a.b` for what is nested; of a list only its texts, joined."""
    if len(path) > MAX_DEPTH:
        raise UnreadableFileError(f"{name} is nested too deeply.")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flatten(inner, (*path, _storable(str(key))), name)
    elif isinstance(value, list):
        yield ".".join(path), _storable(", ".join(item for item in value if isinstance(item, str)))
    else:
        yield ".".join(path), "" if value is None else _storable(str(value))


def _storable(text: str) -> str:
    """JSON can escape half a character, which no database and no answer could hold."""
    return text.encode("utf-8", "replace").decode()
