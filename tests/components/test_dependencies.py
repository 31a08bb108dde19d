import pulumi_random as random
import pytest
from pulumi import Output

from components._dependencies import DependencyBarrier, with_dependencies
from preview.graph import UNKNOWN
from tests.components.conftest import build

ID = "random:index/randomId:RandomId"


def pet(name: str, prefix: Output[str] | None = None) -> random.RandomId:
    return random.RandomId(name, byte_length=4, prefix=prefix)


def test_known_after() -> None:
    def program() -> None:
        pet("last", with_dependencies("value", pet("first")))

    graph = build(program)
    assert graph.one(ID, "last").inputs["prefix"] == "value"
    assert graph.direct(graph.one(ID, "last")) == (graph.one(ID, "first"),)
    assert build(program, mode="preview").one(ID, "last").inputs["prefix"] is UNKNOWN


def test_a_gate_opens_after_what_is_made_later() -> None:
    def program() -> None:
        with DependencyBarrier() as gate:
            pet("held-back", gate.opened)
            for name in ("a", "b"):
                gate.wait_for(pet(name).hex)
            gate.wait_for(None)
            pet("free")

    graph = build(program)
    assert {r.name for r in graph.direct(graph.one(ID, "held-back"))} == {"a", "b"}
    assert not graph.direct(graph.one(ID, "free"))
    assert build(program, mode="preview").one(ID, "held-back").inputs["prefix"] is UNKNOWN


def test_a_gate_that_waits_for_nothing_opens() -> None:
    def program() -> None:
        with DependencyBarrier() as gate:
            pet("one", gate.opened)

    assert build(program, mode="preview").one(ID, "one").inputs["prefix"] == ""


def test_a_program_that_fails_ends() -> None:
    def program() -> None:
        with DependencyBarrier() as gate:
            pet("one", gate.opened)
            raise ValueError("stop here")

    with pytest.raises(Exception, match="stop here"):
        build(program)
