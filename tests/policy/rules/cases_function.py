import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

FUNCTION, PERMISSION = "lambda/function:Function", "lambda/permission:Permission"

LAYER, POLICY = "lambda/layerVersionPermission:LayerVersionPermission", "lambda/resourcePolicy:ResourcePolicy"

URL, EVENTS = "lambda/functionUrl:FunctionUrl", "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

LOGS, SUBNET = "cloudwatch/logGroup:LogGroup", "ec2/subnet:Subnet"

PUBLIC = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}]})

TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"

MADE = {"loggingConfig": {"logFormat": "JSON", "logGroup": "/aws/lambda/api-1"}}


def function(**props: Any) -> Sample:
    return res(FUNCTION, "f", **props)


def grant(principal: Any, **props: Any) -> Sample:
    return res(PERMISSION, "p", action="lambda:InvokeFunction", function="f", principal=principal, **props)


def knows(**variables: Any) -> Sample:
    return function(environment={"variables": variables})


def placed(*subnets: Any) -> Sample:
    return function(vpcConfig={"subnetIds": list(subnets), "securityGroupIds": ["sg-1"]})


HARMLESS = {
    "MAX_TOKENS": "4096",
    "OPENAI_MAX_TOKENS": "1000",
    "TOKENIZER": "cl100k_base",
    "TOKENIZER_MODEL": "gpt2",
    "TOKEN_LIFETIME": "3600",
    "TOKEN_BUCKET_SIZE": "100",
    "PASSWORD_POLICY": "strong",
    "PASSWORD_HASH_ROUNDS": "12",
    "SECRETS_PROVIDER": "aws",
    "SECRETS_CACHE_SIZE": "10",
    "CREDENTIALS_MODE": "irsa",
    "API_KEYS_TABLE": "api-keys",
    "CSRF_TOKEN_COOKIE": "csrftoken",
    "ACCESS_TOKEN_VALIDITY": "15m",
    "SMTP_AUTH": "login",
    "PROXY_PASS": "http://api:8080",
}
"""Variables about secrets or tokens that are none themselves."""

A, B = (res(SUBNET, name, availabilityZone=f"eu-west-1{name}") for name in "ab")


CASES: list[Case] = [
    Case("function-not-public", "pass", [grant("sns.amazonaws.com")]),
    Case("function-not-public", "pass", [grant("*", principalOrgId="o-1")]),
    Case("function-not-public", "unknown", [grant("*", sourceArn=UNKNOWN)]),
    Case("function-not-public", "pass", [grant("*", functionUrlAuthType="NONE")]),
    Case("function-not-public", "fail", [grant("*")], 'Principal "*" may use it'),
    Case("function-not-public", "fail", [grant("*", sourceArn="*")], 'Principal "*" may use it'),
    Case(
        "function-not-public",
        "fail",
        [grant("*", sourceArn="arn:aws:s3:::*")],
        'Principal "*" may use it, whoever that is',
    ),
    Case(
        "function-not-public",
        "fail",
        [grant("*", sourceArn="arn:aws:sns:*:*:*")],
        'Principal "*" may use it, whoever that is',
    ),
    Case("function-not-public", "pass", [grant("*", sourceArn="arn:aws:s3:::shop-*")]),
    Case(
        "function-grants-name-source",
        "fail",
        [grant("s3.amazonaws.com", sourceArn="arn:aws:s3:::*")],
        "a service may call the function on behalf of anybody: neither sourceArn nor sourceAccount names whose",
    ),
    Case(
        "function-grants-name-source",
        "pass",
        [grant("s3.amazonaws.com", sourceArn="arn:aws:s3:::*", sourceAccount="1")],
    ),
    Case("function-not-public", "fail", [grant("*", functionUrlAuthType="AWS_IAM")], 'Principal "*" may use it'),
    Case("function-not-public", "fail", [res(LAYER, "l", principal="*")], 'Principal "*" may use it'),
    Case("function-not-public", "fail", [res(POLICY, "p", policy=PUBLIC)], 'Principal "*" may use it'),
    Case("function-not-public", "unknown", [grant(UNKNOWN)]),
    Case("function-not-public", "unknown", [res(POLICY, "p", policy=UNKNOWN)]),
    Case("function-grants-name-source", "pass", [grant("sns.amazonaws.com", sourceArn=TOPIC)]),
    Case("function-grants-name-source", "pass", [grant("s3.amazonaws.com", sourceAccount=UNKNOWN)]),
    Case("function-grants-name-source", "pass", [grant("123456789012")]),
    Case("function-grants-name-source", "pass", [grant("alexa-appkit.amazon.com", eventSourceToken="skill")]),
    Case("function-grants-name-source", "fail", [grant("sns.amazonaws.com")], "neither sourceArn nor sourceAccount"),
    Case("function-grants-name-source", "unknown", [grant(UNKNOWN)]),
    Case("function-runtime-supported", "pass", [function(runtime="python3.13")]),
    Case("function-runtime-supported", "pass", [function(packageType="Image", imageUri="i")]),
    Case("function-runtime-supported", "fail", [function(runtime="nodejs16.x")], "runtime is nodejs16.x"),
    *(
        Case("function-runtime-supported", "fail", [function(runtime=ended)], f"runtime is {ended}, which")
        for ended in ("dotnet8", "python3.10", "provided.al2", "nodejs4.3-edge")
    ),
    *(
        Case("function-runtime-supported", "pass", [function(runtime=living)])
        for living in ("dotnet10", "python3.11", "java8.al2", "java11", "provided.al2023", "nodejs22.x", "ruby3.3")
    ),
    Case(
        "function-runtime-supported",
        "fail",
        [function(runtime="java11")],
        "runtime is java11",
        config={"ended": ["java11"]},
    ),
    Case("function-runtime-supported", "unknown", [function(runtime=UNKNOWN)]),
    Case("function-in-network", "pass", [placed(UNKNOWN)]),
    Case("function-in-network", "fail", [function()], "vpcConfig is not set"),
    Case("function-spans-zones", "pass", [A, B, placed(Ref("a"), Ref("b"))]),
    Case("function-spans-zones", "pass", [function()]),
    Case("function-spans-zones", "fail", [A, placed(Ref("a"))], "lies in eu-west-1a only"),
    Case("function-spans-zones", "unknown", [placed("subnet-1", "subnet-2")]),
    Case("function-traced", "pass", [function(tracingConfig={"mode": "Active"})]),
    Case("function-traced", "fail", [function()], "tracingConfig.mode is not Active"),
    Case("function-traced", "unknown", [function(tracingConfig={"mode": UNKNOWN})]),
    Case("function-secrets-not-in-environment", "pass", [knows(STAGE="prod")]),
    Case("function-secrets-not-in-environment", "pass", [knows(WEBHOOK_SECRET="shop/slack-webhook")]),
    Case(
        "function-secrets-not-in-environment",
        "pass",
        [knows(DB_SECRET="arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf", TOKEN_TTL="60")],
    ),
    Case("function-secrets-not-in-environment", "fail", [knows(DB_PASSWORD="Tr0ub4dor")], "DB_PASSWORD is named like"),
    Case(
        "function-secrets-not-in-environment",
        "fail",
        [knows(DATABASE="postgres://shop:hunter2@db/shop")],
        "DATABASE has a value that looks like a credential",
    ),
    *(
        Case("function-secrets-not-in-environment", "fail", [knows(**{name: value})], f"{name} is named like")
        for name, value in (("DB_PASS", "hunter2"), ("REDIS_AUTH", "abcd"), ("TWILIO_AUTH", "xyz"))
    ),
    *(Case("function-secrets-not-in-environment", "pass", [knows(**{name: HARMLESS[name]})]) for name in HARMLESS),
    Case(
        "function-secrets-not-in-environment",
        "pass",
        [function(environment={"variables": {"APP_KEY": "shop"}}, tags={"slipway:not-secret": "APP_KEY"})],
    ),
    Case("function-secrets-not-in-environment", "unknown", [knows(DB_PASSWORD=UNKNOWN)]),
    Case("function-secrets-not-in-environment", "unknown", [function(environment=UNKNOWN)]),
    Case("function-environment-under-own-key", "pass", [function()]),
    Case(
        "function-environment-under-own-key",
        "pass",
        [function(environment={"variables": {"A": "b"}}, kmsKeyArn=UNKNOWN)],
    ),
    Case("function-environment-under-own-key", "fail", [knows(STAGE="prod")], "kmsKeyArn is not set"),
    Case("function-failures-kept", "pass", [function(deadLetterConfig={"targetArn": UNKNOWN})]),
    Case(
        "function-failures-kept",
        "pass",
        [
            function(),
            res(EVENTS, "e", functionName=Ref("f", "name"), destinationConfig={"onFailure": {"destination": UNKNOWN}}),
        ],
    ),
    Case("function-failures-kept", "fail", [function(name="f")], "deadLetterConfig is not set"),
    Case("function-failures-kept", "unknown", [function(), res(EVENTS, "e", functionName=UNKNOWN)]),
    Case("function-concurrency-limited", "pass", [function(reservedConcurrentExecutions=5)]),
    Case("function-concurrency-limited", "fail", [function()], "reservedConcurrentExecutions is not set"),
    Case(
        "function-concurrency-limited",
        "fail",
        [function(reservedConcurrentExecutions=-1)],
        "reservedConcurrentExecutions is not set, so it can use up the account's concurrency",
    ),
    Case("function-concurrency-limited", "unknown", [function(reservedConcurrentExecutions=UNKNOWN)]),
    Case("function-code-signed", "pass", [function(codeSigningConfigArn=UNKNOWN)]),
    Case("function-code-signed", "pass", [function(packageType="Image")]),
    Case("function-code-signed", "fail", [function()], "codeSigningConfigArn is not set"),
    Case("function-url-authenticated", "pass", [res(URL, "u", authorizationType="AWS_IAM")]),
    Case("function-url-authenticated", "fail", [res(URL, "u", authorizationType="NONE")], "is NONE, wanted AWS_IAM"),
    Case("function-url-authenticated", "unknown", [res(URL, "u", authorizationType=UNKNOWN)]),
    Case("function-logs-declared", "pass", [function(loggingConfig={"logFormat": "JSON", "logGroup": UNKNOWN})]),
    Case("function-logs-declared", "pass", [function(name="f-1"), res(LOGS, "g", name="/aws/lambda/f-1")]),
    Case("function-logs-declared", "pass", [function(), res(LOGS, "g", name=UNKNOWN, also={"name": ["f"]})]),
    Case("function-logs-declared", "fail", [function(name="f-1")], "no log group is declared for it"),
    Case("function-logs-declared", "fail", [function(name="f-1"), res(LOGS, "g", name="/ecs/api")], "no log group"),
    Case("function-logs-declared", "unknown", [function(name="f-1", loggingConfig=UNKNOWN)]),
    Case("function-logs-declared", "unknown", [function(name="f-1"), res(LOGS, "g", name=UNKNOWN)]),
    Case("function-logs-declared", "fail", [function(name="api-1", computed=MADE)], "no log group is declared for it"),
    Case(
        "function-logs-declared",
        "fail",
        [function(name="api-1", loggingConfig={"logFormat": "JSON"}, computed=MADE)],
        "no log group is declared for it",
    ),
]

CASES += [
    Case(
        "function-not-public",
        "fail",
        [res("lambda/permission:Permission", "p", principal="arn:aws:iam::*:root")],
        "rincipal",
    ),
    Case(
        "function-not-public",
        "pass",
        [res("lambda/permission:Permission", "p", principal="arn:aws:iam::123456789012:role/*")],
    ),
]
