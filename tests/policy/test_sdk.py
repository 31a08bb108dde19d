import importlib
from types import SimpleNamespace

import pytest
from google.protobuf import json_format  # type: ignore[import-untyped] # has no stubs among our dependencies
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped] # as above
from pulumi_policy import deserialize, proxy

from policy import sdk


def message(**values: object) -> Struct:
    made = Struct()
    made.update(values)
    return made


def test_a_message_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = json_format.MessageToDict
    module = SimpleNamespace(
        json_format=json_format,
        deserialize_properties=deserialize.deserialize_properties,
        unknown_checking_proxy=proxy.unknown_checking_proxy,
    )
    undo = sdk.convert_once(module)

    def counted(given: Struct) -> object:
        seen.append(given)
        return real(given)

    monkeypatch.setattr(json_format, "MessageToDict", counted)
    views = []
    for _ in range(3):
        read = module.deserialize_properties(module.json_format.MessageToDict(message(a=1, b={"c": ["d"]})))
        views.append(module.unknown_checking_proxy(read))
    assert views[0] is views[1] is views[2]
    assert views[0]["b"]["c"][0] == "d"
    assert len(seen) == 1
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


def test_a_remediation_gets_a_copy_of_its_own() -> None:
    module = importlib.import_module("pulumi_policy.policy")
    undo = sdk.convert_once(module)
    try:
        read = module.json_format.MessageToDict(message(tags={"a": "b"}))
        mended = module.unknown_checking_proxy(module.deserialize_properties(read, proxy_secrets=True))
        mended["tags"]["a"] = "changed"
        again = module.json_format.MessageToDict(message(tags={"a": "b"}))
        assert module.unknown_checking_proxy(module.deserialize_properties(again))["tags"]["a"] == "b"
    finally:
        undo()


def test_an_sdk_without_its_servicer_is_refused() -> None:
    with pytest.raises(RuntimeError, match="does not know this version of pulumi-policy"):
        sdk.adapt(SimpleNamespace(json_format=json_format))


def test_another_sdk_is_left_alone() -> None:
    module = SimpleNamespace(json_format="something else")
    sdk.convert_once(module)()
    assert module.json_format == "something else"
