from __future__ import annotations

import copy
import pickle

import pytest

from preview.graph import UNKNOWN, Graph, Resource, matches


def resource(type_: str, name: str, *, depends: tuple[str, ...] = (), **inputs: object) -> Resource:
    return Resource(urn=f"u:{name}", type=type_, name=name, inputs=inputs, dependencies=depends)


BOX = Resource(urn="u:box", type="toy:index:Box", name="box", custom=False)
INNER = Resource(urn="u:inner", type="toy:index:Inner", name="inner", custom=False, parent="u:box")
SUBNET = Resource(
    urn="u:subnet", type="aws:ec2/subnet:Subnet", name="subnet", parent="u:inner", dependencies=("u:vpc",)
)
GRAPH = Graph(
    project="toy",
    stack="prod",
    exports={},
    resources=(
        resource("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16", tags={"a": "1", "b": "2"}),
        BOX,
        INNER,
        SUBNET,
        Resource(
            urn="u:db",
            type="aws:rds/instance:Instance",
            name="db",
            inputs={"multiAz": True, "ports": [1, {"from": 2, "to": 3}]},
            property_dependencies={"subnet": ("u:subnet",)},
        ),
        resource("aws:rds/instance:Instance", "replica", multiAz=False),
    ),
)


def test_the_unknown_stays_the_one_unknown() -> None:
    assert copy.deepcopy({"a": UNKNOWN})["a"] is UNKNOWN
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN  # noqa: S301 - its own pickle
    assert repr(UNKNOWN) == "(known after update)"


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 2}}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1, 2], [1, 2], True),
        ([1, 2], [1], False),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], lambda found: 2 in found, True),
        ("ab", "ab", True),
        (True, 1, False),
        (1, 1.0, True),
        (None, {"a": 1}, False),
        ("a", ["a"], False),
        (UNKNOWN, UNKNOWN, True),
    ],
)
def test_matching_is_partial_for_mappings_only(value: object, wanted: object, expected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert matches(value, wanted) is expected


def test_queries() -> None:
    assert [r.name for r in GRAPH.of("aws:rds/instance:Instance")] == ["db", "replica"]
    assert GRAPH.one("aws:rds/instance:Instance", multiAz=True).name == "db"
    assert GRAPH.one("aws:rds/instance:Instance", "replica").name == "replica"
    assert GRAPH.has("aws:ec2/vpc:Vpc", tags={"a": "1"})
    assert not GRAPH.has("aws:ec2/vpc:Vpc", tags={"a": "2"})
    assert [r.name for r in GRAPH.named("inner")] == ["inner"]
    assert GRAPH.urn("u:db").name == "db"
    assert [r.name for r in GRAPH.children(None)] == ["vpc", "box", "db", "replica"]
    assert GRAPH.children(BOX) == (INNER,)


def test_component_is_the_outermost_one() -> None:
    assert GRAPH.component(SUBNET) is BOX
    assert GRAPH.component(BOX) is BOX
    assert GRAPH.component(GRAPH.one("aws:ec2/vpc:Vpc")) is None


def test_edges() -> None:
    database, vpc = GRAPH.urn("u:db"), GRAPH.urn("u:vpc")
    assert GRAPH.direct(database) == (SUBNET,)
    assert GRAPH.direct(database, "aws:ec2/vpc:Vpc") == ()
    assert GRAPH.reaches(database, vpc)
    assert not GRAPH.reaches(vpc, database)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        (lambda: GRAPH.one("aws:rds/instance:Instance"), "2 resources match aws:rds/instance:Instance: db, replica"),
        (lambda: GRAPH.one("aws:rds/instance:Instance", multiAz=None), "db: multiAz=True"),
        (lambda: GRAPH.one("aws:rds/instance:Instance", port=1), "replica: port not set"),
        (lambda: GRAPH.one("aws:ec2/vpc:Instance"), "of that name there is aws:rds/instance:Instance"),
        (lambda: GRAPH.one("aws:s3/bucket:Bucket"), "none of this type at all"),
        (lambda: GRAPH.urn("u:none"), "no resource has the URN u:none"),
    ],
)
def test_a_failed_look_up_says_what_there_is(query: object, hint: str) -> None:
    assert callable(query)
    with pytest.raises(LookupError) as caught:
        query()
    assert hint in str(caught.value)
