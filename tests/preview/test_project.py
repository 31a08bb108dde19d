from __future__ import annotations

import json
from pathlib import Path

import pytest

from preview import project


def test_values_are_text_as_from_the_cli(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: toy\n"
        "config:\n"
        "  toy:needed: {type: string}\n"
        "  toy:size: {type: integer, default: 3}\n"
        "  aws:region: {value: eu-west-1}\n"
        "  plain: yes\n"
    )
    found = project.read(tmp_path)
    assert found.name == "toy"
    values = found.values({"toy:size": 4, "toy:on": False, "toy:zones": ["ä"], "toy:none": None})
    assert values == {
        "toy:size": "4",
        "aws:region": "eu-west-1",
        "toy:plain": "yes",
        "toy:on": "false",
        "toy:zones": '["ä"]',
        "toy:none": "",
    }


def test_ciphertext_stays_out(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: toy\n")
    config = {"toy:key": {"secure": "v1:x"}, "toy:deep": {"a": [{"secure": "v1:y"}], "b": 1}, "toy:open": {"a": 1}}
    values = project.read(tmp_path).values(config)
    assert values["toy:key"] == "[secret]"
    assert json.loads(values["toy:deep"]) == {"a": ["[secret]"], "b": 1}
    assert [key for key, value in config.items() if project.is_secret(value)] == ["toy:key", "toy:deep"]


@pytest.mark.parametrize(("text", "problem"), [("[]", "no project name"), ("name: [", "not valid YAML")])
def test_not_a_project(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(project.InvalidProject, match=problem):
        project.read(tmp_path)
