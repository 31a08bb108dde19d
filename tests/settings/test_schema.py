"""The JSON Schema: fresh, named by every stack file, as strict as a schema can be, and in step with Pulumi.yaml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from settings import schema, schema_lookup
from settings.described import describe
from settings.model import Settings
from tests.settings.files import ROOT, SHIPPED, changed, document

VALIDATOR = jsonschema.Draft202012Validator(schema.schema())


def test_the_file_is_fresh() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run: python -m settings.schema"
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_stack_files_name_the_schema_and_follow_it(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={os.path.relpath(schema.FILE, path.parent)}"
    assert [error.message for error in VALIDATOR.iter_errors(document(path))] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"slipway:databse": {}},
        {"slipway:database.engine": "oracle"},
        {"slipway:database.version": 17},
        {"slipway:database.storageGib": "50"},
        {"slipway:database.instanceClass": "db.t4g.mediun"},
        {"slipway:logs.retentionDays": 91},
        {"slipway:services.api.port": 70000},
        {"slipway:services.api.prot": 80},
        {"slipway:services.API": {}},
        {"slipway:services.api.environment.DEBUG": True},
        {"slipway:services.api.healthCheck": "wget"},
        {"slipway:network.endpoints": ["s4"]},
        {"slipway:domain.zoneId": "x"},
        {"aws:regoin": "us-east-1"},
    ],
)
def test_typical_mistakes_do_not_follow_it(changes: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({"config": changed(changes)})


@pytest.mark.parametrize("place", ["slipway:registry", "slipway:tags", "slipway:logs", "slipway:services.api.uses"])
def test_nothing_after_a_name_follows_it(place: str) -> None:
    assert VALIDATOR.is_valid({"config": changed({place: None})})


def test_the_project_file_declares_what_the_model_has() -> None:
    declared = document(ROOT / "Pulumi.yaml")["config"]
    own = {key.removeprefix("slipway:"): value for key, value in declared.items() if key.startswith("slipway:")}
    expected = {}
    describe()
    for name, info in schema_lookup.fields(Settings):
        text = schema_lookup.is_text(info.annotation)
        declaration: dict[str, Any] = {
            "type": "string" if text else "object",
            "description": " ".join(str(info.description).split()),
        }
        if not info.is_required():
            optional = bool(schema_lookup.section(info.annotation)) and schema_lookup.is_optional(info.annotation)
            declaration["default"] = "" if text else {"enabled": False} if optional else {}
        expected[name] = declaration
    del expected["aws"]
    assert own == expected
    assert list(own) == list(expected)
