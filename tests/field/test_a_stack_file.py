"""Stack files as people write them: what is refused, in which words, and that nothing is read otherwise than the engine does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from preview import project, stackfile
from tests.settings.files import config, mistakes

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parent / "cases"
SHOP = (CASES / "Pulumi.spelling.yaml").read_text(encoding="utf-8")

COMMIT = "(The image's tag, such as a commit (`9f2c1ab`); in quotes if it could be a number); pulumi config set keeps it text with --type string"
ZEROS = " as it stands in the file, where it may have more zeros"


def previewed(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "preview", "--file", str(path), "--format", "plain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def told(path: Path) -> list[str]:
    """Return what is wrong with a file, a line a mistake, as a preview tells it; without a preview, which takes seconds."""
    try:
        read = stackfile.read(path)
    except stackfile.InvalidStackFile as error:
        return [str(error)]
    return mistakes(project.read(ROOT).values(read.config, read.spelled))


def shop(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return a valid stack file with pieces of its text replaced."""
    text = SHOP.replace("[012345670123]", '["012345670123"]').replace("tag: 1.10", 'tag: "1.10"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "Pulumi.shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shop_is_valid(tmp_path: Path) -> None:
    done = previewed(shop(tmp_path))
    assert done.returncode in (0, 1), done.stderr


def test_dates_are_refused_wherever_text_is_meant() -> None:
    found = told(CASES / "Pulumi.dates.yaml")
    assert {line.split(": ")[0] for line in found} == {
        "slipway:tags.reviewed",
        'slipway:secrets["shop/key"].description',
        "slipway:services.api.command[2]",
        "slipway:services.api.environment.STRIPE_API_VERSION",
    }
    assert found[0] == (
        "slipway:tags.reviewed: 2026-11-30 must be text; put it in quotes, "
        "without which it becomes '2026-11-30 00:00:00 +0000 UTC'"
    )


@pytest.mark.parametrize("name", ["dates", "spelling"])
def test_a_preview_refuses_with_these_lines_and_no_trace(name: str) -> None:
    path = CASES / f"Pulumi.{name}.yaml"
    done = previewed(path)
    assert done.returncode == 2
    first, *lines = done.stderr.splitlines()
    assert first == f"{path}: The stack file of {name} has {len(lines)} errors:"
    assert [line.removeprefix("  - ") for line in lines] == told(path)


def test_messages_show_what_the_file_has() -> None:
    found = told(CASES / "Pulumi.spelling.yaml")
    assert found == [
        f"slipway:services.api.image.tag: 1.10 must be text; put it in quotes, without which it becomes 1.1 {COMMIT}",
        "aws:allowedAccountIds[0]: 012345670123 must be text; put it in quotes, without which it becomes 1402433619",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('tag: "1.10"', "tag: 0123456", "slipway:services.api.image.tag: 0123456 must be text; put it in quotes, without which it becomes 42798"),
        ('tag: "1.10"', "tag: 1234567", "slipway:services.api.image.tag: 1234567 must be text; put it in quotes (The image"),
        ('tag: "1.10"', "tag: 12e3", "slipway:services.api.image.tag: 12e3 must be text; put it in quotes, without which it becomes 12000"),
        ("environment: production", "environment: 0777", "slipway:environment: 0777 must be text; put it in quotes, without which it becomes 511"),
        ("slipway:app: shop", "slipway:app: shop\n  slipway:ownerId: 012345678901", "ownerId: 012345678901 must be text; put it in quotes, without"),
        ("slipway:app: shop", "slipway:app: shop\n  slipway:ownerId: 2026-11-30", "slipway:ownerId: 2026-11-30 must be text; put it in quotes"),
        ("{owner: platform}", "{owner: platform, reviewed: 2026-11-30T10:00:00Z}", "slipway:tags.reviewed: 2026-11-30T10:00:00Z must be text"),
        ("{owner: platform}", "{owner: platform, cost: TRUE}", "slipway:tags.cost: TRUE must be text; put it in quotes"),
        ("{owner: platform}", "{owner: platform, cost: .inf}", "6:41: .inf is a number that no setting takes"),
        ("port: 8000", "port: 0x1_0000_0", "slipway:services.api.port: 0x1_0000_0 is outside 1 to 65535"),
        ("port: 8000", "port: 1e400", "slipway:services.api.port: '1e400' must be a whole number"),
        ("port: 8000", "port: !!binary aGk=", "a value that begins with ! needs quotes; the tag !!binary"),
        ("route: {default: true}", "route: !!set {default}", "the tag !!set has no use in a stack file"),
        ("{owner: platform}", "{owner: platform, until: 2026-02-30, b: 5}", "slipway:tags.b: 5 must be text; put it in quotes"),
    ],
)  # fmt: skip
def test_numbers_and_dates_are_refused_as_they_are_written(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = told(shop(tmp_path, (old, new)))
    assert len(found) == 1
    assert expected in found[0]


def test_whole_numbers_may_be_written_as_the_engine_takes_them(tmp_path: Path) -> None:
    done = previewed(shop(tmp_path, ("port: 8000", "port: 8e3\n      cpu: 5_12\n      memoryMib: 1024.0")))
    assert done.returncode in (0, 1), done.stderr
    assert "0.5 vCPU, 1024 MiB" in done.stdout
    assert "port 8000" in done.stdout


def test_text_that_only_looks_like_a_number_is_text(tmp_path: Path) -> None:
    done = previewed(shop(tmp_path, ('tag: "1.10"', "tag: 12e4567")))
    assert done.returncode in (0, 1), done.stderr
    assert "shop/api:12e4567" in done.stdout


def test_under_the_engine_a_number_may_have_lost_zeros() -> None:
    """The engine tells a program 1402433619, whatever the file has."""
    values = config()
    values["aws:allowedAccountIds"] = [1402433619]
    values["slipway:tags"] = {"owner": "2026-11-30 00:00:00 +0000 UTC"}
    values["slipway:services"]["api"]["image"]["tag"] = 4017523
    assert mistakes(values) == [
        "slipway:tags.owner: 2026-11-30 must be text; put it in quotes, without which it becomes '2026-11-30 00:00:00 +0000 UTC'",
        f"slipway:services.api.image.tag: 4017523 must be text; put it in quotes{ZEROS} {COMMIT}",
        f"aws:allowedAccountIds[0]: 1402433619 must be text; put it in quotes{ZEROS}",
    ]
