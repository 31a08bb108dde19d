"""The stack file as typed, checked, frozen values.

`load()` reads the configuration of the running stack; `parse()` does the same for a mapping. Both report every mistake at once.
"""

from settings.model import Settings
from settings.reading import InvalidSettings, load, parse

__all__ = ["InvalidSettings", "Settings", "load", "parse"]
