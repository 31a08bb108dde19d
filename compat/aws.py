"""What rests on the form of the code that Pulumi generates for its AWS SDK: see `preview.lazy_imports`."""

from __future__ import annotations

import re
from typing import Final

from compat.versions import Tried

TRIED: Final = Tried("pulumi-aws", "7.51.1", "7.52")
"""The versions this module was tried with; the second is the first one that it was not."""

PACKAGES: Final = ("pulumi_aws", "pulumi_awsx", "pulumi_random")
"""The packages that have this form."""
BY_HAND: Final = frozenset({"_utilities", "config"})
"""Modules of a package that hold more than generated classes."""
SHARED: Final = ("_enums", "_inputs")
"""Modules whose every name a resource module imports."""

STAR: Final = re.compile(r"from \.(\w+) import \*\s*")
"""How a package imports all of a module."""
HARMLESS: Final = re.compile(r"\s*(#.*|import .*|from \.\.? import _utilities|from \. import outputs)?\s*")
"""What else stands in a package."""
BLOCK: Final = re.compile(r"(?m)^(?:@.*\n(?:[ )].*\n|\n)*)*(?:class|def) (\w+)")
"""How a class or function of a module begins."""
TOP_LEVEL: Final = re.compile(r"(?m)^(?!class |def |@)[^\s#)]")
"""How anything else begins."""
SECTIONS: Final = "\nif typing.TYPE_CHECKING:\n"
"""After this a package lists its packages."""
REGISTER: Final = "\n_utilities.register("
"""After this it tells the SDK which class is which type of resource."""
