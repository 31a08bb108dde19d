from tests.wiring.given import graph

CHECK = "pulumi-python:dynamic/slipway:RolloutCheck"
SMOKE = "pulumi-python:dynamic/slipway:SmokeRun"
ASKED = [
    {"path": "/api/health", "contains": "ok"},
    {"path": "/", "tls": False, "status": 301, "redirect": "https://shop.example.com:443/"},
]


def test_every_service_is_looked_at_unless_it_says_otherwise() -> None:
    made = graph(
        {
            "slipway:services.worker.deployment": {"verify": False},
            "slipway:services.api.deployment": {"verifyMinutes": 45},
        }
    )
    assert {check.name: check.inputs["timeout_seconds"] for check in made.of(CHECK)} == {
        "rollout-api": 2700,
        "rollout-frontend": 1800,
    }
    for check in made.of(CHECK):
        name = check.name.removeprefix("rollout-")
        assert made.reaches(check, made.one("aws:ecs/service:Service", f"{name}-service"))


def test_smoke_checks_are_whole_addresses_asked_after_the_names_lead_there() -> None:
    made = graph({"slipway:services.api.smoke": ASKED})
    asked = made.one(SMOKE)
    urls = [check["url"] for check in asked.inputs["checks"]]  # type: ignore[attr-defined] # a list, by the component
    assert urls == ["https://shop.example.com/api/health", "http://shop.example.com/"]
    assert set(asked.inputs["revisions"]) == {"api", "frontend", "worker"}  # type: ignore[call-overload] # a mapping
    assert all(made.reaches(asked, record) for record in made.of("aws:route53/record:Record") if "dns" in record.name)


def test_nothing_is_verified_where_nothing_should_be() -> None:
    off = {f"slipway:services.{name}.deployment": {"verify": False} for name in ("api", "worker", "frontend")}
    assert not graph(off).of(CHECK)
