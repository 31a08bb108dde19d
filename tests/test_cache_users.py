# ruff: noqa: E501 - a case reads best on one line
"""The cache's users in the whole program: who may do what, who logs in as whom, and how a cache with a token gets them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pytest

from preview.graph import Graph
from preview.pricing import estimate
from preview.record import Mode
from tests import stacks
from tests.iam.evaluator import Request, decides
from tests.iam.test_boundary import boundary, check_none_goes_beyond
from tests.iam.test_needs import refused
from tests.invariants import faults
from tests.settings.files import GONE, as_engine, changed, mistakes

CACHE, API, WORKER = "slipway:cache", "slipway:services.api", "slipway:services.worker"
USER, GROUP, NODES = (
    "aws:elasticache/user:User",
    "aws:elasticache/userGroup:UserGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
)
USERS: Final[dict[str, Any]] = {
    "app": {"rights": "write", "keys": ["app:*", "session:*"]},
    "reports": {"rights": "read", "login": "iam"},
    "people": {"rights": "all"},
}
GIVEN: Final[dict[str, Any]] = {
    f"{CACHE}.users": USERS,
    f"{CACHE}.urlSecret": GONE,
    f"{API}.cacheUser": "app",
    f"{API}.secrets.CACHE_URL": "cache:url",
    f"{API}.environment.CACHE_USER": "${cache.user}",
    f"{WORKER}.cacheUser": "reports",
    f"{WORKER}.secrets.CACHE_URL": GONE,
    f"{WORKER}.environment": {"CACHE_NAME": "${cache.name}", "CACHE_USER": "${cache.user}"},
}
VALKEY: Final[dict[str, Any]] = {f"{CACHE}.engine": "valkey", f"{CACHE}.version": "8.1"}
REDIS: Final[dict[str, Any]] = {f"{CACHE}.engine": "redis", f"{CACHE}.version": "7.1"}


@cache
def recorded(engine: str = "redis", mode: Mode = "update") -> Graph:
    return stacks.registered(
        "prod", as_engine(changed({**GIVEN, **(VALKEY if engine == "valkey" else REDIS)})), mode=mode
    )


@pytest.mark.parametrize("mode", ["update", "preview"])
@pytest.mark.parametrize("engine", ["redis", "valkey"])
def test_everything_still_holds(engine: str, mode: Mode) -> None:
    graph = recorded(engine, mode)
    assert faults(graph) == []
    verdict = stacks.evaluate(stacks.ROOT, stacks.ROOT / "Pulumi.prod.yaml", graph, mode)
    assert stacks.refusals(verdict) == []


def test_a_pipeline_may_make_it_and_it_has_a_price() -> None:
    assert refused(recorded(), "deploy", "create", "read", "update", "delete") == []
    priced = estimate(recorded())
    assert (priced.missing, priced.unpriced) == ((), ())
    check_none_goes_beyond(recorded())


def test_users_may_do_what_they_are_for() -> None:
    made = {
        str(user.inputs["userId"]).removeprefix("storefront-production-"): user.inputs for user in recorded().of(USER)
    }
    assert {name: user["accessString"] for name, user in made.items()} == {
        "app": "on ~app:* ~session:* &app:* &session:* -@all +@read +@write +@connection +@transaction +@pubsub +@scripting"
        " -@dangerous +info +cluster",
        "reports": "on ~* -@all +@read +@connection -@dangerous +info +cluster",
        "people": "on ~* &* +@all -@admin",
        "default": "off ~* -@all",
    }
    assert made["reports"]["authenticationMode"] == {"type": "iam"}
    assert made["reports"]["userName"] == made["reports"]["userId"]
    assert made["default"]["userName"] == "default"
    assert all("passwordsWo" in user for name, user in made.items() if name != "reports")


def test_a_cache_becomes_valkey_while_its_users_stay() -> None:
    redis, valkey = recorded("redis"), recorded("valkey")
    assert (redis.one(NODES).inputs["engine"], valkey.one(NODES).inputs["engine"]) == ("redis", "valkey")
    for type_ in (USER, GROUP):
        before, after = ({each.name: each.inputs for each in graph.of(type_)} for graph in (redis, valkey))
        assert before == after
        # Redis lets no group of Valkey's in, and Valkey one of Redis's.
        assert {inputs["engine"] for inputs in before.values()} == {"redis"}
    assert redis.one(GROUP).inputs["userIds"] == [
        f"storefront-production-{name}" for name in ("app", "people", "reports", "default")
    ]


def test_the_cache_lets_in_the_group_and_takes_no_token() -> None:
    nodes = recorded().one(NODES)
    assert nodes.inputs["userGroupIds"] == ["storefront-production-users"]
    assert "authToken" not in nodes.inputs
    assert nodes.inputs["authTokenUpdateStrategy"] == "DELETE"
    assert nodes.inputs["transitEncryptionEnabled"] is True
    usual = stacks.recorded("Pulumi.prod.yaml").one(NODES).inputs
    assert "authToken" in usual
    assert not {"userGroupIds", "authTokenUpdateStrategy"} & usual.keys()


def document(graph: Graph, secret: str) -> dict[str, Any]:
    return dict(
        json.loads(str(graph.one("aws:secretsmanager/secretVersion:SecretVersion", secret).inputs["secretString"]))
    )


def test_a_service_gets_the_url_of_its_user() -> None:
    graph = recorded()
    nodes, password = graph.one(NODES), graph.one("random:index/randomPassword:RandomPassword", "cache-password-app")
    host, id_ = nodes.outputs["primaryEndpointAddress"], "storefront-production-app"
    made = document(graph, "cache-secret-app")
    assert made["url"] == f"rediss://{id_}:{password.outputs['result']}@{host}:6379"
    assert (made["username"], made["token"]) == (id_, password.outputs["result"])
    assert document(graph, "cache-secret") == {"host": host, "port": 6379}
    (container,) = [
        each
        for each in json.loads(
            str(graph.one("aws:ecs/taskDefinition:TaskDefinition", "api-task").inputs["containerDefinitions"])
        )
        if each["name"] == "api"
    ]
    arn = graph.one("aws:secretsmanager/secret:Secret", "cache-secret-app").outputs["arn"]
    assert {"name": "CACHE_URL", "valueFrom": f"{arn}:url::"} in container["secrets"]
    assert {"name": "CACHE_USER", "value": id_} in container["environment"]
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion", "cache-secret-app")
    assert {graph.one(USER, "cache-user-app"), nodes} <= set(graph.direct(version))


def test_a_service_logs_in_with_its_roles_token_as_its_own_user() -> None:
    graph = recorded()

    def may(service: str, resource: str) -> bool:
        found = [p for p in graph.of("aws:iam/rolePolicy:RolePolicy") if p.name == f"{service}-task"]
        statements = [s for p in found for s in json.loads(str(p.inputs["policy"]))["Statement"]]
        arn = f"arn:aws:elasticache:us-east-1:123456789012:{resource}"
        return decides(Request(action="elasticache:Connect", resource=arn), statements, boundary=boundary(graph))

    assert may("worker", "replicationgroup:storefront-production")
    assert may("worker", "user:storefront-production-reports")
    assert not may("worker", "user:storefront-production-people")
    assert not may("worker", "replicationgroup:another")
    assert not may("api", "replicationgroup:storefront-production")


LOST: Final[dict[str, Any]] = {f"{API}.cacheUser": None}
CASES: Final[list[tuple[dict[str, Any], str]]] = [
    ({f"{CACHE}.users.default": {"rights": "read"}}, f"{CACHE}.users.default: is everybody who names no user, whom the program shuts out: choose another name"),
    ({f"{CACHE}.users.a-name-that-is-too-long": {"rights": "read"}}, f"{CACHE}.users.a-name-that-is-too-long: 'storefront-production-a-name-that-is-too-long' is not the id of an ElastiCache user: at most 40 lower-case letters, digits and single inner hyphens, a letter first"),
    ({f"{CACHE}.version": "6.2"}, f"{CACHE}.users.reports.login: redis 6.2 has no users who log in with tokens of IAM's; 7.0 and newer do"),
    ({f"{CACHE}.users.app.keys": ["a b"]}, f"{CACHE}.users.app.keys[0]: 'a b' is not a pattern of keys, such as app:*: at most 256 characters of ASCII without blanks"),
    ({f"{CACHE}.urlSecret": "storefront/cache-url"}, f"{CACHE}.urlSecret: has the token, whose place users take: leave it out, and let services read cache:url, which is their own user's"),
    (LOST, f"{API}.cacheUser: nobody gets in to a cache with users without one: choose app, reports or people"),
    ({f"{API}.cacheUser": "ap"}, f"{API}.cacheUser: 'ap' is no user of cache.users; did you mean app?; there are: app, reports or people"),
    ({"slipway:services.frontend.cacheUser": "app"}, "slipway:services.frontend.cacheUser: is of no use without a way to the cache: add cache to this service's uses"),
    ({f"{WORKER}.secrets.TOKEN": "cache:token"}, f"{WORKER}.secrets.TOKEN: reports logs in with tokens of IAM's and has no password: ask the SDK for one, or choose a user with a password"),
]  # fmt: skip


@pytest.mark.parametrize(("breaking", "message"), CASES, ids=[message[:80] for _, message in CASES])
def test_a_rule_between_settings(breaking: dict[str, Any], message: str) -> None:
    assert mistakes(changed({**GIVEN, **REDIS})) == []
    assert mistakes(changed({**GIVEN, **REDIS, **breaking})) == [message]
