"""What the policy SDK does anew for every policy, done once."""

import functools
from collections.abc import Callable
from typing import Any, Final

from google.protobuf import json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped] # as above

_MOST: Final = 16_384


class _Conversions:
    """Stands in for `google.protobuf.json_format`, and remembers what became of each message.

    The SDK converts every resource of a stack once for each stack policy, in Python: most of what a pack costs. The
    result is only read. Of a version of the SDK that converts otherwise, nothing is remembered.
    """

    def __init__(self) -> None:
        self._remembered = functools.lru_cache(maxsize=_MOST)(_converted)

    def MessageToDict(self, message: Any, *options: Any, **named: Any) -> Any:  # noqa: ANN401, N802 - as the module it stands for
        if options or named or not isinstance(message, Struct):
            return json_format.MessageToDict(message, *options, **named)
        return self._remembered(message.SerializeToString())

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the module it stands for
        return getattr(json_format, name)


def _converted(data: bytes) -> object:
    message = Struct()
    message.ParseFromString(data)
    return json_format.MessageToDict(message)


def convert_once(sdk: Any) -> Callable[[], None]:  # noqa: ANN401 - a module
    """Let the SDK's policy module convert each message once; return what undoes it."""
    before = getattr(sdk, "json_format", None)
    if before is not json_format:
        return lambda: None
    sdk.json_format = _Conversions()
    return lambda: setattr(sdk, "json_format", before)
