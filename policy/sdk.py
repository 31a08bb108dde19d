"""What the policy SDK does anew for every policy, done once."""

import functools
from collections.abc import Callable
from typing import Any, Final

from google.protobuf import json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped] # as above
from pulumi_policy import deserialize, proxy

from policy.server import Server

_MOST: Final = 16_384
_REPLACED: Final = ("json_format", "deserialize_properties", "unknown_checking_proxy")


class _Converted(dict[str, Any]):
    """A message's content, which remembers the view of it that rules get."""

    __slots__ = ("view",)

    view: Any


class _Conversions:
    """Stands in for `google.protobuf.json_format`, and remembers what became of each message.

    The SDK converts every resource of a stack once for each policy, in Python: most of what a pack costs. The result is
    only read. A message that is converted otherwise is not remembered.
    """

    def __init__(self) -> None:
        self._remembered = functools.lru_cache(maxsize=_MOST)(_converted)

    def MessageToDict(self, message: Any, *options: Any, **named: Any) -> Any:  # noqa: ANN401, N802 - as the module it stands for
        if options or named or not isinstance(message, Struct):
            return json_format.MessageToDict(message, *options, **named)
        return self._remembered(message.SerializeToString())

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the module it stands for
        return getattr(json_format, name)


def _converted(data: bytes) -> _Converted:
    message = Struct()
    message.ParseFromString(data)
    return _Converted(json_format.MessageToDict(message))


def _deserialize_properties(props: Any, proxy_secrets: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as the SDK's
    """Leave a remembered message to `_unknown_checking_proxy`; a remediation changes its copy, so it gets its own."""
    if proxy_secrets or not isinstance(props, _Converted):
        return deserialize.deserialize_properties(props, proxy_secrets)
    return props


def _unknown_checking_proxy(props: Any) -> Any:  # noqa: ANN401 - as the SDK's
    if not isinstance(props, _Converted):
        return proxy.unknown_checking_proxy(props)
    if not hasattr(props, "view"):
        props.view = proxy.unknown_checking_proxy(deserialize.deserialize_properties(props))
    return props.view


def convert_once(sdk: Any) -> Callable[[], None]:  # noqa: ANN401 - a module
    """Let the SDK's policy module convert each message once; return what undoes it.

    A version of the SDK that does it another way is left alone.
    """
    before = {name: getattr(sdk, name, None) for name in _REPLACED}
    expected = (json_format, deserialize.deserialize_properties, proxy.unknown_checking_proxy)
    if tuple(before.values()) != expected:
        return lambda: None

    def put(replacements: dict[str, Any]) -> None:
        for name, replacement in replacements.items():
            setattr(sdk, name, replacement)

    put(dict(zip(_REPLACED, (_Conversions(), _deserialize_properties, _unknown_checking_proxy), strict=True)))
    return lambda: put(before)


def adapt(sdk: Any) -> None:  # noqa: ANN401 - a module
    """Let the SDK's policy module convert each message once and serve with `Server`.

    Raises:
        RuntimeError: this version of the SDK has no such place, and configurations would go unchecked.
    """
    convert_once(sdk)
    if getattr(sdk, "_PolicyAnalyzerServicer", None) is not Server.__base__:
        raise RuntimeError(
            "the pack does not know this version of pulumi-policy; policy/requirements.txt names those it does"
        )
    sdk._PolicyAnalyzerServicer = Server  # noqa: SLF001 - `PolicyPack` has no parameter for it
