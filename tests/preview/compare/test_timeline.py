"""How long an update takes, and what decides it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from preview.compare.difference import compare
from preview.compare.timeline import of_update, seconds
from tests.preview.compare.graphs import BUCKET, DATABASE, SERVICE, TASK, edit, resource
from tests.stacks import NAMES, ROOT, recorded

MOST = 1.05


@pytest.mark.parametrize("name", NAMES)
def test_building_a_stack_waits_for_little_that_hands_nothing_over(name: str) -> None:
    after = recorded(name)
    line = of_update(compare(dataclasses.replace(after, resources=()), after))
    assert line.seconds <= line.necessary * MOST, [step.resource.name for step in line.critical]


def test_what_depends_on_another_begins_when_it_is_there() -> None:
    database = resource(DATABASE, "d", {"identifier": "d"})
    task = resource(TASK, "t", {"family": "t"}, refs={"containerDefinitions": database})
    line = of_update(edit([], [database, task, resource(BUCKET, "b", {"bucket": "b"})]))
    assert [(step.act, step.resource.name, step.begin) for step in line.critical] == [
        ("create", "d", 0.0),
        ("create", "t", seconds(database, "create")),
    ]
    assert line.seconds == seconds(database, "create") + seconds(task, "create")


def test_what_is_not_wanted_any_more_goes_at_the_end_users_first() -> None:
    task = resource(TASK, "t", {"family": "t"})
    service = resource(SERVICE, "s", {"name": "s"}, refs={"taskDefinition": task})
    bucket = resource(BUCKET, "b", {"bucket": "b"})
    line = of_update(edit([task, service], [bucket]))
    begins = {step.resource.name: step.begin for step in line.steps}
    made = seconds(bucket, "create")
    assert begins == {"b": 0.0, "s": made, "t": made + seconds(service, "delete")}
    assert [step.resource.name for step in line.critical] == ["b", "s", "t"]


def test_what_goes_first_takes_the_time_of_both() -> None:
    old, new = (resource(SERVICE, "s", {"name": "s", "cluster": name}) for name in ("one", "two"))
    (step,) = of_update(edit([old], [new])).steps
    assert (step.act, step.seconds) == ("replace", seconds(old, "delete") + seconds(new, "create"))


def test_what_stays_takes_no_time() -> None:
    database = resource(DATABASE, "d", {"identifier": "d"})
    assert of_update(edit([database], [database])).steps == ()
    assert of_update(edit([database], [database])).critical == ()


def test_a_standby_takes_longer() -> None:
    one, two = (resource(DATABASE, "d", {"multiAz": value}) for value in (False, True))
    assert seconds(one, "create") < seconds(two, "create")


def test_every_duration_has_a_source() -> None:
    table = json.loads(Path(ROOT, "data", "durations.json").read_text())
    assert all(entry["source"].startswith(("seen", "memory")) for entry in table["types"].values())
    assert all({"create", "update", "delete"} <= entry.keys() for entry in table["types"].values())


def test_of_what_is_there_at_the_same_time_the_first_is_named() -> None:
    buckets = [resource(BUCKET, f"b{number}", {"bucket": f"b{number}"}) for number in range(12)]
    last = dataclasses.replace(
        resource(TASK, "t", {"family": "t"}), dependencies=tuple(bucket.urn for bucket in buckets)
    )
    line = of_update(edit([], [*buckets, last]))
    assert [step.resource.name for step in line.critical] == ["b0", "t"]
