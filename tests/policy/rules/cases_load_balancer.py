from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_load_balancer_tls import BALANCER, HEALTH, TARGETS, classic, targets


def logs(**block: Any) -> list[Sample]:
    return [res("s3/bucket:Bucket", "logs"), res(BALANCER, "alb", accessLogs={"bucket": Ref("logs"), **block})]


HEADERS, DESYNC = "load-balancer-drops-invalid-headers", "load-balancer-desync-mitigated"

LOGGED, CONNECTIONS = "load-balancer-access-logged", "load-balancer-connections-logged"


CASES: list[Case] = [
    Case("load-balancer-deletion-protected", "pass", [res(BALANCER, "alb", enableDeletionProtection=True)]),
    Case("load-balancer-deletion-protected", "fail", [res(BALANCER, "alb")], "enableDeletionProtection is false"),
    Case("load-balancer-deletion-protected", "unknown", [res(BALANCER, "alb", enableDeletionProtection=UNKNOWN)]),
    Case(HEADERS, "pass", [res(BALANCER, "alb", dropInvalidHeaderFields=True)]),
    Case(HEADERS, "pass", [res(BALANCER, "nlb", loadBalancerType="network")]),
    Case(HEADERS, "fail", [res(BALANCER, "alb", loadBalancerType="application")], "dropInvalidHeaderFields is false"),
    Case(
        HEADERS,
        "fail",
        [res("alb/loadBalancer:LoadBalancer", "alb", dropInvalidHeaderFields="false")],
        "dropInvalidHeaderFields is false, wanted true",
    ),
    Case(HEADERS, "unknown", [res(BALANCER, "alb", dropInvalidHeaderFields=UNKNOWN)]),
    Case(HEADERS, "unknown", [res(BALANCER, "alb", loadBalancerType=UNKNOWN)]),
    Case(DESYNC, "pass", [res(BALANCER, "alb")]),
    Case(DESYNC, "pass", [res(BALANCER, "alb", desyncMitigationMode="strictest")]),
    Case(DESYNC, "fail", [res(BALANCER, "alb", desyncMitigationMode="monitor")], "is monitor, wanted defensive"),
    Case(DESYNC, "unknown", [res(BALANCER, "alb", desyncMitigationMode=UNKNOWN)]),
    Case(LOGGED, "pass", logs(enabled=True)),
    Case(LOGGED, "pass", logs(enabled="true")),
    Case(LOGGED, "pass", [res(BALANCER, "nlb", loadBalancerType="network")]),
    Case(LOGGED, "fail", logs(), "accessLogs is not enabled"),
    Case(
        LOGGED,
        "fail",
        [res(BALANCER, "alb", accessLogs={"enabled": True})],
        "accessLogs is not enabled, or has no bucket",
    ),
    Case(LOGGED, "fail", [res(BALANCER, "alb")], "accessLogs is not enabled, or has no bucket"),
    Case(LOGGED, "unknown", [res(BALANCER, "alb", accessLogs=UNKNOWN)]),
    Case(LOGGED, "unknown", logs(enabled=UNKNOWN)),
    Case(CONNECTIONS, "pass", [res(BALANCER, "alb", connectionLogs={"bucket": "logs", "enabled": True})]),
    Case(
        CONNECTIONS, "fail", [res(BALANCER, "alb", connectionLogs={"bucket": "logs"})], "connectionLogs is not enabled"
    ),
    Case(CONNECTIONS, "unknown", [res(BALANCER, "alb", connectionLogs=UNKNOWN)]),
    Case(DESYNC, "pass", [classic()]),
    Case(
        DESYNC,
        "fail",
        [classic(desyncMitigationMode="monitor")],
        "desyncMitigationMode is monitor, wanted defensive or strictest",
    ),
    Case(LOGGED, "pass", [classic(accessLogs={"bucket": UNKNOWN})]),
    Case(LOGGED, "fail", [classic()], "accessLogs is not enabled"),
    Case(
        LOGGED,
        "fail",
        [classic(accessLogs={"bucket": "logs", "enabled": False})],
        "accessLogs is not enabled, or has no bucket",
    ),
    Case(HEALTH, "pass", targets(check={"path": "/health"})),
    Case(HEALTH, "pass", targets(check={"path": UNKNOWN})),
    Case(HEALTH, "pass", targets("TCP")),
    Case(HEALTH, "pass", [res(TARGETS, "targets", targetType="lambda")]),
    Case(HEALTH, "fail", targets(), "healthCheck.path is not set"),
    Case(
        HEALTH,
        "fail",
        targets("HTTPS", {"interval": 10}),
        "healthCheck.path is not set, so / decides who gets requests",
    ),
    Case(HEALTH, "fail", targets("TCP", {"enabled": False}), "healthCheck.enabled is false"),
    Case(HEALTH, "unknown", targets(check=UNKNOWN)),
    Case(HEALTH, "unknown", targets(UNKNOWN)),
    Case(HEALTH, "unknown", targets(targetType=UNKNOWN)),
]
