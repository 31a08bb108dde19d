import importlib
from types import SimpleNamespace

import pytest
from google.protobuf import json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped] # as above

from policy import sdk


def message(**values: object) -> Struct:
    made = Struct()
    made.update(values)
    return made


def test_a_message_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = json_format.MessageToDict
    module = SimpleNamespace(json_format=json_format)
    undo = sdk.convert_once(module)

    def counted(given: Struct) -> object:
        seen.append(given)
        return real(given)

    monkeypatch.setattr(json_format, "MessageToDict", counted)
    for _ in range(3):
        assert module.json_format.MessageToDict(message(a=1, b={"c": ["d"]})) == {"a": 1, "b": {"c": ["d"]}}
    assert module.json_format.MessageToDict(message(a=2)) == {"a": 2}
    assert len(seen) == 2
    undo()
    assert module.json_format is json_format


def test_the_sdk_converts_that_way() -> None:
    module = importlib.import_module("pulumi_policy.policy")
    undo = sdk.convert_once(module)
    try:
        assert module.json_format is not json_format
        assert module.json_format.ParseDict is json_format.ParseDict
    finally:
        undo()
    assert module.json_format is json_format


def test_another_sdk_is_left_alone() -> None:
    module = SimpleNamespace(json_format="something else")
    sdk.convert_once(module)()
    assert module.json_format == "something else"
