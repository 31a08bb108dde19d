# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.route: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import CDN, A, Case, F, W, evaluate, evaluate_among_others
from tests.settings.files import GONE

MANY = ["/a", "/b", "/c", "/d", "/e", "/f"]
GRPC: dict[str, object] = {f"{A}.healthCheck": GONE, f"{A}.health.path": GONE}

CASES: list[Case] = [
    ({f"{F}.route": {"paths": ["/x"], "priority": 100}}, "slipway:services.frontend.route.priority: 100 is also the priority of services.api; each needs its own", {f"{F}.route": {"paths": ["/x"], "priority": 101}}),
    ({f"{A}.route": {"default": True}}, "slipway:services.frontend.route.default: services.api is the default already; there can be one", {f"{A}.route": {"default": True}, f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route": {"paths": ["/api/*"], "priority": 101}}, "slipway:services.frontend.route: services.api gets the same requests; only one of the two would be used", {f"{F}.route": {"paths": ["/api/x"], "priority": 99}}),
    ({f"{W}.tls": True}, "slipway:services.worker.tls: no requests come here: give a route, or leave it out", {f"{F}.tls": True}),
    ({f"{F}.tls": True, f"{F}.internal": {}}, "slipway:services.frontend.tls: others call it at the same port, without TLS: say internal: {protocol: tcp}, so that their own passes as it is, or leave it out", {f"{F}.tls": True, f"{F}.internal": {"protocol": "tcp"}}),
    ({f"{F}.port": GONE}, "slipway:services.frontend.route: requests need a port to go to: give port", {f"{F}.port": 1}),
    ({f"{F}.route": {}}, "slipway:services.frontend.route: give paths, hosts or default: true", {f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route.priority": 5}, "slipway:services.frontend.route: the default service gets what is left over: leave paths, hosts and priority out; what else it gets goes into routes", {f"{F}.route.priority": None}),
    ({f"{A}.route.priority": GONE}, "slipway:services.api.route: missing priority: the order among services, 1 to 50000", {f"{A}.route.priority": 1}),
    ({f"{A}.route.hosts": ["www.example.com"]}, "slipway:services.api.route.hosts[0]: 'www.example.com' is on no certificate: add it to domain.alternativeHosts", {f"{A}.route.hosts": ["www.example.com"], "slipway:domain.alternativeHosts": ["*.example.com"]}),
    ({f"{A}.route.paths": [f"/{n}" for n in range(51)]}, "slipway:services.api.route: 51 values to match are too many for one route, which is at most 10 rules of 5 (a path that ends in /* counts twice): take a common beginning, write /api* for /api and /api/*, which counts once, or give routes for some", {f"{A}.route.paths": [f"/{n}" for n in range(30)]}),
    ({f"{A}.route.headers": {"X-A": list("abcd")}}, "slipway:services.api.route: 6 values would have to stand in each rule, which takes 5 (a path that ends in /* counts twice): give fewer headers, methods or query parameters, or routes for some", {f"{A}.route.headers": {"X-A": list("abc")}}),
    ({f"{A}.route.headers": {"X-A": ["ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2]}}, "slipway:services.api.route.headers.X-A: holds a credential of a well-known form, and whoever reads the rules sees it", {f"{A}.route.headers": {"X-A": ["x"]}}),
    ({f"{A}.route.sources": ["192.0.2.0/24"], **CDN}, "slipway:services.api.route.sources: behind CloudFront every request comes from CloudFront's addresses: leave them out, or leave cdn out", {f"{A}.route.sources": ["192.0.2.0/24"]}),
    ({f"{A}.route.methods": ["GET", "GET"]}, "slipway:services.api.route.methods[1]: 'GET' is in the list already", {f"{A}.route.methods": ["GET", "HEAD"]}),
    ({f"{A}.routes": [{"priority": 5}]}, "slipway:services.api.routes[0]: asks for nothing: give paths, hosts, headers, methods, query or sources", {f"{A}.routes": [{"priority": 5, "methods": ["PUT"]}]}),
    ({f"{W}.routes": [{"priority": 5, "paths": ["/w"]}]}, "slipway:services.worker.routes: are further routes: give the first one as route", {}),
    ({f"{F}.routes": [{"priority": 100, "paths": ["/w"]}]}, "slipway:services.frontend.routes[0].priority: 100 is also the priority of services.api; each needs its own", {f"{F}.routes": [{"priority": 101, "paths": ["/w"]}]}),
    ({f"{F}.routes": [{"priority": 101, "paths": ["/api/x"]}]}, "slipway:services.frontend.routes[0].priority: 101 comes after services.api, which takes every request that this asks for: give this one a lower number than that", {f"{F}.routes": [{"priority": 99, "paths": ["/api/x"]}]}),
    ({f"{F}.routes": [{"priority": 101, "paths": ["/api/x"]}]}, "slipway:services.frontend.routes[0].priority: 101 comes after services.api, which takes every request that this asks for: give this one a lower number than that", {f"{F}.routes": [{"priority": 101, "paths": ["/api/x"]}], f"{A}.route.methods": ["GET"]}),
    ({f"{A}.route.paths": MANY, f"{F}.routes": [{"priority": 105, "paths": ["/w"]}]}, "slipway:services.api.route.priority: 6 values become 5 rules, for which 100 to 109 are kept, and 105 is that of services.frontend.routes[0]: give one of the two another", {f"{A}.route.paths": MANY, f"{F}.routes": [{"priority": 110, "paths": ["/w"]}]}),
    ({f"{A}.route.paths": MANY, f"{A}.route.priority": 49990}, "slipway:services.api.route.priority: 49990 leaves no room: 6 values become 5 rules, for which 49990 to 49999 are kept; give 49989 or less", {f"{A}.route.paths": MANY, f"{A}.route.priority": 49989}),
    ({f"{A}.deployment": {"strategy": "blueGreen"}, f"{A}.scaling.targets.requestsPerMinute": GONE, f"{A}.route.paths": MANY}, "slipway:services.api.route: blueGreen moves the requests of one rule, and 6 values need 5: give fewer, or choose rolling", {f"{A}.deployment": {"strategy": "blueGreen"}, f"{A}.scaling.targets.requestsPerMinute": GONE}),
    ({f"{A}.deployment": {"strategy": "canary"}, f"{A}.scaling.targets.requestsPerMinute": GONE, f"{A}.routes": [{"priority": 5, "paths": ["/w"]}]}, "slipway:services.api.routes: canary moves the requests of one rule: leave them out, or choose rolling", {f"{A}.routes": [{"priority": 5, "paths": ["/w"]}]}),
    ({f"{W}.protocol": "grpc"}, "slipway:services.worker.protocol: no requests come here: give a route, or leave it out", {}),
    ({f"{A}.protocol": "http2", f"{A}.smoke": [{"path": "/api"}]}, "slipway:services.api.smoke: asks by HTTP/1.1, which is answered 464 for http2: leave it out", {f"{A}.protocol": "http2"}),
    ({f"{A}.protocol": "http2", **CDN}, "slipway:services.api.protocol: CloudFront speaks HTTP/1.1 to the load balancer, which answers 464 for http2: take http", CDN),
    ({f"{A}.protocol": "grpc", **GRPC, f"{A}.health.codes": "200"}, "slipway:services.api.health.codes: '200' is not a list of gRPC's status codes from 0 to 99, such as 0 or 0,12", {f"{A}.protocol": "grpc", **GRPC, f"{A}.health.codes": "0-1"}),
    ({f"{A}.protocol": "grpc", **GRPC, f"{A}.health.path": "/health"}, "slipway:services.api.health.path: '/health' is not a gRPC method, such as /grpc.health.v1.Health/Check", {f"{A}.protocol": "grpc", **GRPC}),
    ({f"{A}.protocol": "grpc", f"{A}.health.path": GONE, f"{A}.healthCheck": "curl"}, "slipway:services.api.healthCheck: curl asks by HTTP/1.1, which is no gRPC: give a command, or leave it out", {f"{A}.protocol": "http2", f"{A}.healthCheck": "curl"}),
    ({f"{A}.health.codes": "0"}, "slipway:services.api.health.codes: '0' is not a list of status codes from 200 to 499, such as 200-299 or 200,302", {f"{A}.health.codes": "200"}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
