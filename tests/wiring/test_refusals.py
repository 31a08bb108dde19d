"""A component's refusal reaches people as a mistake of the stack file."""

import re
from pathlib import Path

import pytest

from components.cluster import ClusterArgs
from components.service import ServiceArgs
from preview.record import InvalidStack, record
from settings import InvalidSettings, schema_lookup
from tests.settings.files import ROOT, changed
from wiring import refusals
from wiring.refusals import told_as_settings


def refused(text: str, *around: str) -> list[str]:
    with pytest.raises(InvalidSettings) as error, told_as_settings(*around):
        raise ValueError(text)
    return [str(problem) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("text", "around", "told"),
    [
        ("DatabaseArgs.backup_days: 0 is outside 1 to 35", (), "slipway:database.backupDays: 0 is outside 1 to 35"),
        ("CdnArgs.origin_host: 'x' is no host", (), "slipway:cdn.originHost: 'x' is no host"),
        ("NetworkArgs.subnet_ids: 1 given", (), "slipway:network: subnet ids: 1 given"),
        ("ServiceArgs.cpu: cpu 1", ("services", "api"), "slipway:services.api.cpu: cpu 1"),
        ("LogRouterArgs.routes: none", ("services", "api"), "slipway:services.api.logRouter.routes: none"),
        ("SecretsArgs.secrets[a/b]: too long", (), "slipway:secrets: secrets[a/b]: too long"),
        ("UnheardOfArgs.x: no", (), "config: x: no"),
    ],
)
def test_the_setting_is_named(text: str, around: tuple[str, ...], told: str) -> None:
    assert refused(text, *around) == [told]


def test_every_line_is_told() -> None:
    assert len(refused("CacheArgs.shards: 91\nCacheArgs.replicas: 6")) == 2


@pytest.mark.parametrize("text", ["invalid literal for int() with base 10: 'x'", "CacheArgs.shards: 91\nand more"])
def test_other_errors_stay_what_they_are(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)), told_as_settings():
        raise ValueError(text)


def test_each_components_arguments_have_a_place() -> None:
    said: set[str] = set()
    for file in (ROOT / "components").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        said |= {
            *re.findall(r"^class (\w+)\(.*\bChecked\)", text, re.MULTILINE),
            *re.findall(r'f?"([A-Z]\w+)\.(?:\{|[a-z_]+:)', text),
        }
    assert len(said) > 30
    assert said - refusals.PLACES.keys() == set()
    for place in refusals.PLACES.values():
        assert schema_lookup.annotation_at(place) is not None, place


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (ClusterArgs, "slipway:cluster.name: 'x' is taken"),
        (ServiceArgs, "slipway:services.api: cluster arn: 'x' is not"),
    ],
)
def test_a_refusal_in_the_program_is_an_invalid_stack(
    monkeypatch: pytest.MonkeyPatch, arguments: type, told: str
) -> None:
    field = "name" if arguments is ClusterArgs else "cluster_arn"
    said = "is taken" if arguments is ClusterArgs else "is not"

    def refuse(self: object) -> None:
        raise ValueError(f"{type(self).__name__}.{field}: 'x' {said}")

    monkeypatch.setattr(arguments, "__post_init__", refuse)
    with pytest.raises(InvalidStack) as error:
        record(Path(ROOT), "prod", changed({}))
    assert told in str(error.value)
