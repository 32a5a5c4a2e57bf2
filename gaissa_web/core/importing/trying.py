"""Trying a tool's mapping on a file before it is saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from gaissa_web.core.importing.files import read_table
from gaissa_web.core.importing.reading import read
from gaissa_web.core.importing.results import Choices, Reading
from gaissa_web.core.importing.targets import Destination, Target
from gaissa_web.core.importing.tools import Tool, recognise
from gaissa_web.core.rating import Phase


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mapping reads from a file, for each phase; `problem` if nothing can be read.

    `missing` are the columns of the signature that fits best which the file lacks.
    """

    file: str
    problem: str = ""
    recognised: bool = False
    missing: tuple[str, ...] = ()
    readings: tuple[tuple[Phase, Reading], ...] = ()


def try_tool(
    name: str,
    content: bytes,
    tools: Mapping[Phase, Tool],
    destinations: Mapping[Phase, Mapping[Target, Destination]],
    inferences: int | None,
) -> Trial:
    """Read the file `name` with a tool as it is for each phase.

    Raises:
        UnreadableFileError: It cannot be read.
    """
    table = read_table(name, content)
    present = {column.casefold() for column in table.columns}
    signature = tools[Phase.TRAINING].signature
    lacking = [tuple(c for c in columns if c.casefold() not in present) for columns in signature]
    choices = Choices(inferences=inferences, one_at_a_time=bool(inferences))
    return Trial(
        file=name,
        recognised=recognise(table, [tools[Phase.TRAINING]]) is not None,
        missing=min(lacking, key=len, default=()),
        readings=tuple(
            (phase, read(table, tool, destinations[phase], choices)) for phase, tool in tools.items()
        ),
    )
