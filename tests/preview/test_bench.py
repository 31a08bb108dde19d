from __future__ import annotations

import json
from pathlib import Path

import pytest

import settings
from preview import bench, bench_all, stackfile

SOURCE = """
config:
  slipway:app: toy
  slipway:services:
    api: {image: {repository: toy/api, tag: a1}, name: fixed, port: 80, route: {paths: [/api/*], priority: 100}}
    worker: {image: {repository: toy/worker, tag: a1}}
"""


@pytest.mark.parametrize("size", [1, 12])
def test_grown_stack_files_have_distinct_services(tmp_path: Path, size: int) -> None:
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(SOURCE)
    document = bench.grown(path, size)
    services = document["config"]["slipway:services"]
    assert document["config"]["slipway:app"] == "toy"
    assert len(services) == size
    assert all("name" not in service for service in services.values())
    assert len({service["route"]["priority"] for service in services.values()}) == size
    assert len({service["route"]["paths"][0] for service in services.values()}) == size
    assert services["svc-001"]["image"] == {"repository": "toy/api", "tag": "a1"}


def alone(path: Path) -> bool:
    """Whether a stack has services behind a load balancer of its own, where more of them have room."""
    config = stackfile.read(path).config
    return bool(config.get("slipway:services")) and "slipway:shared" not in config


@pytest.mark.parametrize(
    "path", [path for path in bench.shipped() if alone(path)], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_grown_stack_files_are_valid(path: Path) -> None:
    assert len(settings.parse(bench.grown(path, 12)["config"], "generated").services) == 12


def test_shipped_stack_files_are_found() -> None:
    names = {path.name for path in bench.shipped()}
    assert "Pulumi.prod.yaml" in names
    assert "Pulumi.yaml" not in names


def result(name: str, services: int, seconds: float) -> bench.Result:
    return bench.Result(
        name=name,
        services=services,
        resources=10 * services,
        seconds=seconds,
        policy_seconds=seconds / 4,
        peak_mib=99.6,
    )


def test_the_table_shows_the_growth_per_service() -> None:
    lines = bench.table(
        [result("Pulumi.prod.yaml", 3, 2.0), result("generated, 1", 1, 1.0), result("generated, 11", 11, 1.5)]
    ).splitlines()
    assert [line.split()[-1] for line in lines] == ["ms/service", "100", "100", "50.0"]
    assert "25%" in lines[1]
    assert len({len(line) for line in lines[1:2]}) == 1


def test_the_hundred_stack_files_differ_and_are_valid(tmp_path: Path) -> None:
    paths = bench_all.written(tmp_path, 6)
    read = [settings.parse(json.loads(path.read_text())["config"], path.name) for path in paths]
    assert [len(one.services) for one in read] == [1, 2, 3, 4, 5, 1]
    assert len({one.owner_id for one in read}) == len(paths)


def test_a_commands_cost_is_that_of_all_its_processes() -> None:
    found = bench_all.cost("--file", "Pulumi.staging.yaml")
    assert found.wall > 0
    assert found.cpu > 0.3
    if Path("/proc/self/smaps_rollup").exists():
        assert 50 < found.peak < 1000
    with pytest.raises(RuntimeError, match="no such file"):
        bench_all.cost("--file", "Pulumi.missing.yaml")


def test_rows_that_are_not_there_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["--rows", "watch", "speed"])
    assert "there is no speed; there are sizes, base, watch, all, pack" in capsys.readouterr().err


def test_a_stack_file_that_cannot_be_previewed_stops_it(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.bad.yaml"
    path.write_text("config: []\n")
    with pytest.raises(RuntimeError, match="expected a mapping"):
        bench.measure(path, "bad", runs=1)


def test_a_checkout_compared_with_itself() -> None:
    root = Path(bench.__file__).parents[1]
    found = bench.ratios(root, root, root / "Pulumi.staging.yaml", runs=1)
    assert found.keys() == {"wall", "cpu", "peak"}
    assert 0.5 < found["peak"] < 2


def test_a_checkout_that_cannot_preview_says_why(tmp_path: Path) -> None:
    root = Path(bench.__file__).parents[1]
    with pytest.raises(RuntimeError, match="No module named preview"):
        bench.ratios(tmp_path, root, root / "Pulumi.staging.yaml", runs=1)


def test_the_packs_seconds_are_those_of_the_most_resources(tmp_path: Path) -> None:
    module = tmp_path / "tests" / "policy" / "load.py"
    module.parent.mkdir(parents=True)
    module.write_text("print('the pack   seconds\\n   200 resources   0.10\\n  1984 resources   1.13   0.57')")
    assert bench.pack_seconds(tmp_path) == 1.13
    module.write_text("raise SystemExit('no pack here')")
    with pytest.raises(RuntimeError, match="no pack here"):
        bench.pack_seconds(tmp_path)


def test_a_fresh_copy_has_no_environment_and_says_what_went_wrong(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / "Makefile").write_text("preview:\n\t@test ! -e .venv\ntest:\n\t@echo broken; exit 1\n")
    assert bench.fresh_seconds(tmp_path) < 60
    with pytest.raises(RuntimeError, match="broken"):
        bench.suite_seconds(tmp_path)
