"""What is read from Dockerfiles."""

from pathlib import Path

import pytest

from operations.new import dockerfile
from operations.new._draft import UnreadableError

STAGED = """\
# syntax=docker/dockerfile:1
ARG RELEASE=3.12
FROM python:${RELEASE} AS base
ENV PORT=8000 MODE="production mode"
USER app

FROM base AS runtime
EXPOSE $PORT/tcp 9000/udp
VOLUME ["/data", "/more"]
HEALTHCHECK --interval=30s \\
  CMD curl --fail http://localhost:8000/health

FROM node:24 AS assets
EXPOSE 5173
USER root
"""


def read(tmp_path: Path, text: str, target: str | None = None) -> dockerfile.Dockerfile:
    path = tmp_path / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    return dockerfile.read(path, target)


def test_a_stage_has_what_the_stages_have_that_it_begins_with(tmp_path: Path) -> None:
    container = read(tmp_path, STAGED, "runtime")
    assert container == dockerfile.Dockerfile(
        ports=[8000], user="app", health="curl --fail http://localhost:8000/health", volumes=["/data", "/more"]
    )


def test_the_last_stage_is_the_image(tmp_path: Path) -> None:
    assert read(tmp_path, STAGED) == dockerfile.Dockerfile(ports=[5173], volumes=[])


def test_reading_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read(tmp_path, STAGED)
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def test_what_a_service_does_not_get_is_said(tmp_path: Path) -> None:
    taken, left = dockerfile.as_found(read(tmp_path, "FROM a\nEXPOSE 80 443\nVOLUME /data\n"), "web")
    assert taken == {"port": 80}
    assert [sentence.partition(";")[0] for sentence in left] == [
        "web: it ends as root",
        "web: /data is a volume",
        "web: of the ports 80, 443 the first is taken",
    ]


@pytest.mark.parametrize(
    ("text", "target", "told"),
    [
        ("# nothing\n", None, "no FROM; this is no Dockerfile"),
        (STAGED, "other", "no stage other; there are base, runtime, assets"),
    ],
)
def test_what_is_no_dockerfile_is_refused(tmp_path: Path, text: str, target: str | None, told: str) -> None:
    with pytest.raises(UnreadableError, match=told):
        read(tmp_path, text, target)


@pytest.mark.parametrize("mark", ["<<EOF", "<<-EOF", "<<'EOF'", '<<"EOF"'])
def test_a_here_document_is_no_instruction(tmp_path: Path, mark: str) -> None:
    text = f"FROM a\nRUN {mark}\nexpose 1\nUSER other\nEOF\nEXPOSE 8000\nUSER app\nCOPY {mark} /x\nUSER third\nEOF\n"
    assert read(tmp_path, text) == dockerfile.Dockerfile(ports=[8000], user="app", volumes=[])
