"""What is read from compose files, and what is told."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies

from operations.new import compose, stack_file
from operations.new._draft import Draft, UnreadableError


def read(tmp_path: Path, text: str) -> Draft:
    path = tmp_path / "compose.yaml"
    path.write_text(text, encoding="utf-8")
    return compose.read(path, "shop")


def service(tmp_path: Path, words: str, others: str = "") -> Mapping[str, Any]:
    return read(tmp_path, f"services:\n  web: {{build: ., {words}}}\n{others}").services["web"]


STORES = """
  db: {image: "postgres:16.3-alpine"}
  cache: {image: redis}
"""


@pytest.mark.parametrize(
    ("words", "setting", "value"),
    [
        ("command: gunicorn 'a b'", "command", ["gunicorn", "a b"]),
        ("command: [a, 1, true]", "command", ["a", "1", "true"]),
        ("entrypoint: /start.sh", "entryPoint", ["/start.sh"]),
        ("ports: ['8080:80']", "port", 80),
        ("ports: ['127.0.0.1:8080:80/tcp']", "port", 80),
        ("ports: [{target: 3000, published: '80'}]", "port", 3000),
        ("ports: ['${PORT:-9000}:${PORT:-9000}']", "port", 9000),
        ("user: '1001:1001'", "user", "1001:1001"),
        ("platform: linux/arm64", "architecture", "arm64"),
        ("volumes: ['data:/data:ro', './x:/y']", "volumes", {"data": "/data"}),
        ("volumes: [{type: volume, source: my_data, target: /d}]", "volumes", {"my-data": "/d"}),
        ("stop_grace_period: 1m10s", "stopSeconds", 70),
        ("stop_grace_period: 10m", "stopSeconds", 120),
        ("deploy: {replicas: 3}", "tasks", {"count": 3}),
        ("environment: [MODE=fast, LEVEL]", "environment", {"MODE": "fast"}),
        (
            "environment: {DEBUG: false, N: 3, L: '${L:-info}', D: $$5}",
            "environment",
            {"DEBUG": "false", "N": "3", "L": "info", "D": "$5"},
        ),
        ("environment: {API_TOKEN: '${API_TOKEN}'}", "secrets", {"API_TOKEN": "shop/api-token"}),
        ("ports: ['80'], healthcheck: {test: curl -f http://localhost/up || exit 1}", "health", {"path": "/up"}),
        (
            "ports: ['80'], healthcheck: {test: curl -s localhost:80/api/health | grep -q OK}",
            "health",
            {"path": "/api/health"},
        ),
        ("ports: ['80'], healthcheck: {test: [CMD, curl, -f, 'http://localhost:80']}", "health", {"path": "/"}),
        (
            "ports: ['80'], healthcheck: {test: [CMD, nc, -z, localhost, '80']}",
            "healthCheck",
            {"command": ["CMD", "nc", "-z", "localhost", "80"]},
        ),
        (
            "healthcheck: {test: [CMD, pgrep, worker], interval: 2s, timeout: 3s, start_period: 1m30s, retries: 5}",
            "healthCheck",
            {
                "command": ["CMD", "pgrep", "worker"],
                "intervalSeconds": 5,
                "timeoutSeconds": 3,
                "startSeconds": 90,
                "retries": 5,
            },
        ),
    ],
)
def test_a_setting(tmp_path: Path, words: str, setting: str, value: object) -> None:
    assert service(tmp_path, words)[setting] == value


@pytest.mark.parametrize(
    ("limits", "cpu", "memory"),
    [
        ("{cpus: '0.5', memory: 900M}", 512, 1024),
        ("{cpus: 3}", 4096, 8192),
        ("{memory: 5g}", 1024, 5120),
        ("{cpus: 100, memory: 500g}", 32768, 249856),
    ],
)
def test_a_size_is_the_next_that_fargate_has(tmp_path: Path, limits: str, cpu: int, memory: int) -> None:
    made = service(tmp_path, f"deploy: {{resources: {{limits: {limits}}}}}")
    assert (made["cpu"], made["memoryMib"]) == (cpu, memory)


@pytest.mark.parametrize(
    ("key", "value", "where", "becomes"),
    [
        ("DATABASE_URL", "postgres://u:p@db:5432/shop", "secrets", "shop/database-url"),
        ("SQLALCHEMY", "postgresql+asyncpg://u:p@db/shop", "secrets", "shop/database-url"),
        ("DB_HOST", "db", "environment", "${database.host}"),
        ("PGPORT", "5432", "environment", "${database.port}"),
        ("POSTGRES_DB", "shop", "environment", "${database.name}"),
        ("POSTGRES_USER", "shop", "secrets", "database:username"),
        ("DB_PASSWORD", "hunter2", "secrets", "database:password"),
        ("REDIS_URL", "redis://cache:6379/0", "secrets", "shop/cache-url"),
        ("REDIS_HOST", "cache", "environment", "${cache.host}"),
        ("SOMETHING", "cache", "environment", "${cache.host}"),
        ("REDIS_PASSWORD", "x", "secrets", "cache:token"),
    ],
)
def test_the_way_to_database_and_cache(tmp_path: Path, key: str, value: str, where: str, becomes: str) -> None:
    made = service(tmp_path, f"environment: {{{key}: '{value}'}}", STORES)
    assert made[where] == {key: becomes}
    assert made["uses"] == ["database" if "database" in becomes else "cache"]


def test_stores_become_parts(tmp_path: Path) -> None:
    found = read(tmp_path, f"services:\n  web: {{build: .}}{STORES}  files: {{image: quay.io/minio/minio}}\n")
    assert list(found.services) == ["web"]
    assert found.database == {"engine": "postgres", "version": "16"}
    assert found.cache == {"engine": "valkey", "version": "8.1"}
    assert found.media


def test_services_of_one_build_share_an_image(tmp_path: Path) -> None:
    found = read(tmp_path, "services:\n  web: {build: ./app}\n  worker: {build: ./app}\n  other: {build: ./other}\n")
    assert [one["image"]["repository"] for one in found.services.values()] == ["shop/web", "shop/web", "shop/other"]
    assert found.builds["worker"] == {"context": "./app"}


def test_anchors_and_extends_are_followed(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "x-base: &base {environment: {MODE: fast}}\nservices:\n  web: {<<: *base, build: .}\n  more: {extends: {service: web}, command: run}\n",
    )
    assert found.services["more"] == {**found.services["web"], "command": ["run"]}


def test_a_migration_belongs_to_the_service_that_waits_for_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
services:
  web: {build: ., depends_on: {schema: {condition: service_completed_successfully}}}
  worker: {build: .}
  schema: {build: ., command: python manage.py migrate}
""",
    )
    assert list(found.services) == ["web", "worker"]
    assert found.services["web"]["migrate"] == {"command": ["python", "manage.py", "migrate"]}
    assert "migrate" not in found.services["worker"]


def test_one_service_gets_what_no_other_asks_for(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "services:\n  api: {build: a, ports: ['1:1']}\n  frontend: {build: b, ports: ['2:2']}\n  worker: {build: a}\n",
    )
    routes = {name: one.get("route") for name, one in found.services.items()}
    assert routes == {"api": {"paths": ["/api/*"], "priority": 100}, "frontend": {"default": True}, "worker": None}


def test_variables_of_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# all\nexport MODE='fast'\nSTRIPE_SECRET=sk_live_x\n", encoding="utf-8")
    made = service(tmp_path, "env_file: .env")
    assert made["environment"] == {"MODE": "fast"}
    assert made["secrets"] == {"STRIPE_SECRET": "shop/stripe-secret"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("privileged: true", "web: privileged: Fargate has no such rights"),
        ("volumes: ['./x:/app']", "web: the folder ./x is mounted: what it needs"),
        ("unheard_of: 1", "web: unheard_of: a stack file has no counterpart"),
        ("ports: ['1:1', '2:2']", "web: of the ports 1 and 2 the first is taken"),
        ("ports: ['1:1']", "web: no health check says which path answers"),
        ("environment: [LEVEL]", "web: LEVEL has no value in the file"),
        ("environment: {A: 'http://localhost:3000'}", "web: A names the developer's machine"),
        (
            "environment: {A: 'http://other:3000/x'}",
            "web: A calls the service other by its name in compose; give other `internal: {}`, this one `calls: [other]`",
        ),
        ("environment: {A: '$${x}'}", "web: A is left out"),
        ("environment: {A: 'redis://cache/3'}", "web: A: the database number /3 is not kept"),
        (
            "environment: {A: 'postgresql+psycopg://db/x'}",
            "web: A begins with postgresql://, not postgresql+psycopg://",
        ),
        ("env_file: [no.env]", "web: no.env is not there"),
        ("command: celery -A app beat", "web: a scheduler runs once"),
        ("command: sh -c 'alembic upgrade head && run'", "web: its command migrates the database in each task"),
        ("build: {context: ., args: {A: b}}", "web: build arguments"),
        ("ports: ['1:1'], healthcheck: {test: [CMD, nc, -z, localhost, '80']}", "web: its health check names no path"),
        ("environment: {AWS_SECRET_ACCESS_KEY: x}", "web: AWS_SECRET_ACCESS_KEY is left out: tasks have a role"),
        ("environment: {A: 'http://0.0.0.0:3000'}", "web: A names the developer's machine"),
        ("depends_on: [cache]", "web: no variable says where cache is"),
        ("depends_on: [cache], environment: {REDIS_HOST: cache}", ""),
        ("container_name: x", ""),
    ],
)
def test_what_is_not_taken_over_is_told(tmp_path: Path, words: str, told: str) -> None:
    build = "" if "build:" in words else "build: ., "
    found = read(tmp_path, f"services:\n  web: {{{build}{words}}}\n  other: {{image: acme/other}}{STORES}")
    said = [sentence for sentence in found.left if sentence.startswith("web:")]
    assert (any(sentence.startswith(told) for sentence in said)) if told else not said


@pytest.mark.parametrize(
    ("image", "told"),
    [
        ("traefik:v3", "the load balancer takes its place"),
        ("rabbitmq:4-management", "it keeps data, for which a stack file has no part"),
        ("dpage/pgadmin4", "reach the database and the cache by `make tunnel`"),
        ("mysql:5.5", "becomes mysql 8.4"),
        ("mysql:8.0.36", "becomes mysql 8.4: standard support of mysql 8.0 ended on"),
        ("clickhouse/clickhouse-server:24.3", "it keeps data, for which a stack file has no part"),
        ("containrrr/watchtower", "it looks after containers or certificates on one machine"),
        ("grafana/grafana:11.0.0", "`alarms`, `dashboard` and `telemetry` take its place"),
        ("pgvector/pgvector:pg16", "pgvector:pg16 becomes postgres 16: see to it that RDS has its extensions"),
        ("timescale/timescaledb:2.14.2-pg15", "timescaledb:2.14.2-pg15 becomes postgres 15"),
        ("redis:7-alpine", "redis:7-alpine becomes valkey 8.1, which understands the same commands"),
        ("mariadb", "becomes mysql 8.4"),
        ("postgres", "becomes postgres 17, as no version is given"),
    ],
)
def test_images_of_others(tmp_path: Path, image: str, told: str) -> None:
    found = read(tmp_path, f"services:\n  web: {{build: .}}\n  other: {{image: '{image}'}}\n")
    assert list(found.services) == ["web"]
    assert any(told in sentence for sentence in found.left)


def test_a_profile_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, "services:\n  web: {build: ., ports: ['80']}\n  debug: {build: ., profiles: [dev]}\n")
    assert list(found.services) == ["web"]
    assert "debug: left out, as it runs only with the profile dev" in found.left


def test_a_profile_is_taken_where_nothing_else_is_there(tmp_path: Path) -> None:
    found = read(
        tmp_path, "services:\n  web: {build: ., profiles: [full], ports: ['80']}\n  db: {image: 'postgres:16'}\n"
    )
    assert list(found.services) == ["web"]
    assert (
        "web: it runs only with the profile full, and is taken, as nothing else is the application's own" in found.left
    )


def test_images_of_others_run_as_no_root(tmp_path: Path) -> None:
    found = read(tmp_path, "services:\n  web: {image: 'acme/web:1', ports: ['80']}\n  own: {build: .}\n")
    assert any(sentence.startswith("web: each runs as user 1000") for sentence in found.left)


def test_that_nothing_is_reached_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "services:\n  worker: {build: .}\n")
    assert any(sentence.startswith("worker: publishes no port, so nothing is reached") for sentence in found.left)


@pytest.mark.parametrize("door", ["proxy: {image: 'nginx:1.27'}", "proxy: {image: 'traefik:v3', ports: ['80:80']}"])
def test_what_is_behind_a_proxy_has_the_port_that_it_listens_on(tmp_path: Path, door: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nUSER app\nEXPOSE 8000\n", encoding="utf-8")
    found = read(
        tmp_path,
        f"""
services:
  {door}
  web: {{build: .}}
  worker: {{build: ., command: celery worker}}
  api: {{build: ., command: serve, expose: ["9000"]}}
  docs: {{image: acme/docs:1, labels: ["traefik.http.services.docs.loadbalancer.server.port=4000"]}}
""",
    )
    ports = {name: one.get("port") for name, one in found.services.items()}
    assert ports == {"web": 8000, "worker": None, "api": 9000, "docs": 4000}


def test_an_application_called_by_a_key_word_has_a_database_of_another_name() -> None:
    answers = stack_file.Answers(app="catalog", environment="development", region="us-east-1")
    [database] = [
        section
        for key, section in stack_file.config(Draft(database={"engine": "postgres", "version": "17"}), answers).items()
        if key == "slipway:database"
    ]
    assert database["databaseName"] == "app_catalog"


def test_a_small_mysql_goes_without_insights() -> None:
    answers = stack_file.Answers(app="shop", environment="development", region="us-east-1")
    sections = stack_file.config(Draft(database={"engine": "mysql", "version": "8.4"}), answers)
    assert sections["slipway:database"]["insightsDays"] is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", r"compose.yaml:\d:\d: not valid YAML"),
        ("a: 1", "no `services`; this is no compose file"),
        (
            "services: {a: 1, b: {build: 3, ports: 80}}",
            "services.a: Compose takes no '1' here\n.*services.b: build: Compose takes no '3' here\n.*services.b: ports: ",
        ),
        ('services: {a: {build: ., command: "a \'b"}}', "no closing quotation"),
        ("services: {a: {command: x}, b: {image: y}}", "services.a: neither `image` nor `build`"),
        ("services: {a: {build: ., deploy: {resources: {limits: 1}}}}", "services.a: deploy.resources.limits: "),
    ],
)
def test_what_is_no_compose_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnreadableError, match=told):
        read(tmp_path, text)


EVERYTHING = """
services:
  web:
    build: {context: ./app, dockerfile: Dockerfile, target: run, args: {A: b}}
    command: [run]
    entrypoint: /start
    environment: {A: b, C: 1}
    env_file: [.env]
    ports: ["80:80", {target: 90}]
    healthcheck: {test: [CMD, check], interval: 10s, retries: 3}
    depends_on: {db: {condition: service_healthy}}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 512M}}}
    user: app
    volumes: ["./a:/a", {source: data, target: /data}]
    stop_grace_period: 10s
    platform: linux/arm64
    profiles: []
    restart: "no"
  more: {extends: {service: web}}
  db: {image: "postgres:17"}
"""


def changed(node: object, value: object) -> Iterator[object]:
    """Yield a document with each of its parts in turn replaced by a value."""
    yield value
    if isinstance(node, dict):
        for key, part in node.items():
            yield from ({**node, key: other} for other in changed(part, value))
    elif isinstance(node, list):
        for index, part in enumerate(node):
            yield from ([*node[:index], other, *node[index + 1 :]] for other in changed(part, value))


@pytest.mark.parametrize(
    "value", [None, 1, True, "x", "a: 'b", [], {}, [1], [{}], [None], {"a": 1}, {"a": None}], ids=str
)
def test_whatever_stands_there_is_read_or_refused(tmp_path: Path, value: object) -> None:
    for document in changed(yaml.safe_load(EVERYTHING), value):
        try:
            found = read(tmp_path, yaml.safe_dump(document))
        except UnreadableError as error:
            assert str(error)  # noqa: PT017 - either is right, a trace is not
        else:
            assert isinstance(found, Draft)
