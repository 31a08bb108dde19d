from tests.policy.harness import UNKNOWN, Case, Ref, res

CASES: list[Case] = [
    Case("api-access-logged", "pass", [res("apigateway/stage:Stage", "x", accessLogSettings=UNKNOWN)]),
    Case("api-access-logged", "fail", [res("apigateway/stage:Stage", "x")], "accessLogSettings is not set"),
    Case("api-access-logged", "fail", [res("apigatewayv2/stage:Stage", "x")], "accessLogSettings is not set"),
    Case("api-authorised", "pass", [res("apigateway/method:Method", "x", authorization="AWS_IAM", httpMethod="GET")]),
    Case(
        "api-authorised",
        "fail",
        [res("apigateway/method:Method", "x", authorization="NONE", httpMethod="GET")],
        "authorization is NONE",
    ),
    Case("api-authorised", "unknown", [res("apigateway/method:Method", "x", authorization=UNKNOWN, httpMethod="GET")]),
    Case("api-authorised", "pass", [res("apigateway/method:Method", "x", authorization="NONE", httpMethod="OPTIONS")]),
    Case(
        "api-authorised",
        "pass",
        [res("apigateway/method:Method", "x", authorization="NONE", httpMethod="GET", apiKeyRequired=True)],
    ),
    Case("api-authorised", "pass", [res("apigatewayv2/route:Route", "x", routeKey="OPTIONS /carts")]),
    Case(
        "api-authorised", "pass", [res("apigatewayv2/route:Route", "x", routeKey="GET /carts", authorizationType="JWT")]
    ),
    Case(
        "api-authorised",
        "fail",
        [res("apigatewayv2/route:Route", "x", routeKey="GET /carts")],
        "authorizationType is NONE",
    ),
    Case("api-tls-policy", "pass", [res("apigateway/domainName:DomainName", "x", securityPolicy="TLS_1_2")]),
    Case(
        "api-tls-policy",
        "fail",
        [res("apigateway/domainName:DomainName", "x", securityPolicy="TLS_1_0")],
        "securityPolicy is TLS_1_0",
    ),
    Case("api-tls-policy", "unknown", [res("apigateway/domainName:DomainName", "x", securityPolicy=UNKNOWN)]),
    Case(
        "api-tls-policy",
        "fail",
        [res("apigatewayv2/domainName:DomainName", "x", domainNameConfiguration={"securityPolicy": "TLS_1_0"})],
        "is TLS_1_0",
    ),
    Case(
        "api-behind-firewall",
        "pass",
        [
            res("apigateway/stage:Stage", "x"),
            res("wafv2/webAclAssociation:WebAclAssociation", "a", resourceArn=Ref("x", "arn")),
        ],
    ),
    Case("api-behind-firewall", "fail", [res("apigateway/stage:Stage", "x")], "no web ACL is associated"),
    Case(
        "api-behind-firewall",
        "unknown",
        [
            res("apigateway/stage:Stage", "x"),
            res("wafv2/webAclAssociation:WebAclAssociation", "a", resourceArn=UNKNOWN),
        ],
    ),
]

ROUTE = "apigatewayv2/route:Route"
API = "apigatewayv2/api:Api"
CASES += [
    *(Case("api-authorised", "pass", [res(ROUTE, "x", routeKey=key)]) for key in ("$disconnect", "sendMessage")),
    *(Case("api-authorised", "fail", [res(ROUTE, "x", routeKey=key)], "is NONE") for key in ("$connect", "$default")),
    Case(
        "api-authorised",
        "pass",
        [res(API, "chat", protocolType="WEBSOCKET"), res(ROUTE, "x", apiId=Ref("chat"), routeKey="$default")],
    ),
    Case(
        "api-authorised",
        "fail",
        [res(API, "shop", protocolType="HTTP"), res(ROUTE, "x", apiId=Ref("shop"), routeKey="$default")],
        "authorizationType is NONE",
    ),
    Case(
        "api-authorised",
        "unknown",
        [res(API, "chat", protocolType=UNKNOWN), res(ROUTE, "x", apiId=Ref("chat"), routeKey="$default")],
    ),
    Case("api-authorised", "unknown", [res(ROUTE, "x", routeKey=UNKNOWN)]),
    Case(
        "api-behind-firewall",
        "pass",
        [
            res("apigateway/stage:Stage", "x"),
            res("wafregional/webAclAssociation:WebAclAssociation", "a", resourceArn=Ref("x", "arn")),
        ],
    ),
]

REST, STAGE = "apigateway/restApi:RestApi", "apigateway/stage:Stage"
CASES += [
    *(
        Case(
            "api-behind-firewall",
            verdict,
            [res(REST, "api", endpointConfiguration={"types": kind}), res(STAGE, "x", restApi=Ref("api"))],
            says,
        )
        for verdict, kind, says in (
            ("pass", "PRIVATE", ""),
            ("pass", ["PRIVATE"], ""),
            ("fail", "REGIONAL", "no web ACL is associated"),
            ("unknown", UNKNOWN, ""),
        )
    ),
]
