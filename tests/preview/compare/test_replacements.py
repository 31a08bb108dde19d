"""What a change of a property does, by the table and the rules beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from preview.compare.replacements import _DEPENDS, Changed, effect, rules
from preview.compare.values import MISSING
from tests.preview.compare.graphs import DATABASE, RULE, SERVICE, TASK
from tests.stacks import NAMES, recorded

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def what(type_: str, path: str, before: object, after: object, inputs: dict[str, Any] | None = None) -> str:
    top = path.partition(".")[0]
    given = inputs or {}
    set_ = {} if after is MISSING and path == top else {top: after}
    changed = Changed(path=path, before=before, after=after, inputs_before=given, inputs_after={**given, **set_})
    return effect(type_, changed)


def test_plain_properties_follow_the_table() -> None:
    assert what(DATABASE, "instanceClass", "db.t4g.medium", "db.t4g.large") == "update"
    assert what(DATABASE, "storageEncrypted", "false", "true") == "replace"
    assert (
        what(TASK, "containerDefinitions.image", "a:1", "a:2") == "replace"
    )  # in a document: as the property it is in
    assert what(TASK, "tags.owner", "a", "b") == "update"


def test_what_the_table_does_not_know_is_unknown() -> None:
    assert what("aws:new/thing:Thing", "size", 1, 2) == "unknown"
    assert what(DATABASE, "neverHeardOf", 1, 2) == "unknown"
    assert what("aws:s3/bucketReplicationConfig:BucketReplicationConfig", "rules.neverHeardOf", 1, 2) == "unknown"


def test_what_the_provider_keeps_may_be_taken_out() -> None:
    assert what(DATABASE, "availabilityZone", "eu-west-1a", MISSING) == "nothing"
    assert what(DATABASE, "availabilityZone", "eu-west-1a", "eu-west-1b") == "replace"
    subnets = "aws:rds/subnetGroup:SubnetGroup"
    assert what(subnets, "subnetIds", "subnet-1", MISSING, {"subnetIds": ["subnet-2"]}) == "update"  # one of several


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("16", "17", "update"),
        ("17.4", "17", "nothing"),
        ("17.4", "17.6", "update"),
        ("17", "16", "refused"),
        ("17.6", MISSING, "nothing"),
    ],
)
def test_a_databases_version_goes_up_only(before: object, after: object, expected: str) -> None:
    assert what(DATABASE, "engineVersion", before, after) == expected


def test_storage_does_not_shrink() -> None:
    assert what(DATABASE, "allocatedStorage", 50, 100) == "update"
    assert what(DATABASE, "allocatedStorage", 100, 50) == "refused"
    assert what(DATABASE, "allocatedStorage", 100, 50, {"maxAllocatedStorage": 200}) == "nothing"


def test_a_cache_that_goes_back_is_made_anew() -> None:
    assert what(CACHE, "engineVersion", "8.0", "8.1", {"engine": "valkey"}) == "update"
    assert what(CACHE, "engineVersion", "8.1", "8.0", {"engine": "valkey"}) == "replace"
    assert what(CACHE, "engine", "redis", "valkey") == "update"
    assert what(CACHE, "engine", "valkey", "redis") == "replace"


def test_a_rules_source_changes_in_place_but_not_its_kind() -> None:
    assert what(INGRESS, "cidrIpv4", "10.0.0.0/8", "10.1.0.0/16") == "update"
    assert what(INGRESS, "cidrIpv4", "10.0.0.0/8", MISSING) == "replace"


def test_a_services_strategy_needs_a_new_deployment() -> None:
    assert what(SERVICE, "capacityProviderStrategies.weight", 1, 2, {"forceNewDeployment": True}) == "update"
    assert what(SERVICE, "capacityProviderStrategies.weight", 1, 2) == "refused"


def test_priorities_change_in_place() -> None:
    assert what(RULE, "priority", 100, 200) == "update"
    assert what(RULE, "listenerArn", "a", "b") == "replace"


def test_every_rule_beside_the_table_is_about_something_in_it() -> None:
    assert not {place for place in _DEPENDS if place[1] not in rules()[place[0]].depends}


@pytest.mark.parametrize("name", NAMES)
def test_the_table_knows_every_property_that_shipped_stacks_set(name: str) -> None:
    unknown = set()
    for resource in recorded(name).resources:
        rule = rules().get(resource.type)
        if not resource.custom or resource.type.startswith("pulumi:providers:"):
            continue
        known = set().union(rule.replace, rule.update, rule.nothing, rule.depends, rule.unverified) if rule else set()
        unknown |= {f"{resource.type} {key}" for key in resource.inputs if key not in {*known, "tags", "__provider"}}
    assert not unknown


def test_the_program_s_own_dynamic_resources_are_known() -> None:
    """Else each edit that changes one says that its effect is not known."""
    root = Path(__file__).resolve().parents[3]
    own = {
        name
        for file in (root / "components").glob("_*.py")
        for name in re.findall(r'\(Resource, module="slipway", name="(\w+)"\)', file.read_text())
    }
    known = json.loads((root / "data" / "replacements.json").read_text())
    text = json.dumps(known)
    assert {"MigrationRun", "RolloutCheck"} < own
    assert {name for name in own if f'"pulumi-python:dynamic/slipway:{name}"' not in text} == set()
