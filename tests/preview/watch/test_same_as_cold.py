"""A save is answered with what a process keeps of earlier runs; the answer is what a process that keeps nothing gives."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2

from preview import analyzer, policies, project, stackfile
from preview.graph import Graph
from preview.pack_process import LoadedPack, Process
from preview.record import Mode, record
from preview.run_memory import RunMemory
from preview.verdict import Verdict
from tests import stacks

Toy = Callable[..., Path]
Edit = Callable[[dict[str, Any]], None]
PACK = stacks.ROOT / "policy"


def nothing(config: dict[str, Any]) -> None:
    """Leave it as it is."""


def another_class(config: dict[str, Any]) -> None:
    config["slipway:database"]["instanceClass"] = "db.t4g.large"


def one_zone(config: dict[str, Any]) -> None:
    config["slipway:database"]["multiAz"] = False


def another_name(config: dict[str, Any]) -> None:
    config["slipway:app"] = "shop"


def fewer_days(config: dict[str, Any]) -> None:
    config["slipway:database"]["backupDays"] = 1


def more_tags(config: dict[str, Any]) -> None:
    config["slipway:tags"] = {**config.get("slipway:tags", {}), "team": "one"}


EDITS: tuple[Edit, ...] = (
    nothing,
    another_class,
    nothing,
    one_zone,
    fewer_days,
    more_tags,
    another_name,
    nothing,
)


@pytest.fixture
def memory() -> Iterator[RunMemory]:
    made = RunMemory()
    try:
        yield made
    finally:
        RunMemory.kept = None


def recorded(root: Path, config: Mapping[str, object], memory: RunMemory | None, mode: Mode = "update") -> Graph:
    RunMemory.kept = memory
    try:
        return record(root, "prod", config, mode=mode)
    finally:
        RunMemory.kept = None


def asked(graph: Graph, memory: RunMemory | None) -> list[Any]:
    """What the policy pack is asked: messages, which may be written in more than one way."""
    RunMemory.kept = memory
    try:
        written = analyzer.asked_about(graph)
    finally:
        RunMemory.kept = None
    kinds: dict[str, Any] = {"Analyze": analyzer_pb2.AnalyzeRequest, "AnalyzeStack": analyzer_pb2.AnalyzeStackRequest}
    return [kinds[method].FromString(message) for method, message in written]


def plain(graph: Graph) -> dict[str, object]:
    """Everything that was recorded, with its types; the order of resources is not always the same."""
    resources = {item.urn: repr(dataclasses.astuple(item)) for item in graph.resources}
    rest = {part.name: getattr(graph, part.name) for part in dataclasses.fields(graph) if part.name != "resources"}
    return {**rest, "resources": resources}


def edited(edit: Edit) -> dict[str, Any]:
    config = copy.deepcopy(dict(stackfile.read(stacks.ROOT / "Pulumi.prod.yaml").config))
    edit(config)
    return config


def judged(graph: Graph, config: Mapping[str, object]) -> Verdict:
    values = project.read(stacks.ROOT).values(config)
    with policies.Pack(PACK, project=graph.project, stack=graph.stack, values=values, dry_run=False) as pack:
        return pack.evaluate(graph)


@pytest.mark.parametrize("mode", ["update", "preview"])
def test_what_is_recorded_and_asked_is_the_same_after_many_edits(memory: RunMemory, mode: Mode) -> None:
    for edit in EDITS if mode == "update" else EDITS[:3]:
        config = edited(edit)
        cold, warm = stacks.registered("prod", config, mode=mode), recorded(stacks.ROOT, config, memory, mode)
        assert plain(warm) == plain(cold), edit
        *expected, expected_whole = asked(cold, None)
        *resources, whole = asked(warm, memory)
        assert {message.urn: message for message in resources} == {message.urn: message for message in expected}
        ours = {item.urn: item for item in whole.resources}
        assert ours == {item.urn: item for item in expected_whole.resources}


def test_most_is_taken_from_the_run_before(memory: RunMemory) -> None:
    first = recorded(stacks.ROOT, edited(nothing), memory)
    second = recorded(stacks.ROOT, edited(another_class), memory)
    before = {item.urn: item for item in first.resources if item.custom}
    same = [item for item in second.resources if item.custom and before[item.urn] is item]
    assert len(same) > 0.8 * len(before)
    assert not any(item.name == "database-instance" for item in same)


def test_a_pack_that_was_asked_ahead_judges_as_one_that_was_not() -> None:
    ahead = analyzer.asked_about(recorded(stacks.ROOT, edited(nothing), None))
    try:
        Process.kept = LoadedPack(PACK, ahead)
        graphs = [(recorded(stacks.ROOT, edited(edit), None), edited(edit)) for edit in (nothing, one_zone, fewer_days)]
        warm = [judged(*graph) for graph in (*graphs, graphs[0])]
        Process.kept.close()
        Process.kept = LoadedPack(PACK)
        cold = [judged(*graph) for graph in (*graphs, graphs[0])]
    finally:
        if Process.kept:
            Process.kept.close()
        Process.kept = None
    assert warm == cold
    assert warm[1].findings != warm[0].findings


PROGRAM = """
config = pulumi.Config()
provider = aws.Provider("aws", region=config.require("region"))
value = config.require_object("value")
tags = config.get_object("tags")
aws.ssm.Parameter("one", type="String", value="x", tags=tags, opts=ResourceOptions(provider=provider))
aws.cloudwatch.LogGroup("two", name="/two", skip_destroy=value, opts=ResourceOptions(provider=provider))
queue = aws.sqs.Queue("three", name="three", opts=ResourceOptions(provider=provider, protect=config.get_bool("kept")))
topic = aws.sns.Topic("four", name="four", tags={"a": "1"}, opts=ResourceOptions(provider=provider))
depends = [queue] if config.get_bool("kept") else []
aws.sns.TopicPolicy("five", arn=topic.arn, policy="{}", opts=ResourceOptions(provider=provider, depends_on=depends))
check = aws.lb.TargetGroupHealthCheckArgs(path="/up", interval=20)
group = aws.lb.TargetGroup("six", name="six", health_check=check, opts=ResourceOptions(provider=provider))
pulumi.export("arn", queue.arn)
pulumi.export("path", group.health_check.path)
pulumi.export("interval", group.health_check.apply(lambda found: type(found).__name__ + repr(found.interval)))
pulumi.export("taken", topic.tags.apply(lambda tags: tags.pop("a")))
"""
STEPS: tuple[dict[str, object], ...] = (
    {"toy:region": "eu-west-1", "toy:value": "true"},
    {"toy:region": "eu-west-1", "toy:value": "1"},
    {"toy:region": "eu-west-1", "toy:value": "true", "toy:kept": "true"},
    {"toy:region": "us-east-1", "toy:value": "true"},
    {"toy:region": "eu-west-1", "toy:value": "true", "toy:tags": '{"a": "1"}'},
    {"toy:region": "eu-west-1", "toy:value": "true", "aws:region": "us-west-2"},
    {"toy:region": "eu-west-1", "toy:value": "true"},
)


def test_a_change_of_type_options_or_provider_is_a_change(toy: Toy, memory: RunMemory) -> None:
    root = toy(PROGRAM)
    for step in (*STEPS, *reversed(STEPS)):
        cold, warm = (recorded(root, step, known) for known in (None, memory))
        assert plain(warm) == plain(cold), step
        theirs = asked(cold, None)
        assert asked(warm, memory)[:-1] == theirs[:-1]
        assert list(asked(warm, memory)[-1].resources) == list(theirs[-1].resources)
