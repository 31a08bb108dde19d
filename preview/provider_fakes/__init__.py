"""What AWS would answer: ids, ARNs and other computed outputs, and the look-ups a program may make.

The values are stand-ins with the right shape. They are derived from the resource's URN, so that the same program always
gets the same answers. A type that is not listed in `resources` answers an id, a name and an ARN of the general form.
"""

from preview.provider_fakes.asked import ACCOUNT, PARTITION, Answer
from preview.provider_fakes.look_ups import UnknownLookupError, look_up
from preview.provider_fakes.resources import answer
from preview.provider_fakes.tags import TAGGABLE, default_tags

__all__ = [
    "ACCOUNT",
    "PARTITION",
    "TAGGABLE",
    "Answer",
    "UnknownLookupError",
    "answer",
    "default_tags",
    "look_up",
]
