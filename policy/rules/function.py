"""Functions: who may call them, what they run on, and what they know."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.common import credentials, lambda_runtimes
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.documents import is_anybody, is_public
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.container import declared_harmless
from policy.rules.exposure import spans_two_zones
from policy.topology import Topology
from policy.values import UNKNOWN, Answer

FUNCTION: Final = "aws:lambda/function:Function"


EVENT_CONFIG: Final = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"


LAYER_PERMISSION: Final = "aws:lambda/layerVersionPermission:LayerVersionPermission"


PERMISSION: Final = "aws:lambda/permission:Permission"


RESOURCE_POLICY: Final = "aws:lambda/resourcePolicy:ResourcePolicy"


_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"


_LIMITS: Final = ("sourceArn", "sourceAccount", "principalOrgId", "organizationId")


_VARIABLE: Final = r"[A-Za-z_][A-Za-z0-9_]{0,63}"


@resource_rule(
    Control(
        name="function-not-public",
        title="Functions and layers are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whoever has an AWS account could run it, and pass it anything.",
        remediation="aws.lambda_.Permission(..., principal=..., source_arn=..., source_account=...)",
        url=HUB + "lambda-controls.html#lambda-1",
        fsbp=("Lambda.1",),
        nist=("AC-3", "AC-6"),
        checkov=("CKV_AWS_301",),
        prowler=("awslambda_function_not_publicly_accessible",),
        cdk_nag=("LambdaFunctionPublicAccessProhibited",),
    ),
    PERMISSION,
    LAYER_PERMISSION,
    RESOURCE_POLICY,
)
def function_not_public(grant: Resource, _config: Config) -> Iterator[Finding]:
    """Function URLs without authentication need such a grant: function-url-authenticated judges them."""
    fix = "source_arn=rule.arn, source_account=account_id or principal_org_id=organisation.id"
    what = 'Principal "*" may use it, whoever that is'
    if grant.type == RESOURCE_POLICY:
        public = is_public(values.document(grant.get("policy")))
        yield from grant.must_hold(values.negated(public), what, about="policy", fix=fix)
    elif grant.text("functionUrlAuthType") != "NONE" and grant.flag("invokedViaFunctionUrl") is not True:
        principal = grant.get("principal")
        limits = [grant.get(path) for path in _LIMITS]
        limited = values.some(
            limit if limit is UNKNOWN else not (limit is None or is_anybody(limit)) for limit in limits
        )
        named: Answer = UNKNOWN if principal is UNKNOWN else not is_anybody(principal)
        yield from grant.must_hold(values.some([named, limited]), what, about="principal", fix=fix)


@resource_rule(
    Control(
        name="function-grants-name-source",
        title="A service may call a function only on behalf of what it should",
        category="Exposure",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Somebody else's bucket or topic could call it through the same service.",
        remediation="aws.lambda_.Permission(..., source_arn=topic.arn)",
        url="https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
        nist=("AC-3",),
        checkov=("CKV_AWS_364",),
    ),
    PERMISSION,
)
def function_grants_name_source(grant: Resource, _config: Config) -> Iterator[Finding]:
    """A service calls on behalf of whoever asks it, in any account. Alexa shows a token instead."""
    principal = grant.text("principal")
    sources = [grant.get(path) for path in ("sourceArn", "sourceAccount", "eventSourceToken")]
    if any(source is not None and not is_anybody(source) for source in sources):
        return
    if principal is UNKNOWN:
        yield grant.unknown("principal is not known yet")
    elif re.search(r"\.amazonaws\.com(\.cn)?$", principal):
        yield grant.fails(
            "a service may call the function on behalf of anybody: neither sourceArn nor sourceAccount names whose",
            fix="source_arn=... of what calls, and source_account=... where the ARN names no account (S3)",
        )


@resource_rule(
    Control(
        name="function-runtime-supported",
        title="Functions run on what AWS still patches",
        category="Functions",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Holes stay open, and soon the function can no longer be changed. Parameter: ended, further ones.",
        remediation='aws.lambda_.Function(..., runtime="python3.13")',
        url=HUB + "lambda-controls.html#lambda-2",
        fsbp=("Lambda.2",),
        nist=("SI-2",),
        checkov=("CKV_AWS_363",),
        prowler=("awslambda_function_using_supported_runtimes",),
        cdk_nag=("L1", "LambdaLatestVersion"),
    ),
    FUNCTION,
    ended=Parameter({"type": "array", "items": {"type": "string"}}, []),
)
def function_runtime_supported(function: Resource, config: Config) -> Iterator[Finding]:
    """Images bring their own."""
    runtime = function.text("runtime")
    if runtime is UNKNOWN:
        yield function.unknown("runtime is not known yet")
    elif runtime in config.words("ended") or lambda_runtimes.has_ended(str(runtime)):
        seen = values.show(runtime, r"[a-z]+[0-9.]*(\.x|al2|-edge)?")
        yield function.fails(f"runtime is {seen}, which AWS no longer supports", fix='runtime="python3.13" or the like')


@resource_rule(
    Control(
        name="function-in-network",
        title="Functions run in the network",
        category="Exposure",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Its traffic then passes the network's own rules. It costs an address, start-up time and a way out.",
        remediation='aws.lambda_.Function(..., vpc_config={"subnet_ids": [...], "security_group_ids": [...]})',
        url=HUB + "lambda-controls.html#lambda-3",
        fsbp=("Lambda.3",),
        nist=("SC-7",),
        checkov=("CKV_AWS_117",),
        prowler=("awslambda_function_inside_vpc",),
        cdk_nag=("LambdaInsideVPC",),
    ),
    FUNCTION,
)
def function_in_network(function: Resource, _config: Config) -> Iterator[Finding]:
    """For functions that have no business on the internet."""
    if not function.has("vpcConfig.subnetIds"):
        yield function.fails(
            "vpcConfig is not set", fix='vpc_config={"subnet_ids": [...], "security_group_ids": [...]}'
        )


@stack_rule(
    Control(
        name="function-spans-zones",
        title="Functions in a network have subnets in two zones",
        category="Resilience",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="It stops with its zone.",
        remediation='aws.lambda_.Function(..., vpc_config={"subnet_ids": [a.id, b.id], ...})',
        url=HUB + "lambda-controls.html#lambda-5",
        fsbp=("Lambda.5",),
        nist=("CP-10", "SC-36"),
        prowler=("awslambda_function_vpc_multi_az",),
    ),
    FUNCTION,
)
def function_spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Functions outside a network are everywhere already."""
    topology = Topology(graph)
    for function in graph.of(FUNCTION):
        if function.has("vpcConfig.subnetIds"):
            yield from spans_two_zones(graph, topology, function, "vpcConfig.subnetIds")


@resource_rule(
    Control(
        name="function-traced",
        title="Functions are traced with X-Ray",
        category="Logging",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="It shows where time goes between services; it costs by the trace.",
        remediation='aws.lambda_.Function(..., tracing_config={"mode": "Active"})',
        url=HUB + "lambda-controls.html#lambda-7",
        fsbp=("Lambda.7",),
        nist=("AU-12",),
        checkov=("CKV_AWS_50",),
        cdk_nag=("LambdaTracing",),
    ),
    FUNCTION,
)
def function_traced(function: Resource, _config: Config) -> Iterator[Finding]:
    """PassThrough leaves it to the caller."""
    mode = function.text("tracingConfig.mode", default="PassThrough")
    if mode is UNKNOWN:
        yield function.unknown("tracingConfig is not known yet")
    elif mode != "Active":
        yield function.fails("tracingConfig.mode is not Active", fix='tracing_config={"mode": "Active"}')


@resource_rule(
    Control(
        name="function-secrets-not-in-environment",
        title="Functions fetch their secrets, and are not given them",
        category="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever may read the function's configuration reads the value; so does the state.",
        remediation='environment={"variables": {"SECRET_ARN": secret.arn}}, and secretsmanager:GetSecretValue in its role',
        url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
        nist=("IA-5", "SC-28"),
        checkov=("CKV_AWS_45",),
        prowler=("awslambda_function_no_secrets_in_variables",),
    ),
    FUNCTION,
)
def function_secrets_not_in_environment(function: Resource, _config: Config) -> Iterator[Finding]:
    """Anybody who may read the function's configuration reads its environment. Names and ARNs of secrets are no secrets."""
    variables, harmless = function.get("environment.variables"), declared_harmless(function)
    if values.has_unknown(variables):
        yield function.unknown("environment is not known yet")
    for key, value in variables.items() if isinstance(variables, dict) else ():
        if key in harmless or not isinstance(value, str):
            continue
        if reason := credentials.looks_secret(key, value):
            yield function.fails(
                f"environment variable {values.show(key, _VARIABLE)} {reason}",
                fix="the secret's ARN in the variable, read with secretsmanager:GetSecretValue when the function starts",
            )


@resource_rule(
    Control(
        name="function-environment-under-own-key",
        title="Environment variables are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="They are encrypted anyway; a key of one's own limits who may read them. Without secrets in them it seldom matters.",
        remediation="aws.lambda_.Function(..., kms_key_arn=key.arn)",
        url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
        nist=("SC-28",),
        checkov=("CKV_AWS_173",),
    ),
    FUNCTION,
)
def function_environment_under_own_key(function: Resource, _config: Config) -> Iterator[Finding]:
    """Where there is an environment."""
    if function.has("environment.variables"):
        yield from function.must_have_own_key("kmsKeyArn", fix="kms_key_arn=key.arn")


@stack_rule(
    Control(
        name="function-failures-kept",
        title="Events that a function fails on are kept",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Lambda tries three times, then drops the event. It matters for events only, not for calls.",
        remediation='aws.lambda_.Function(..., dead_letter_config={"target_arn": queue.arn})',
        url="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
        nist=("AU-5",),
        checkov=("CKV_AWS_116",),
        cdk_nag=("LambdaDLQ",),
    ),
    FUNCTION,
)
def function_failures_kept(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A queue or topic of the function's own, or a destination for failures."""
    for function in graph.of(FUNCTION):
        configured, vague = graph.companions(function, "functionName", EVENT_CONFIG)
        kept = any(item.has("destinationConfig.onFailure") for item in configured)
        yield from function.must_hold(
            values.some([function.has("deadLetterConfig"), kept, *[UNKNOWN] * vague]),
            "deadLetterConfig is not set, so what fails for good is lost",
            about="its destination for failures",
            fix='dead_letter_config={"target_arn": queue.arn}',
        )


@resource_rule(
    Control(
        name="function-concurrency-limited",
        title="A function cannot use up the account's concurrency",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="One runaway function stops the others; a limit takes from theirs what it reserves.",
        remediation="aws.lambda_.Function(..., reserved_concurrent_executions=10)",
        url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        nist=("SC-6",),
        checkov=("CKV_AWS_115",),
        cdk_nag=("LambdaConcurrency",),
    ),
    FUNCTION,
)
def function_concurrency_limited(function: Resource, _config: Config) -> Iterator[Finding]:
    """-1 means without a limit."""
    limit = function.number("reservedConcurrentExecutions", default=-1)
    if limit is UNKNOWN:
        yield function.unknown("reservedConcurrentExecutions is not known yet")
    elif limit < 0:
        what = "reservedConcurrentExecutions is not set, so it can use up the account's concurrency"
        yield function.fails(what, fix="reserved_concurrent_executions=10")


@resource_rule(
    Control(
        name="function-code-signed",
        title="Functions run signed code only",
        category="Functions",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Nobody slips other code in; it takes a signing profile and a pipeline that signs.",
        remediation="aws.lambda_.Function(..., code_signing_config_arn=signing.arn)",
        url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",
        nist=("CM-14",),
        checkov=("CKV_AWS_272",),
    ),
    FUNCTION,
)
def function_code_signed(function: Resource, _config: Config) -> Iterator[Finding]:
    """Images cannot be signed this way."""
    if function.text("packageType") != "Image":
        yield from function.must_be_set("codeSigningConfigArn", fix="code_signing_config_arn=signing.arn")


@resource_rule(
    Control(
        name="function-url-authenticated",
        title="Function URLs ask who calls",
        category="Exposure",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="The URL is on the internet; without authentication anybody runs the function.",
        remediation='aws.lambda_.FunctionUrl(..., authorization_type="AWS_IAM")',
        url="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_258",),
        prowler=("awslambda_function_url_public",),
        cdk_nag=("LambdaFunctionUrlAuth",),
    ),
    FUNCTION_URL,
)
def function_url_authenticated(url: Resource, _config: Config) -> Iterator[Finding]:
    """NONE lets the internet in."""
    kind = url.text("authorizationType")
    if kind is UNKNOWN:
        yield url.unknown("authorizationType is not known yet")
    elif kind != "AWS_IAM":
        seen = values.show(kind, "NONE")
        yield url.fails(f"authorizationType is {seen}, wanted AWS_IAM", fix='authorization_type="AWS_IAM"')


@stack_rule(
    Control(
        name="function-logs-declared",
        title="A function's log group is declared",
        category="Logging",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Lambda makes it otherwise, and it keeps everything for ever.",
        remediation='aws.cloudwatch.LogGroup(..., name="/aws/lambda/<function>", retention_in_days=90)',
        url="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
        nist=("AU-11",),
        cdk_nag=("LambdaLogging",),
    ),
    FUNCTION,
)
def function_logs_declared(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Lambda makes the group itself otherwise, without an end. A group that the function names may be another stack's."""
    groups = graph.of(_LOG_GROUP)
    for function in graph.of(FUNCTION):
        vague = function.inputs.get("loggingConfig") is UNKNOWN
        if function.inputs.has("loggingConfig.logGroup") and not vague:
            continue
        yield from function.must_hold(
            values.some([*(_is_for(group, function) for group in groups), *[UNKNOWN] * vague]),
            "no log group is declared for it, so Lambda makes one that keeps everything for ever",
            about="its log group",
            fix='aws.cloudwatch.LogGroup(name=function.name.apply("/aws/lambda/{}".format), retention_in_days=90)',
        )


def _is_for(group: Resource, function: Resource) -> Answer:
    if function.urn in group.dependencies.get("name", ()):
        return True
    name, wanted = group.get("name"), function.get("name")
    if isinstance(name, str) and isinstance(wanted, str):
        return name == f"/aws/lambda/{wanted}"
    if isinstance(name, str):
        return UNKNOWN if name.startswith("/aws/lambda/") else False
    return False if group.dependencies.get("name") or name is None else UNKNOWN
