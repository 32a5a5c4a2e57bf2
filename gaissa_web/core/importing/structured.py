"""Text with names and nesting: JSON, YAML and the front matter of model cards."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import yaml

from gaissa_web.core.errors import TooMuchError, UnreadableFileError
from gaissa_web.core.importing.limits import MAX_CELLS, MAX_DEPTH, Budget, check_names
from gaissa_web.core.importing.tables import Table, table_from_rows

MAX_YAML = 1_000_000
MAX_YAML_NODES = 50_000
MAX_JSON_MARKS = 3 * MAX_CELLS
"""Signs that begin or part values: one or two for each, and those in texts."""
FENCE = "---"


def read_json(name: str, text: str, budget: Budget) -> Table:
    """Read an object, a list of objects, or an object of equally long lists; numbers stay texts.

    Raises:
        UnreadableFileError: It is not JSON, or of another shape.
        TooMuchError: It holds more than the budget gives.
    """
    if sum(map(text.count, "[{,:")) > MAX_JSON_MARKS:
        raise TooMuchError(f"{name} holds too many values; up to {MAX_CELLS:,} can be read in one go.")
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError as error:
        raise TooMuchError(f"{name} is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableFileError(f"{name} is not valid JSON: {error}.") from error
    return _table(name, "JSON", content, budget)


def read_yaml(name: str, text: str, budget: Budget) -> Table:
    """Read a YAML mapping or list of mappings; scalars stay texts, aliases and tags are refused.

    Raises:
        UnreadableFileError: It is not YAML, uses aliases, or is of another shape.
        TooMuchError: It is too large or too deep.
    """
    return _table(name, "YAML", _load_yaml(name, text), budget)


def read_model_card(name: str, text: str, budget: Budget) -> Table:
    """Read the metadata at the head of a Hugging Face model card.

    Raises:
        UnreadableFileError: The metadata cannot be read, as in `read_yaml`.
    """
    return _table(name, "model card", front_matter(name, text), budget)


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
        raise TooMuchError(f"{name} is too large for YAML; up to {MAX_YAML // 1_000_000} MB can be read.")
    try:
        depth = 0
        for number, event in enumerate(yaml.parse(text, Loader=yaml.CBaseLoader)):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                raise UnreadableFileError(f"{name} uses YAML aliases or tags; please write the values out.")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise TooMuchError(f"{name} is nested too deeply.")
            if number > MAX_YAML_NODES:
                raise TooMuchError(
                    f"{name} holds too much for YAML; up to {MAX_YAML_NODES:,} names and values can be read."
                )
        return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506  this loader makes texts only
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(f"{name} is not valid YAML.") from error


def _table(file: str, form: str, content: object, budget: Budget) -> Table:
    names: dict[str, str] = {}
    flat: list[dict[str, str]] = []
    for record in _records(file, content):
        flat.append({names.setdefault(name, name): cell for name, cell in _flatten(record, file)})
        budget.check_table(file, len(flat), len(names))
    rows = ([record.get(name, "") for name in names] for record in flat)
    return table_from_rows(file, form, chain([list(names)], rows), budget)


def _records(file: str, content: object) -> Iterable[Mapping[str, object]]:
    """Return the objects that `content` is: one, a list of them, or a list of values for each name."""
    if isinstance(content, Mapping) and content and all(isinstance(v, list) for v in content.values()):
        if len({len(cells) for cells in content.values()}) > 1:
            raise UnreadableFileError(
                f"{file} has lists of different lengths; they should be columns of one table."
            )
        return (dict(zip(content, cells, strict=True)) for cells in zip(*content.values(), strict=True))
    records: list[Any] = content if isinstance(content, list) else [content]
    if not records or not all(isinstance(record, Mapping) for record in records):
        raise UnreadableFileError(f"{file} holds no names with values, or a list of them.")
    return records


def _flatten(value: object, file: str, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield `a.b` for what is nested; of a list only its texts, joined."""
    if depth > MAX_DEPTH:
        raise TooMuchError(f"{file} is nested too deeply.")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            own = _storable(str(key))
            path = f"{name}.{own}" if depth else own
            check_names(file, [path])
            yield from _flatten(inner, file, path, depth + 1)
    elif isinstance(value, list):
        yield name, _storable(", ".join(item for item in value if isinstance(item, str)))
    else:
        yield name, "" if value is None else _storable(str(value))


def _storable(text: str) -> str:
    """JSON can escape half a character, which no database and no answer could hold."""
    return text.encode("utf-8", "replace").decode()
