"""What there is to draw, and the small diagram of it."""

from __future__ import annotations

import pytest

from preview.picture import mermaid
from preview.picture.drawing import Drawing, draw
from preview.pricing import estimate
from tests.preview.compare.graphs import graph, resource
from tests.stacks import NAMES, ROOT, recorded, with_services


def drawn(name: str = "Pulumi.prod.yaml") -> Drawing:
    graph = recorded(name)
    return draw(graph, estimate(graph))


def test_who_talks_to_whom() -> None:
    calls = {part.name: part.talks_to for part in drawn().parts}
    assert calls["load-balancer"] == ["api", "frontend"]
    assert {"cache", "database", "media"} <= set(calls["api"])
    assert calls["worker"] == ["cache", "database"]
    assert calls["frontend"] == []
    assert drawn().open_parts == ("media", "load-balancer")


def test_each_service_has_its_address_and_size() -> None:
    (api,) = [part for part in drawn().parts if part.name == "api"]
    facts = dict(api.facts)
    assert facts["address"] == "/api/* /api"
    assert "2 to 8 tasks" in facts["service"]
    assert api.monthly > 0


def column(*types: str, class_: str = "Thing") -> str:
    thing = resource(f"slipway:index:{class_}", "thing", custom=False)
    held = [resource(type_, f"part-{number}", {}, parent=thing.urn) for number, type_ in enumerate(types)]
    made = graph(thing, *held)
    (part,) = draw(made, estimate(made)).parts
    return part.column


def test_a_component_of_any_class_stands_where_its_resources_belong() -> None:
    task, bucket = "aws:ecs/taskDefinition:TaskDefinition", "aws:s3/bucket:Bucket"
    assert (
        column("aws:efs/fileSystem:FileSystem")
        == column("aws:sqs/queue:Queue")
        == column("aws:rds/cluster:Cluster")
        == "data"
    )
    assert column(task, "aws:sqs/queue:Queue") == "services"
    assert column("aws:lb/loadBalancer:LoadBalancer", bucket) == "edge"
    assert column("aws:sns/topic:Topic") == "around"


def test_zones_are_columns_with_what_is_in_them() -> None:
    (network,) = drawn().networks
    assert [zone.name for zone in network.zones] == ["us-east-1a", "us-east-1b"]
    assert [place.tier for place in network.zones[0].places] == ["public", "private", "isolated"]
    public, private, isolated = network.zones[0].places
    assert "NAT gateway" in public.holds
    assert "api tasks" in private.holds
    assert "database database-instance" in isolated.holds


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_is_in_some_part(name: str) -> None:
    graph = recorded(name)
    shown = {item.urn for part in drawn(name).parts for item in part.items}
    assert shown == {
        item.urn for item in graph.resources if item.custom and not item.type.startswith("pulumi:providers:")
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_diagram_names_what_there_is(name: str) -> None:
    text = mermaid.diagram(drawn(name))
    assert text.startswith("flowchart LR\n")
    assert all(f'"{part.name}"' in text for part in drawn(name).column("services"))


def test_many_services_stand_as_one() -> None:
    graph = with_services(200)
    text = mermaid.diagram(draw(graph, estimate(graph)))
    assert '"200 services"' in text
    assert len(text) < mermaid.MOST_CHARACTERS
    assert text.count("-->") < mermaid.MOST_EDGES


def test_the_readme_shows_the_diagram() -> None:
    assert f"```mermaid\n{mermaid.diagram(drawn())}\n```" in (ROOT / "README.md").read_text()
