"""Models' files in numbers: parameters, bytes, data types and operations, without running them.

Readers get an open file and read descriptions only, never the tensors' data. Every file is taken
for hostile: what it claims is checked against its size, and memory and time are bounded. Nothing
raises at the caller but `UnreadableFileError`.
"""

from gaissa_web.core.inspecting.contents import Contents, DataFile, Inspection, Operations, inspection
from gaissa_web.core.inspecting.folders import INDEX, Choice, choose
from gaissa_web.core.inspecting.reading import read_model_file
from gaissa_web.core.inspecting.showing import COLUMNS, as_data, as_row, as_text

__all__ = [
    "COLUMNS",
    "INDEX",
    "Choice",
    "Contents",
    "DataFile",
    "Inspection",
    "Operations",
    "as_data",
    "as_row",
    "as_text",
    "choose",
    "inspection",
    "read_model_file",
]
