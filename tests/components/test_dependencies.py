import pulumi_random as random
import pytest
from pulumi import Output

from components._dependencies import DependencyBarrier, with_dependencies
from preview.graph import UNKNOWN
from preview.record import Mode
from tests.components.conftest import build

ID = "random:index/randomId:RandomId"


def pet(name: str, prefix: Output[str] | None = None) -> random.RandomId:
    return random.RandomId(name, byte_length=4, prefix=prefix)


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_a_value_waits_for_resources_and_for_outputs_and_stays_known(mode: Mode) -> None:
    def program() -> None:
        pet("last", with_dependencies("value", pet("first"), pet("second").hex))

    graph = build(program, mode=mode)
    assert graph.one(ID, "last").inputs["prefix"] == "value"
    assert {r.name for r in graph.direct(graph.one(ID, "last"))} == {"first", "second"}
    assert len(graph.one(ID, "last").property_dependencies["prefix"]) == 2


def test_a_value_that_is_not_known_or_is_secret_stays_so() -> None:
    def program() -> None:
        pet("unknown", with_dependencies(pet("a").hex, pet("b")))
        pet("secret", with_dependencies(Output.secret("value"), pet("c")))

    graph = build(program, mode="preview")
    assert graph.one(ID, "unknown").inputs["prefix"] is UNKNOWN
    assert {r.name for r in graph.direct(graph.one(ID, "unknown"))} == {"a", "b"}
    assert graph.one(ID, "secret").secrets == {"prefix"}


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_a_barrier_falls_after_what_is_made_later(mode: Mode) -> None:
    def program() -> None:
        with DependencyBarrier() as barrier:
            pet("held-back", barrier.passed)
            for name in ("a", "b"):
                barrier.wait_for(pet(name).hex)
            barrier.wait_for(None)
            pet("free")

    graph = build(program, mode=mode)
    assert {r.name for r in graph.direct(graph.one(ID, "held-back"))} == {"a", "b"}
    assert not graph.direct(graph.one(ID, "free"))
    assert graph.one(ID, "held-back").inputs["prefix"] == ""


def test_a_barrier_before_nothing_falls() -> None:
    def program() -> None:
        with DependencyBarrier() as barrier:
            pet("one", barrier.passed)

    assert build(program, mode="preview").one(ID, "one").inputs["prefix"] == ""


def test_a_program_that_fails_ends() -> None:
    def program() -> None:
        with DependencyBarrier() as barrier:
            pet("one", barrier.passed)
            raise ValueError("stop here")

    with pytest.raises(Exception, match="stop here"):
        build(program)
