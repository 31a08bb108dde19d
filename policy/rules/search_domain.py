"""OpenSearch: encryption, HTTPS, who may call, logs."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.documents import is_public
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.values import UNKNOWN, Answer, Value

_DOMAINS: Final = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
_POLICIES: Final = ("aws:opensearch/domainPolicy:DomainPolicy", "aws:elasticsearch/domainPolicy:DomainPolicy")
_ERRORS: Final = "ES_APPLICATION_LOGS"
_MODERN: Final = (
    "Policy-Min-TLS-1-2-2019-07",
    "Policy-Min-TLS-1-2-PFS-2023-10",
    "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
)


@resource_rule(
    Control(
        name="search-domain-encrypted",
        title="Search domains are encrypted",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Indices and logs lie readable on disk.",
        remediation='aws.opensearch.Domain(..., encrypt_at_rest={"enabled": True, "kms_key_id": key.arn})',
        url=HUB + "opensearch-controls.html#opensearch-1",
        fsbp=("Opensearch.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_5",),
        prowler=("opensearch_service_domains_encryption_at_rest_enabled",),
        cdk_nag=("OS5",),
    ),
    *_DOMAINS,
)
def search_domain_encrypted(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    yield from resource.must_be("encryptAtRest.enabled", wanted=True, fix='encrypt_at_rest={"enabled": True}')


@resource_rule(
    Control(
        name="search-domain-under-own-key",
        title="Search domains are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="OpenSearch's own key cannot be withdrawn.",
        remediation='aws.opensearch.Domain(..., encrypt_at_rest={"enabled": True, "kms_key_id": key.arn})',
        url="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_247",),
    ),
    *_DOMAINS,
)
def search_domain_under_own_key(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What is not encrypted at all: search-domain-encrypted."""
    if resource.flag("encryptAtRest.enabled") is not False:
        fix = 'encrypt_at_rest={"enabled": True, "kms_key_id": key.arn}'
        yield from resource.must_have_own_key("encryptAtRest.kmsKeyId", fix=fix)


@resource_rule(
    Control(
        name="search-domain-nodes-on-tls",
        title="Nodes of search domains talk over TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Indices travel readable between zones.",
        remediation='aws.opensearch.Domain(..., node_to_node_encryption={"enabled": True})',
        url=HUB + "opensearch-controls.html#opensearch-3",
        fsbp=("Opensearch.3",),
        nist=("SC-8",),
        checkov=("CKV_AWS_6",),
        prowler=("opensearch_service_domains_node_to_node_encryption_enabled",),
        cdk_nag=("OS8",),
    ),
    *_DOMAINS,
)
def search_domain_nodes_on_tls(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    yield from resource.must_be(
        "nodeToNodeEncryption.enabled", wanted=True, fix='node_to_node_encryption={"enabled": True}'
    )


@resource_rule(
    Control(
        name="search-domain-on-https",
        title="Search domains speak HTTPS alone, by TLS 1.2",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Queries and passwords travel readable.",
        remediation='aws.opensearch.Domain(..., domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"})',
        url=HUB + "opensearch-controls.html#opensearch-8",
        fsbp=("Opensearch.8",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_83", "CKV_AWS_228"),
        prowler=("opensearch_service_domains_https_communications_enforced",),
    ),
    *_DOMAINS,
)
def search_domain_on_https(resource: Resource, _config: Config) -> Iterator[Finding]:
    """The default policy takes TLS 1.0."""
    fix = 'domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"}'
    yield from resource.must_be("domainEndpointOptions.enforceHttps", wanted=True, fix=fix)
    policy = resource.text("domainEndpointOptions.tlsSecurityPolicy")
    yield from resource.must_hold(
        UNKNOWN if policy is UNKNOWN else policy in _MODERN,
        "domainEndpointOptions.tlsSecurityPolicy takes TLS before 1.2",
        about="domainEndpointOptions.tlsSecurityPolicy",
        fix=fix,
    )


@stack_rule(
    Control(
        name="search-domain-in-network",
        title="Search domains stand in the network, or name who may call",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="The whole internet reads the indices.",
        remediation='aws.opensearch.Domain(..., vpc_options={"subnet_ids": [...], "security_group_ids": [...]})',
        url=HUB + "opensearch-controls.html#opensearch-2",
        fsbp=("Opensearch.2",),
        nist=("SC-7", "AC-3"),
        checkov=("CKV_AWS_137",),
        prowler=("opensearch_service_domains_not_publicly_accessible",),
        cdk_nag=("OS1", "OS3"),
    ),
    *_DOMAINS,
    *_POLICIES,
)
def search_domain_in_network(graph: Graph, _config: Config) -> Iterator[Finding]:
    """In a VPC the security groups limit what a policy leaves open, be it the domain's own or one apart."""
    for resource in (item.inputs for item in graph.of(*_DOMAINS, *_POLICIES)):
        inside = resource.has("vpcOptions") if resource.type in _DOMAINS else _is_for_network(graph, resource)
        if inside is not True:
            closed = values.negated(is_public(values.document(resource.get("accessPolicies"))))
            yield from resource.must_hold(
                values.some([inside, closed]),
                'accessPolicies allows Principal "*" without a condition on who calls or from where',
                about="accessPolicies",
                fix="name the principals, and vpc_options for the domain",
            )


def _is_for_network(graph: Graph, policy: Resource) -> Answer:
    """Whether the domain that a policy is for stands in a VPC. A domain of another stack does not show it."""
    meant = graph.refers(policy, "domainName", *_DOMAINS)
    placed = {domain.inputs.has("vpcOptions") for domain in meant.found}
    if placed:
        return placed.pop() if len(placed) == 1 else UNKNOWN
    return UNKNOWN if policy.get("domainName") is UNKNOWN else False


@resource_rule(
    Control(
        name="search-domain-logged",
        title="Search domains log errors",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Nobody sees why it is slow or full.",
        remediation='aws.opensearch.Domain(..., log_publishing_options=[{"log_type": "ES_APPLICATION_LOGS", "cloudwatch_log_group_arn": group.arn}])',
        url=HUB + "opensearch-controls.html#opensearch-4",
        fsbp=("Opensearch.4",),
        nist=("AU-2",),
        checkov=("CKV_AWS_84",),
        prowler=("opensearch_service_domains_cloudwatch_logging_enabled",),
        cdk_nag=("OS9",),
    ),
    *_DOMAINS,
)
def search_domain_logged(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default. The logs of slow queries tell of no errors."""
    options = values.items(resource.get("logPublishingOptions"))
    yield from resource.must_hold(
        values.some(map(_tells_errors, options)),
        f"logPublishingOptions has none that is enabled for {_ERRORS}"
        if options
        else "logPublishingOptions is not set",
        about="logPublishingOptions",
        fix=f'log_publishing_options=[{{"log_type": "{_ERRORS}", "cloudwatch_log_group_arn": group.arn}}]',
    )


def _tells_errors(option: Value) -> Answer:
    if option is UNKNOWN:
        return UNKNOWN
    kind = values.at(option, "logType")
    about: Answer = UNKNOWN if kind is UNKNOWN else kind == _ERRORS
    return values.every([about, values.flag(values.at(option, "enabled"), default=True)])
