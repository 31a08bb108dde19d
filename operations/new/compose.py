"""What a compose file says about an application: its services, what they keep data in, and how they reach it.

The format is the Compose specification's. What has no counterpart is told, with what to do instead; nothing is left out without a word.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import limits
from operations.new import _compose_values as values
from operations.new import _connections as connections
from operations.new import dockerfile
from operations.new._compose_model import mistakes
from operations.new._draft import FIRST_TAG, Draft, UnreadableError, fargate, part_name, read_text
from policy.common import credentials
from preview import yaml

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""What a compose file is called, in the order in which Compose looks for it."""

_STORES: Final[Mapping[str, tuple[str, str]]] = {
    "postgres": ("database", "postgres"),
    "postgresql": ("database", "postgres"),
    "postgis": ("database", "postgres"),
    "pgvector": ("database", "postgres"),
    "timescaledb": ("database", "postgres"),
    "timescaledb-ha": ("database", "postgres"),
    "mysql": ("database", "mysql"),
    "mysql-server": ("database", "mysql"),
    "mariadb": ("database", "mysql"),
    "percona": ("database", "mysql"),
    "percona-server": ("database", "mysql"),
    "redis": ("cache", "valkey"),
    "redis-stack": ("cache", "valkey"),
    "redis-stack-server": ("cache", "valkey"),
    "valkey": ("cache", "valkey"),
    "keydb": ("cache", "valkey"),
    "dragonfly": ("cache", "valkey"),
    "minio": ("media", ""),
}
"""Images that are a part of the stack file instead, by the last word of their name: the part and its engine."""
_SCHEMES: Final = {"postgres": "postgresql", "mysql": "mysql"}
_VERSIONS: Final = {"postgres": "17", "mysql": "8.4", "valkey": "8.1"}
_DOOR_IMAGES: Final = frozenset({"nginx", "traefik", "caddy", "haproxy", "nginx-proxy", "nginx-unprivileged", "envoy"})
"""Images through which requests come in on one machine."""
_DOORS: Final = "the load balancer takes its place: `route` says which service gets what"
_TUNNEL: Final = "reach the database and the cache by `make tunnel`"
_INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(_DOOR_IMAGES, _DOORS),
    **dict.fromkeys(("adminer", "pgadmin4", "phpmyadmin", "redis-commander", "redisinsight"), _TUNNEL),
    **dict.fromkeys(
        ("mailhog", "mailpit", "maildev", "mailcatcher", "localstack", "dynamodb-local", "azurite", "stripe-mock"),
        "it stands in for a service while developing",
    ),
    **dict.fromkeys(
        ("watchtower", "portainer", "portainer-ce", "autoheal", "certbot", "acme-companion", "docker-socket-proxy"),
        "it looks after containers or certificates on one machine, which ECS and the load balancer do here",
    ),
    **dict.fromkeys(
        (
            "prometheus",
            "grafana",
            "loki",
            "promtail",
            "jaeger",
            "all-in-one",
            "zipkin",
            "opentelemetry-collector",
            "cadvisor",
        ),
        "`alarms`, `dashboard` and `telemetry` take its place, or `telemetry.endpoint` leads to one that is elsewhere",
    ),
    **dict.fromkeys(
        (
            *("rabbitmq", "kafka", "cp-kafka", "zookeeper", "cp-zookeeper", "redpanda", "nats", "activemq-artemis"),
            *(
                "mongo",
                "mongodb",
                "couchdb",
                "cassandra",
                "neo4j",
                "influxdb",
                "clickhouse",
                "clickhouse-server",
                "cockroach",
            ),
            *(
                "elasticsearch",
                "opensearch",
                "solr",
                "meilisearch",
                "typesense",
                "qdrant",
                "weaviate",
                "etcd",
                "memcached",
            ),
        ),
        "it keeps data, for which a stack file has no part: use a managed service and give its address in `environment`",
    ),
}
"""Images that no service is made of, and why."""
_TAKEN: Final = frozenset(
    {
        "build", "image", "command", "entrypoint", "environment", "env_file", "ports", "expose", "healthcheck",
        "depends_on", "deploy", "user", "volumes", "stop_grace_period", "platform", "profiles", "extends", "cpus",
        "mem_limit", "restart",
    }
)  # fmt: skip
_OF_DOCKER: Final = frozenset(
    {
        "container_name", "hostname", "networks", "labels", "logging", "init", "tty", "stdin_open", "pull_policy",
        "develop", "attach", "annotations", "mem_reservation", "memswap_limit", "links", "scale",
    }
)  # fmt: skip
"""What only says how Docker runs it on one machine."""
_REFUSED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("privileged", "cap_add", "devices", "pid", "ipc", "network_mode", "sysctls"), "Fargate has no such rights"
    ),
    "working_dir": "set WORKDIR in the Dockerfile",
    "secrets": "declare them in `slipway:secrets` and name them in the service's `secrets`",
    "configs": "put the file into the image, or its values into `environment`",
    "tmpfs": "the folder for temporary files is writable, `tmpMib` is its size",
    "read_only": "it is so by default",
}
_STATIC_KEYS: Final = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
_ANSWERS: Final = re.compile(
    r"""(?:https?://[^\s/'"|)]+|\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?(?=[/\s'"|)]|$))(/[^\s'"|)]*)?"""
)
"""An address that a health check asks; its path, if it has one."""
_FRONT: Final = frozenset({"frontend", "web", "ui", "client", "app", "site", "www", "nginx"})
_MIGRATES: Final = re.compile(r"\bmigrat|\balembic\b.*\bupgrade\b|\bflyway\b|\bliquibase\b", re.IGNORECASE)


def find(folder: Path) -> Path | None:
    """Return the compose file in a folder, or None."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read(path: Path, app: str) -> Draft:
    """Read a compose file.

    Args:
        path: the file.
        app: the application's name, with which secrets and repositories begin.

    Raises:
        UnreadableError: with a line for each mistake.
    """
    return _ComposeReader(path, app, _services(path)).found()


def _services(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the services, each with what it extends in the same file."""
    try:
        document = yaml.load(read_text(path))
    except yaml.Error as error:
        raise UnreadableError(f"{path}:{error.line}:{error.column}: not valid YAML: {error.problem}") from None
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict) or not services:
        raise UnreadableError(f"{path}: no `services`; this is no compose file")
    wrong = [f"{path}: services.{name}: {problem}" for name, one in services.items() for problem in mistakes(one)]
    if wrong:
        raise UnreadableError("\n".join(wrong))
    made = {str(name): _extended(one, services) for name, one in services.items()}
    without = [name for name, one in made.items() if one.get("image") is None and one.get("build") is None]
    if without:
        raise UnreadableError("\n".join(f"{path}: services.{name}: neither `image` nor `build`" for name in without))
    return made


def _extended(service: Mapping[str, Any], services: Mapping[str, Any]) -> Mapping[str, Any]:
    extends = service.get("extends")
    name = extends.get("service") if isinstance(extends, dict) and "file" not in extends else extends
    base = services.get(name) if isinstance(name, str) else None
    if not isinstance(base, dict) or base is service:
        return service
    return {**{key: value for key, value in base.items() if key != "extends"}, **service}


class _ComposeReader:
    """Goes through the services of one file, and keeps what it found and what it left."""

    def __init__(self, path: Path, app: str, services: Mapping[str, Mapping[str, Any]]) -> None:
        self._path = path
        self._app = app
        self._all = services
        self._left: list[str] = []
        self._secrets: dict[str, dict[str, str]] = {}
        self._builds: dict[str, Mapping[str, str]] = {}
        self._stores: dict[str, str] = {}
        self._parts: dict[str, Mapping[str, str]] = {}
        self._volumes: dict[str, Mapping[str, object]] = {}
        self._doors = any(
            values.image(values.text(one.get("image") or ""))[0].rpartition("/")[2] in _DOOR_IMAGES
            or any(key.startswith("traefik.http.") for key, _ in _labels(one))
            for one in services.values()
        )

    def found(self) -> Draft:
        """Return everything."""
        kept = self._kept()
        once = {name for name, one in kept.items() if self._is_migration(name, one)}
        names = {name: part_name(name) for name in kept if name not in once}
        made = {names[name]: self._service(name, kept[name]) for name in names}
        for name in sorted(once):
            self._migration(name, kept[name], made, names)
        self._routes(made)
        self._foreign([name for name in names if "build" not in kept[name] and not kept[name].get("user")])
        return Draft(
            services=made,
            database=self._parts.get("database"),
            cache=self._parts.get("cache"),
            media="media" in self._parts,
            volumes=self._volumes,
            secrets=self._secrets,
            builds=self._builds,
            left=self._left,
        )

    def _kept(self) -> dict[str, Mapping[str, Any]]:
        """Return the application's own services; those of a profile where there are no others."""
        optional = {name: one for name, one in self._all.items() if one.get("profiles")}
        others = {name: one for name, one in self._all.items() if name not in optional}
        kept = {name: one for name, one in others.items() if self._is_application(name, one)}
        alone = not kept
        for name, one in optional.items():
            profiles = f"the profile {limits.listed(list(one['profiles']))}"
            if not alone:
                self._leave(name, f"left out, as it runs only with {profiles}")
            elif self._is_application(name, one):
                self._leave(
                    name, f"it runs only with {profiles}, and is taken, as nothing else is the application's own"
                )
                kept[name] = one
        return kept

    def _foreign(self, names: Sequence[str]) -> None:
        """Tell how images run that somebody else has made."""
        if names:
            self._leave(
                limits.listed(names, "and"),
                "each runs as user 1000, and can write to /tmp and its volumes alone; an image that needs more says so by `user` and `readOnlyRoot: false`",
            )

    def _leave(self, name: str, what: str) -> None:
        self._left.append(f"{name}: {what}")

    # Which services are the application's

    def _is_application(self, name: str, one: Mapping[str, Any]) -> bool:
        if "build" in one:
            return True
        image, _, version = values.image(values.text(one.get("image", "")))
        word = image.rpartition("/")[2]
        if word in _STORES:
            part, engine = _STORES[word]
            self._stores[name] = part
            if part in self._parts:
                self._leave(name, f"the stack has one {part}; this one shares it")
            else:
                self._parts[part] = self._store(name, word, engine, version)
            return False
        if word in _INSTEAD:
            self._leave(name, f"{word} is left out: {_INSTEAD[word]}")
            return False
        return True

    def _store(self, name: str, word: str, engine: str, version: str) -> Mapping[str, str]:
        if not engine:
            return {}
        wanted = _version(engine, version)
        told = f"{word}{f':{version}' if version else ''}"
        if engine == "valkey":
            self._leave(name, f"{told} becomes {engine} {_VERSIONS[engine]}, which understands the same commands")
        elif wanted and limits.rds_version(engine, wanted) is None:
            ended = limits.rds_extended_support(engine, wanted, allowed=False)
            if ended is None:
                if word != engine:
                    self._leave(name, f"{told} becomes {engine} {wanted}: see to it that RDS has its extensions")
                return {"engine": engine, "version": wanted}
            self._leave(name, f"{told} becomes {engine} {_VERSIONS[engine]}: {ended}")
        else:
            why = "the nearest that AWS runs" if wanted or word != engine else "as no version is given"
            self._leave(name, f"{told} becomes {engine} {_VERSIONS[engine]}, {why}")
        return {"engine": engine, "version": _VERSIONS[engine]}

    def _is_migration(self, name: str, one: Mapping[str, Any]) -> bool:
        once = str(one.get("restart", "")) in {"no", "on-failure"} or any(
            isinstance(other.get("depends_on"), dict)
            and isinstance(other["depends_on"].get(name), dict)
            and other["depends_on"][name].get("condition") == "service_completed_successfully"
            for other in self._all.values()
        )
        return once and bool(_MIGRATES.search(" ".join(self._words(one.get("command")))))

    def _migration(
        self, name: str, one: Mapping[str, Any], made: Mapping[str, dict[str, Any]], names: Mapping[str, str]
    ) -> None:
        same = [
            other
            for other in names
            if (self._all[other].get("build"), self._all[other].get("image")) == (one.get("build"), one.get("image"))
        ]
        after = [other for other in names if name in (self._all[other].get("depends_on") or ())]
        chosen = next((other for other in [*(one for one in after if one in same), *same, *after]), None)
        if chosen is None:
            self._leave(name, "no service has the image of this migration; give one `migrate: {command: [...]}`")
            return
        made[names[chosen]]["migrate"] = {"command": self._words(one.get("command"))}

    # One service

    def _service(self, name: str, one: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"image": self._made_image(name, one)}
        for key, setting in (("command", "command"), ("entrypoint", "entryPoint")):
            if words := self._words(one.get(key)):
                made[setting] = words
        if _MIGRATES.search(" ".join([*made.get("command", []), *made.get("entryPoint", [])])):
            self._leave(
                name,
                "its command migrates the database in each task; `migrate` does it once, before any service changes",
            )
        made |= self._size(one)
        made |= self._dockerfile(name, one)
        if user := one.get("user"):
            made["user"] = str(user)
        if ports := list(dict.fromkeys([*self._ports(one)] or self._behind_door(one))):
            made["port"] = ports[0]
            if len(ports) > 1:
                self._leave(name, f"of the ports {limits.listed(ports, 'and')} the first is taken; a service has one")
        else:
            # What is not published is reached by nobody from outside, whatever the image exposes.
            made.pop("port", None)
        made |= self._health(name, one, routed="port" in made)
        made |= self._tasks(name, one)
        made |= self._variables(name, one)
        made |= self._rest(name, one)
        return made

    def _made_image(self, name: str, one: Mapping[str, Any]) -> Mapping[str, str]:
        if "build" not in one:
            return {"uri": values.text(one["image"])}
        if isinstance(one["build"], dict) and one["build"].get("args"):
            self._leave(name, "build arguments: give them in pipelines.yaml, `builds`")
        self._builds[part_name(name)] = _build(one)
        # Services that are built alike share an image.
        first = next(other for other in self._all if self._all[other].get("build") == one["build"])
        return {"repository": f"{self._app}/{part_name(first)}", "tag": FIRST_TAG}

    def _dockerfile(self, name: str, one: Mapping[str, Any], *, told: bool = True) -> Mapping[str, object]:
        if "build" not in one:
            return {}
        build = _build(one)
        path = self._path.parent / build["context"] / build.get("dockerfile", "Dockerfile")
        if not path.is_file():
            return {}
        target = one["build"].get("target") if isinstance(one["build"], dict) else None
        container = dockerfile.read(path, str(target) if target else None)
        taken, left = dockerfile.as_found(container, name)
        self._left += left if told else ()
        return {key: value for key, value in taken.items() if key != "port" or not list(self._ports(one))}

    def _size(self, one: Mapping[str, Any]) -> Mapping[str, int]:
        deploy = one.get("deploy") or {}
        given = (deploy.get("resources") or {}).get("limits") or {}
        cpus, memory = given.get("cpus", one.get("cpus")), given.get("memory", one.get("mem_limit"))
        if cpus is None and memory is None:
            return {}
        return fargate(values.number(cpus) * 1024, values.mebibytes(memory))

    def _ports(self, one: Mapping[str, Any]) -> Iterator[int]:
        for port in one.get("ports") or ():
            target = port.get("target") if isinstance(port, dict) else values.text(port).rpartition(":")[2]
            number, _, protocol = str(target).partition("/")
            first = number.partition("-")[0]
            if first.isdigit() and protocol in {"", "tcp"}:
                yield int(first)

    def _behind_door(self, one: Mapping[str, Any]) -> Iterator[int]:
        """Yield where a service listens that is reached through a proxy of the file's, and so publishes nothing."""
        labels = dict(_labels(one))
        if not self._doors or (one.get("command") and not labels and not one.get("expose")):
            return
        said = [port for key, port in labels.items() if key.endswith(".loadbalancer.server.port")]
        for port in (*said, *(values.text(port).partition("/")[0] for port in one.get("expose") or ())):
            if port.isdigit():
                yield int(port)
        if not one.get("command") and isinstance(exposed := self._dockerfile("", one, told=False).get("port"), int):
            yield exposed

    def _health(self, name: str, one: Mapping[str, Any], *, routed: bool) -> Mapping[str, Any]:
        check = one.get("healthcheck") or {}
        test = check.get("test")
        words = ["CMD-SHELL", test] if isinstance(test, str) else [str(word) for word in test or ()]
        if not words or words == ["NONE"] or check.get("disable"):
            if routed:
                self._leave(name, "no health check says which path answers; `health.path` is /health unless given")
            return {}
        text = " ".join(words)
        asked = _ANSWERS.search(text) if re.search(r"https?://|\bcurl\b|\bwget\b", text) else None
        if asked and routed:
            return {"health": {"path": asked.group(1) or "/"}}
        if routed:
            self._leave(
                name,
                "its health check names no path; `health.path`, which the load balancer asks, is /health unless given",
            )
        return {"healthCheck": {"command": words, **_pace(check)}}

    def _tasks(self, name: str, one: Mapping[str, Any]) -> Mapping[str, Any]:
        if re.search(r"\bcelery\b.*\bbeat\b", " ".join(self._words(one.get("command")))):
            self._leave(name, "a scheduler runs once: one task, stopped before the next starts")
            return {"tasks": {"count": 1}, "deployment": {"minimumHealthyPercent": 0, "maximumPercent": 100}}
        replicas = (one.get("deploy") or {}).get("replicas", one.get("scale"))
        return {"tasks": {"count": replicas}} if isinstance(replicas, int) else {}

    # Variables

    def _variables(self, name: str, one: Mapping[str, Any]) -> Mapping[str, Any]:
        made: dict[str, dict[str, str]] = {"environment": {}, "secrets": {}}
        uses: set[str] = set()
        for key, value in self._given(name, one):
            taken = self._reference(name, key, value) if value is not None else None
            if taken:
                uses.add(connections.part_of(taken[1]))
            if placed := taken or self._own_value(name, key, value):
                section, text = placed
                made[section][key] = text
        for other in one.get("depends_on") or ():
            if (part := self._stores.get(other)) and part not in uses:
                uses.add(part)
                self._leave(
                    name, f"no variable says where {other} is: give it one, as the host {other} is not there in AWS"
                )
        return {**({"uses": sorted(uses)} if uses else {}), **{key: held for key, held in made.items() if held}}

    def _own_value(self, name: str, key: str, value: str | None) -> tuple[str, str] | None:
        """Return where a variable goes that reaches nothing of the stack's, and what stands there; None where it is left out."""
        if key in _STATIC_KEYS:
            self._leave(
                name, f"{key} is left out: tasks have a role of their own, which `uses` and `permissions` give rights"
            )
            return None
        if credentials.names_secret(key) or (value and credentials.looks_secret(key, value)):
            return "secrets", self._secret(key)
        if value is None:
            self._leave(name, f"{key} has no value in the file; give it in `environment` or `secrets`")
            return None
        if "${" in value:
            self._leave(name, f"{key} is left out: in a stack file ${{...}} stands for what the program makes")
            return None
        self._watch(name, key, value)
        return "environment", value

    def _given(self, name: str, one: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
        """Yield each variable with its value, or None where only the surroundings know it."""
        files = one.get("env_file") or ()
        for file in [files] if isinstance(files, str | dict) else files:
            yield from self._of_file(name, str(file.get("path", "") if isinstance(file, dict) else file))
        given = one.get("environment") or {}
        pairs = given.items() if isinstance(given, dict) else (values.pair(str(word)) for word in given)
        for key, value in pairs:
            unset = list(values.unset(value)) if isinstance(value, str) else []
            yield str(key), None if value is None or unset else values.text(value)

    def _of_file(self, name: str, file: str) -> Iterator[tuple[str, str | None]]:
        path = self._path.parent / file
        if not path.is_file():
            self._leave(name, f"{file} is not there: its variables belong into `environment` and `secrets`")
            return
        for line in read_text(path).splitlines():
            if found := re.match(r"\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$", line):
                yield found.group(1), found.group(2).strip("\"'")

    def _reference(self, name: str, key: str, value: str) -> tuple[str, str] | None:
        """Return where a variable goes that says how to reach a database, cache or bucket, and what stands there."""
        url = re.match(r"([a-z][a-z0-9+.]*)://(?:[^@/]*@)?([^:/?]+)(?::\d+)?(/[^?]*)?", value)
        part = self._stores.get(url.group(2)) if url else self._stores.get(value)
        if url and part in {"database", "cache"}:
            if part == "database" and url.group(1) not in _SCHEMES.values():
                scheme = _SCHEMES[self._parts["database"]["engine"]]
                self._leave(
                    name, f"{key} begins with {scheme}://, not {url.group(1)}://; the application puts its own there"
                )
            if part == "cache" and (url.group(3) or "/") not in {"/", "/0"}:
                self._leave(name, f"{key}: the database number {url.group(3)} is not kept; give keys a prefix instead")
            return "secrets", f"{self._app}/{part}-url"
        if found := connections.field(key, part, self._parts):
            return found
        return ("environment", "${" + part + ".host}") if part in {"database", "cache"} else None

    def _secret(self, key: str) -> str:
        name = f"{self._app}/{limits.slug(key)}"
        self._secrets.setdefault(name, {"description": f"The variable {key}"})
        return name

    def _watch(self, name: str, key: str, value: str) -> None:
        if re.search(r"localhost|127\.0\.0\.1|//0\.0\.0\.0|host\.docker\.internal", value):
            self._leave(name, f"{key} names the developer's machine ({limits.short(value)}); give what it is in AWS")
        for other in self._all:
            if other != name and re.search(rf"(?:^|//|@){re.escape(other)}(?::\d+|/|$)", value):
                self._leave(
                    name,
                    f"{key} calls the service {other} by its name in compose; give {other} `internal: {{}}`, this one "
                    f"`calls: [{part_name(other)}]`, and the variable `${{services.{part_name(other)}.url}}`",
                )

    # What is left

    def _rest(self, name: str, one: Mapping[str, Any]) -> Mapping[str, Any]:
        made: dict[str, Any] = {}
        if str(one.get("platform", "")).endswith("arm64"):
            made["architecture"] = "arm64"
        if (grace := values.seconds(one.get("stop_grace_period"))) is not None:
            made["stopSeconds"] = max(2, min(120, round(grace)))
        mounts = dict(mount for volume in one.get("volumes") or () if (mount := self._volume(name, volume)))
        if mounts:
            made["volumes"] = mounts
        for key in sorted(set(one) - _TAKEN - _OF_DOCKER):
            if not key.startswith("x-"):
                self._leave(name, f"{key}: {_REFUSED.get(key, 'a stack file has no counterpart')}")
        return made

    def _volume(self, name: str, volume: object) -> tuple[str, str] | None:
        """Return a named volume and its folder; what is mounted from the machine is told."""
        parts = values.text(volume).split(":") if not isinstance(volume, dict) else []
        source, target = (
            (volume.get("source"), volume.get("target"))
            if isinstance(volume, dict)
            else (parts[0], "".join(parts[1:2]))
        )
        if not source or str(source).startswith((".", "/", "~", "$")):
            self._leave(name, f"the folder {source or target} is mounted: what it needs of it belongs into the image")
            return None
        self._volumes.setdefault(part_name(str(source)), {})
        return part_name(str(source)), str(target)

    def _routes(self, made: Mapping[str, dict[str, Any]]) -> None:
        open_ = [name for name, one in made.items() if "port" in one]
        first = next((name for name in open_ if name in _FRONT), open_[0] if open_ else None)
        for index, name in enumerate(name for name in open_ if name != first):
            made[name]["route"] = {"paths": [f"/{name}/*"], "priority": 100 + 10 * index}
            self._leave(name, f"it gets /{name}/*, and sees the path with that beginning; `route` says it otherwise")
        if first:
            made[first]["route"] = {"default": True}
        elif made:
            self._leave(
                limits.listed(list(made), "and"),
                "publishes no port, so nothing is reached from outside; give one `port` and `route: {default: true}`, "
                "and the stack `slipway:domain` and `slipway:loadBalancer: {}`",
            )

    def _words(self, command: object) -> list[str]:
        if isinstance(command, str):
            try:
                return shlex.split(values.text(command))
            except ValueError as error:
                raise UnreadableError(f"{self._path}: {limits.short(command)}: {str(error).lower()}") from None
        return [values.text(word) for word in command] if isinstance(command, list) else []


def _pace(check: Mapping[str, Any]) -> Mapping[str, int]:
    """Return how often a health check is made, within what ECS takes."""
    seconds = {
        "intervalSeconds": (values.seconds(check.get("interval")), 5, 300),
        "timeoutSeconds": (values.seconds(check.get("timeout")), 2, 60),
        "startSeconds": (values.seconds(check.get("start_period")), 0, 300),
        "retries": (check["retries"] if isinstance(check.get("retries"), int) else None, 1, 10),
    }
    return {
        key: max(least, min(most, round(given))) for key, (given, least, most) in seconds.items() if given is not None
    }


def _version(engine: str, tag: str) -> str:
    """Return the version that an image's tag names, as RDS has it: `16.3-alpine`, `pg16`, `2.14-pg15`."""
    given = re.search(r"\bpg-?(\d+)", tag) or re.search(r"\d+(?:\.\d+)?", tag)
    wanted = given.group(1 if given.re.groups else 0) if given else ""
    return wanted.partition(".")[0] if engine == "postgres" else wanted


def _build(one: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the folder and the Dockerfile that a service is built from."""
    build = {"context": one["build"]} if isinstance(one["build"], str) else one["build"]
    return {
        "context": str(build.get("context", ".")),
        **({"dockerfile": str(build["dockerfile"])} if "dockerfile" in build else {}),
    }


def _labels(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a service's labels."""
    given = one.get("labels") or {}
    pairs = given.items() if isinstance(given, dict) else (values.pair(str(word)) for word in given)
    yield from ((str(key), values.text(value or "")) for key, value in pairs)
