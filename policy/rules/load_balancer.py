"""Load balancers: what they pass on, check and log."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.topology import CLASSIC_BALANCER, LOAD_BALANCER
from policy.values import UNKNOWN, Answer, Unknown

TARGET_GROUP: Final = "aws:lb/targetGroup:TargetGroup"


def is_application(balancer: Resource) -> Answer:
    """Whether a load balancer is an application load balancer."""
    kind = balancer.text("loadBalancerType", default="application")
    return kind if kind is UNKNOWN else kind == "application"


def capitals(word: str | Unknown) -> str | Unknown:
    """A protocol as AWS writes it; programs may write it in any letter case."""
    return word if word is UNKNOWN else word.upper()


def _application_must(balancer: Resource, answer: Answer, what: str, *, about: str, fix: str) -> Iterator[Finding]:
    """Findings about what only application load balancers have."""
    if answer is not True and (applies := is_application(balancer)) is not False:
        yield from balancer.must_hold(UNKNOWN if applies is UNKNOWN else answer, what, about=about, fix=fix)


def _logs_to(balancer: Resource, path: str) -> Answer:
    """Whether a block of settings switches a log on; its bucket may be anything."""
    block = balancer.get(path)
    if block is UNKNOWN:
        return UNKNOWN
    enabled = values.flag(values.at(block, "enabled"), default=balancer.type == CLASSIC_BALANCER)
    return enabled if values.at(block, "bucket") else False


@resource_rule(
    Control(
        name="load-balancer-deletion-protected",
        title="AWS refuses to delete the load balancer",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A replacement has another address; DNS and allow lists break.",
        remediation="aws.lb.LoadBalancer(..., enable_deletion_protection=True)",
        url=HUB + "elb-controls.html#elb-6",
        fsbp=("ELB.6",),
        nist=("CP-9", "SI-13"),
        checkov=("CKV_AWS_150",),
        prowler=("elbv2_deletion_protection",),
        cdk_nag=("ELBDeletionProtectionEnabled",),
    ),
    LOAD_BALANCER,
)
def deletion_protected(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """The balancer's address is what the world knows."""
    fix = "enable_deletion_protection=True"
    yield from balancer.must_be("enableDeletionProtection", wanted=True, fix=fix)


@resource_rule(
    Control(
        name="load-balancer-drops-invalid-headers",
        title="Load balancers drop headers that are no HTTP",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A header that two servers read differently smuggles a request past the first.",
        remediation="aws.lb.LoadBalancer(..., drop_invalid_header_fields=True)",
        url=HUB + "elb-controls.html#elb-4",
        fsbp=("ELB.4",),
        nist=("SC-7", "SI-10"),
        checkov=("CKV_AWS_131",),
        prowler=("elbv2_alb_drop_invalid_header_fields_enabled",),
        cdk_nag=("ALBHttpDropInvalidHeaderEnabled",),
    ),
    LOAD_BALANCER,
)
def drops_invalid_headers(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Two servers that read a broken header differently can be played against each other."""
    yield from _application_must(
        balancer,
        balancer.flag("dropInvalidHeaderFields"),
        "dropInvalidHeaderFields is false, wanted true",
        about="dropInvalidHeaderFields",
        fix="drop_invalid_header_fields=True",
    )


@resource_rule(
    Control(
        name="load-balancer-desync-mitigated",
        title="Load balancers act against request smuggling",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="In the mode monitor, requests that two servers read differently only count.",
        remediation='aws.lb.LoadBalancer(..., desync_mitigation_mode="defensive")',
        url=HUB + "elb-controls.html#elb-12",
        fsbp=("ELB.12", "ELB.14"),
        nist=("SC-7", "SI-10"),
        checkov=("CKV_AWS_328",),
        prowler=("elbv2_desync_mitigation_mode", "elb_desync_mitigation_mode"),
    ),
    LOAD_BALANCER,
    CLASSIC_BALANCER,
)
def desync_mitigated(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Ambiguous requests are closed off after the first (defensive, the default) or refused (strictest)."""
    mode = balancer.text("desyncMitigationMode", default="defensive")
    yield from _application_must(
        balancer,
        mode if mode is UNKNOWN else mode in ("defensive", "strictest"),
        f"desyncMitigationMode is {values.show(mode, 'monitor')}, wanted defensive or strictest",
        about="desyncMitigationMode",
        fix='desync_mitigation_mode="defensive", or leave it out',
    )


@resource_rule(
    Control(
        name="load-balancer-access-logged",
        title="Requests to load balancers are logged",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="After an incident nothing else tells who asked for what.",
        remediation='aws.lb.LoadBalancer(..., access_logs={"enabled": True, "bucket": bucket.bucket})',
        url=HUB + "elb-controls.html#elb-5",
        fsbp=("ELB.5",),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_91", "CKV_AWS_92"),
        prowler=("elbv2_logging_enabled", "elb_logging_enabled"),
        cdk_nag=("ELB2", "ELBLoggingEnabled"),
    ),
    LOAD_BALANCER,
    CLASSIC_BALANCER,
)
def access_logged(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Network load balancers log TLS connections only, so most have nothing to log."""
    yield from _application_must(
        balancer,
        _logs_to(balancer, "accessLogs"),
        "accessLogs is not enabled, or has no bucket",
        about="accessLogs",
        fix='access_logs={"enabled": True, "bucket": bucket.bucket}',
    )


@resource_rule(
    Control(
        name="load-balancer-connections-logged",
        title="Connections to load balancers are logged",
        category="Logging",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="For those who must tell which clients failed to agree on TLS; the access log has the rest.",
        remediation='aws.lb.LoadBalancer(..., connection_logs={"enabled": True, "bucket": bucket.bucket})',
        url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html",
        nist=("AU-2", "AU-12"),
    ),
    LOAD_BALANCER,
)
def connections_logged(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """Tells which clients fail to agree on TLS, and who connects without ever asking."""
    yield from _application_must(
        balancer,
        _logs_to(balancer, "connectionLogs"),
        "connectionLogs is not enabled, or has no bucket",
        about="connectionLogs",
        fix='connection_logs={"enabled": True, "bucket": bucket.bucket}',
    )


@resource_rule(
    Control(
        name="load-balancer-health-checks-set",
        title="Target groups say what a healthy target answers",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="/ often answers where nothing else does, and requests go to broken tasks.",
        remediation='aws.lb.TargetGroup(..., health_check={"path": "/health", "matcher": "200"})',
        url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
        nist=("CP-10", "SI-13"),
        checkov=("CKV_AWS_261",),
    ),
    TARGET_GROUP,
)
def health_checks_set(group: Resource, _config: Config) -> Iterator[Finding]:
    """Where requests are HTTP, a path that tells more than ``/``; for anything else AWS asks whether the port is open."""
    kind, protocol, check = group.text("targetType"), capitals(group.text("protocol")), group.get("healthCheck")
    if kind == "lambda":
        return
    fix = 'health_check={"path": "/health", ...}'
    if check is UNKNOWN:
        yield group.unknown("healthCheck is not known yet")
        return
    enabled = values.flag(values.at(check, "enabled"), default=True)
    if enabled is not True:
        yield from group.must_hold(
            UNKNOWN if kind is UNKNOWN else enabled, "healthCheck.enabled is false", about="healthCheck", fix=fix
        )
    elif protocol in ("HTTP", "HTTPS", UNKNOWN) and not values.at(check, "path"):
        yield from group.must_hold(
            UNKNOWN if UNKNOWN in (kind, protocol) else False,
            "healthCheck.path is not set, so / decides who gets requests",
            about="its protocol",
            fix=fix,
        )
