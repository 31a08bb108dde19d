"""Estimate what a recorded graph costs in a month, from dated list prices (`price_list`).

What is billed by the hour or the piece is counted. What depends on use is named, never guessed. A price that the list
does not hold is reported as missing, never taken as zero. A part's prices are in the module of its name, those of one line in `parts`.
"""

from preview.pricing.estimating import estimate
from preview.pricing.meter import region_of
from preview.pricing.model import Estimate, Line, MissingPrice, Usage
from preview.pricing.savings import Saving, savings

__all__ = ["Estimate", "Line", "MissingPrice", "Saving", "Usage", "estimate", "region_of", "savings"]
