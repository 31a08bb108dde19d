"""The command: what it writes passes as a stack file, and what it cannot do it says."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from operations.new.__main__ import main
from preview import project, stackfile
from preview.record import record
from settings import Settings, parse
from tests import stacks

ROOT = Path(__file__).resolve().parents[3]
GIVEN = ("--app=shop", "--region=eu-central-1", "--host=shop.example.com", "--zone-id=Z0123456789ABCDEFGHIJ")
COMPOSE = """
services:
  api:
    build: {context: ./backend}
    ports: ["8000:8000"]
    environment: {DATABASE_URL: "postgres://u:p@db/shop", REDIS_URL: "redis://cache", SECRET_KEY: "${SECRET_KEY}", ON: "yes", AT: "12:30"}
    healthcheck: {test: curl -f http://localhost:8000/health}
  worker: {build: {context: ./backend}, command: [celery, worker], volumes: ["uploads:/data"]}
  frontend: {build: ./front, ports: ["3000:3000"]}
  db: {image: "postgres:17"}
  cache: {image: "redis:7"}
  files: {image: minio/minio}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    return tmp_path


def new(root: Path, *words: str) -> int:
    return main(["--root", str(root), *words])


def written(root: Path, stack: str = "prod") -> Settings:
    read = stackfile.read(root / f"Pulumi.{stack}.yaml")
    return parse(project.read(root).values(read.config), stack)


@pytest.mark.parametrize("stack", ["prod", "staging", "dev"])
@pytest.mark.parametrize("more", [(), ("--github=acme/shop", "--email=team@example.com")])
def test_what_is_written_is_a_stack_file(root: Path, stack: str, more: Sequence[str]) -> None:
    (root / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    assert new(root, "--stack", stack, "--from", str(root), *GIVEN, *more) == 0
    settings = written(root, stack)
    assert sorted(settings.services) == ["api", "frontend", "worker"]
    assert settings.environment == {"prod": "production", "staging": "staging", "dev": "development"}[stack]
    assert settings.database is not None
    assert settings.database.multi_az == (stack == "prod")
    assert settings.services["worker"].volumes["uploads"].path == "/data"
    assert list(settings.volumes) == ["uploads"]
    assert settings.services["api"].environment == {"ON": "yes", "AT": "12:30"}
    assert (settings.delivery is None) == (settings.alarms is None) == (not more)


@pytest.mark.parametrize("stack", ["prod", "staging", "dev"])
def test_what_is_written_passes_the_policy(root: Path, stack: str) -> None:
    (root / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    assert new(root, "--stack", stack, "--from", str(root), *GIVEN) == 0
    file = stackfile.read(root / f"Pulumi.{stack}.yaml")
    verdict = stacks.evaluate(ROOT, file.path, record(ROOT, file.stack, file.config))
    assert [finding.policy for finding in verdict.findings if finding.level == "mandatory"] == []
    assert verdict.policies > 200


def test_without_a_source_it_is_one_service(root: Path) -> None:
    assert new(root, *GIVEN) == 0
    assert {name: one.port for name, one in written(root).services.items()} == {"web": 8000}


def test_a_dockerfile_gives_port_and_user(root: Path) -> None:
    (root / "Dockerfile").write_text("FROM a\nEXPOSE 9000\nUSER app\n", encoding="utf-8")
    assert new(root, "--from", str(root), *GIVEN) == 0
    web = written(root).services["web"]
    assert (web.port, web.user) == (9000, "app")


def test_what_runs_inside_only_needs_no_host(root: Path) -> None:
    (root / "compose.yaml").write_text("services: {worker: {build: .}}", encoding="utf-8")
    assert new(root, "--from", str(root), *GIVEN[:2]) == 0
    assert written(root).domain is None


def test_a_file_that_is_there_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "Pulumi.prod.yaml").write_text("mine", encoding="utf-8")
    assert new(root, *GIVEN) == 2
    assert "is there already" in capsys.readouterr().err
    assert (root / "Pulumi.prod.yaml").read_text(encoding="utf-8") == "mine"
    assert new(root, *GIVEN, "--force") == 0
    assert written(root).app == "shop"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--app=shop",), ["REGION: ", "HOST: ", "ZONE_ID: "]),
        (("--app=Shop!", *GIVEN[1:]), ["slipway:app"]),
        (("--app=shop", "--region=eu-moon-1", *GIVEN[2:]), ["aws:region"]),
        ((*GIVEN, "--from=nowhere"), ["nowhere: no such file or directory"]),
        ((*GIVEN, "--from=."), ["neither compose.yaml"]),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    root: Path,
    words: Sequence[str],
    told: Sequence[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(root)
    assert new(root, *words) == 2
    said = capsys.readouterr().err
    assert all(words in said for words in told), said
    assert "Traceback" not in said
    assert not (root / "Pulumi.prod.yaml").exists()


def test_a_person_is_asked_for_what_is_not_given(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["shop", "eu-central-1", "shop.example.com", "Z0123456789ABCDEFGHIJ", "", "acme/shop"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: next(answers))
    assert new(root) == 0
    settings = written(root)
    assert settings.delivery is not None
    assert settings.delivery.github.repository == "acme/shop"
    assert next(answers, None) is None


def test_an_interrupt_writes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", interrupt)
    assert new(root) == 130
    assert not (root / "Pulumi.prod.yaml").exists()
