"""Policy configurations in both versions, and exceptions as the engine applies them."""

import json
from pathlib import Path
from typing import Any

import pytest

from preview import pack_config
from preview.verdict import Finding

URN = "urn:pulumi:prod::shop::aws:rds/instance:Instance::db"
EXCEPTIONS: dict[str, Any] = {
    "EXC-1": {"reason": "It moves in May.", "match": [{"policies": ["database-multi-az"], "targets": [URN]}]}
}


def written(path: Path, document: Any) -> Path:
    file = path / "config.json"
    file.write_text(json.dumps(document))
    return file


def finding(policy: str = "database-multi-az", urn: str = URN) -> Finding:
    return Finding(policy=policy, level="mandatory", severity="medium", urn=urn, message="it is off", description="")


def test_both_versions_say_the_same(tmp_path: Path) -> None:
    policies = {"all": "mandatory", "database-backups-kept": {"enforcementLevel": "advisory", "minDays": 14}}
    first = pack_config.read(written(tmp_path, {**policies, "environments": ["acme/policies"]}))
    second = pack_config.read(
        written(tmp_path, {"version": 2, "environments": ["acme/policies"], "policies": policies})
    )
    assert dict(first) == dict(second) == {**policies, "all": {"enforcementLevel": "mandatory"}}
    assert first.environments == second.environments == ("acme/policies",)


def test_an_exception_takes_its_policy_and_its_resource_together_and_nothing_else(tmp_path: Path) -> None:
    config = pack_config.read(written(tmp_path, {"version": 2, "policies": {}, "exceptions": EXCEPTIONS}))
    marked = config.marked(finding())
    assert marked.level == "advisory"
    assert marked.message == "it is off (excepted by EXC-1: It moves in May.)"
    assert marked.excepted == "EXC-1: It moves in May."
    for other in (finding(policy="database-not-public"), finding(urn=f"{URN}-2")):
        assert config.marked(other) == other


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"version": 3}, "version: 3 is not known"),
        ({"version": 2, "polices": {}}, "polices: there is no such key"),
        ({"version": 2, "policies": []}, "policies: expected an object"),
        ({"version": 2, "environments": "dev"}, "environments: expected a list of texts"),
        ({"environments": "dev"}, "environments: expected a list of texts"),
        ({"version": 2, "exceptions": []}, "exceptions: expected an object"),
        ({"version": 2, "exceptions": {"E": {"match": []}}}, "exceptions.E.reason: expected text"),
        ({"version": 2, "exceptions": {"E": {"reason": "x"}}}, "exceptions.E: expected an object with reason and match"),
        ({"version": 2, "exceptions": {"E": {"reason": "x", "match": [{"policies": ["a"]}]}}}, "match[0].targets: expected a list"),
        ({"version": 2, "policies": {"a": "strict"}}, "a: 'strict' is not a level"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_refused_by_its_place(tmp_path: Path, document: Any, said: str) -> None:
    with pytest.raises(pack_config.InvalidConfig) as refused:
        pack_config.read(written(tmp_path, document))
    assert said in str(refused.value)
