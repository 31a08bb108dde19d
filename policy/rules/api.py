"""API Gateway: log, authorisation, TLS, firewall."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.load_balancer_exposure import FIREWALL, FIREWALL_CLASSIC
from policy.values import UNKNOWN, Answer

STAGE: Final = "aws:apigateway/stage:Stage"
_HTTP_STAGE: Final = "aws:apigatewayv2/stage:Stage"
_METHOD: Final = "aws:apigateway/method:Method"
_ROUTE: Final = "aws:apigatewayv2/route:Route"
_DOMAIN: Final = "aws:apigateway/domainName:DomainName"
_HTTP_DOMAIN: Final = "aws:apigatewayv2/domainName:DomainName"
_API: Final = "aws:apigatewayv2/api:Api"
_REST_API: Final = "aws:apigateway/restApi:RestApi"


@resource_rule(
    Control(
        name="api-access-logged",
        title="APIs log who called what",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="After an incident nobody can say what was called.",
        remediation='aws.apigateway.Stage(..., access_log_settings={"destination_arn": group.arn, "format": ...})',
        url=HUB + "apigateway-controls.html#apigateway-9",
        fsbp=("APIGateway.1", "APIGateway.9"),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_76", "CKV_AWS_95"),
        prowler=("apigateway_restapi_logging_enabled", "apigatewayv2_api_access_logging_enabled"),
        cdk_nag=("APIG1",),
    ),
    STAGE,
    _HTTP_STAGE,
)
def api_access_logged(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    fix = 'access_log_settings={"destination_arn": group.arn, "format": ...}'
    yield from resource.must_be_set("accessLogSettings", fix=fix)


@stack_rule(
    Control(
        name="api-authorised",
        title="APIs ask who calls",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Everybody can call it; for some APIs that is meant.",
        remediation='aws.apigatewayv2.Route(..., authorization_type="JWT", authorizer_id=authorizer.id)',
        url=HUB + "apigateway-controls.html#apigateway-8",
        fsbp=("APIGateway.8",),
        nist=("AC-3",),
        checkov=("CKV_AWS_59", "CKV_AWS_309"),
        prowler=("apigateway_restapi_authorizers_enabled", "apigatewayv2_api_authorizers_enabled"),
        cdk_nag=("APIG4",),
    ),
    _METHOD,
    _ROUTE,
)
def api_authorised(graph: Graph, _config: Config) -> Iterator[Finding]:
    """OPTIONS, by which browsers ask first, carries no identity; a key is one. WebSocket APIs ask when a connection begins."""
    for resource in (item.inputs for item in graph.of(_METHOD, _ROUTE)):
        path = "authorization" if resource.type == _METHOD else "authorizationType"
        asked = resource.text(path, default="NONE")
        first = resource.text("httpMethod") == "OPTIONS" or str(resource.get("routeKey")).startswith("OPTIONS ")
        exempt = values.some([first, resource.flag("apiKeyRequired"), _is_connected(graph, resource)])
        authorised: Answer = UNKNOWN if asked is UNKNOWN else asked != "NONE"
        yield from resource.must_hold(
            values.some([exempt, authorised]),
            f"{path} is NONE, so everybody may call it",
            about=path,
            fix=f'{"authorization" if path == "authorization" else "authorization_type"}="AWS_IAM", or an authorizer',
        )


def _is_connected(graph: Graph, route: Resource) -> Answer:
    """Whether a route is for messages of a connection that is there: all of a WebSocket API's but $connect."""
    key = route.text("routeKey")
    if route.type != _ROUTE or key is UNKNOWN:
        return UNKNOWN if key is UNKNOWN else False
    if key != "$default":
        return key != "$connect" and " " not in key
    kinds = [api.inputs.text("protocolType") for api in graph.refers(route, "apiId", _API).found]
    return values.every(UNKNOWN if kind is UNKNOWN else kind == "WEBSOCKET" for kind in kinds) if kinds else False


@resource_rule(
    Control(
        name="api-tls-policy",
        title="API domains speak TLS 1.2 or newer",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Older versions can be broken.",
        remediation='aws.apigateway.DomainName(..., security_policy="TLS_1_2")',
        url="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_206",),
    ),
    _DOMAIN,
    _HTTP_DOMAIN,
)
def api_tls_policy(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What is absent is TLS 1.2, but for older domains."""
    path = "securityPolicy" if resource.type == _DOMAIN else "domainNameConfiguration.securityPolicy"
    policy = resource.text(path, default="TLS_1_2")
    yield from resource.must_hold(
        UNKNOWN if policy is UNKNOWN else policy != "TLS_1_0",
        f"{path} is TLS_1_0, wanted TLS_1_2",
        about=path,
        fix='security_policy="TLS_1_2"',
    )


@stack_rule(
    Control(
        name="api-behind-firewall",
        title="A firewall stands before REST APIs",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Each request reaches the application, however often and whatever is in it.",
        remediation="aws.wafv2.WebAclAssociation(resource_arn=stage.arn, web_acl_arn=acl.arn)",
        url=HUB + "apigateway-controls.html#apigateway-4",
        fsbp=("APIGateway.4",),
        nist=("SC-5", "SC-7"),
        checkov=("CKV2_AWS_29",),
        prowler=("apigateway_restapi_waf_acl_attached",),
        cdk_nag=("APIG3",),
    ),
    STAGE,
)
def api_behind_firewall(graph: Graph, _config: Config) -> Iterator[Finding]:
    """HTTP APIs take none, and into a private API comes nobody from the internet."""
    for stage in graph.of(STAGE):
        apis = graph.refers(stage, "restApi", _REST_API).found
        kinds = [kind for api in apis for kind in values.items(api.inputs.get("endpointConfiguration.types"))]
        found, vague = graph.companions(stage, "resourceArn", FIREWALL, FIREWALL_CLASSIC)
        yield from stage.must_hold(
            bool(found) or "PRIVATE" in kinds or (UNKNOWN if vague or UNKNOWN in kinds else False),
            "no web ACL is associated with it",
            about="its web ACL",
            fix="aws.wafv2.WebAclAssociation(resource_arn=stage.arn, web_acl_arn=acl.arn)",
        )
