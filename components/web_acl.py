"""A web application firewall: AWS's managed rules against known attacks, and a rate limit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components._dependencies import with_dependencies
from limits import MOST_RATE_LIMITS

Scope = Literal["REGIONAL", "CLOUDFRONT"]
"""What it stands before: a load balancer, or CloudFront, whose firewalls live in us-east-1."""

_CLOUDFRONT_REGION: Final = "us-east-1"
_MANAGED_GROUPS: Final[Sequence[str]] = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
)
# It would block bodies above 8 KB, and with them every upload.
_COUNTED: Final[Mapping[str, Sequence[str]]] = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}
_SECRET_HEADERS: Final[Sequence[str]] = ("authorization", "cookie")
# So that %61pi, //api and API are limited as api is.
_PATH_TRANSFORMATIONS: Final[Sequence[str]] = ("URL_DECODE", "NORMALIZE_PATH", "LOWERCASE")


@dataclass(frozen=True, kw_only=True, slots=True)
class RateLimitArgs(Checked):
    """How often one address may ask for some paths."""

    path: str
    """What the paths begin with, in any case; a `*` at the end may be written."""
    limit: int
    """Requests per window, 10 to 2 000 000 000."""
    window_seconds: int = 300
    """How far back WAF counts: 60, 120, 300 or 600."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "path", limits.rate_limit_path(self.path)
        yield "limit", limits.rate_limit(self.limit)
        yield "window_seconds", limits.rate_window(self.window_seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebAclArgs(Checked):
    """What a firewall lets through and remembers. About 10 USD a month, and 0.60 USD per million requests."""

    rate_limit: int = 2000
    """Requests per five minutes that one address may make before it is blocked, 10 to 2 000 000 000."""
    rate_limits: Sequence[RateLimitArgs] = ()
    """Tighter limits by path, each about 1 USD a month more; whoever exceeds one is answered 429."""
    log_days: int = 30
    """Days the log of blocked and counted requests is kept, as CloudWatch Logs offers them."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that log, of the firewall's region: us-east-1 before CloudFront. None: AWS's own."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "rate_limit", limits.rate_limit(self.rate_limit)
        yield "rate_limits", limits.rate_limits([item.path for item in self.rate_limits], MOST_RATE_LIMITS)
        yield "log_days", limits.log_retention(self.log_days)


def web_acl(name: str, args: WebAclArgs, *, name_prefix: str, scope: Scope, parent: pulumi.Resource) -> Output[str]:
    """Make the firewall of a load balancer or distribution.

    Args:
        name: what it protects, the beginning of the resources' names.
        args: what it lets through.
        name_prefix: the stack's name in AWS.
        scope: what it stands before.
        parent: the component that owns it.

    Returns:
        Its ARN, usable once its log is written.
    """
    region = _CLOUDFRONT_REGION if scope == "CLOUDFRONT" else None
    acl = aws.wafv2.WebAcl(
        f"{name}-firewall",
        name_prefix=f"{name_prefix}-{name}-",
        description=f"Firewall of {name_prefix} {name}",
        scope=scope,
        region=region,
        default_action={"allow": {}},
        rules=[
            *(_path_rule(item, place) for place, item in enumerate(args.rate_limits)),
            # The places before it stay free for limits by path, so that one more moves no other rule.
            _rate_rule(args, MOST_RATE_LIMITS),
            *(_managed_rule(group, place) for place, group in enumerate(_MANAGED_GROUPS, start=MOST_RATE_LIMITS + 1)),
        ],
        visibility_config=_visible(f"{name_prefix}-{name}"),
        tags={"Name": f"{name_prefix}-{name}"},
        opts=ResourceOptions(parent=parent),
    )
    log = aws.cloudwatch.LogGroup(
        f"{name}-firewall-log",
        # WAF writes only to groups whose names begin like this.
        name=f"aws-waf-logs-{name_prefix}-{name}",
        retention_in_days=args.log_days,
        kms_key_id=args.log_key_arn,
        region=region,
        opts=ResourceOptions(parent=parent),
    )
    logging = aws.wafv2.WebAclLoggingConfiguration(
        f"{name}-firewall-logging",
        resource_arn=acl.arn,
        log_destination_configs=[log.arn],
        redacted_fields=[{"single_header": {"name": header}} for header in _SECRET_HEADERS],
        # What was let through is in the access log, and would cost far more here.
        logging_filter={
            "default_behavior": "DROP",
            "filters": [
                {
                    "behavior": "KEEP",
                    "requirement": "MEETS_ANY",
                    "conditions": [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")],
                }
            ],
        },
        region=region,
        opts=ResourceOptions(parent=parent),
    )
    return with_dependencies(acl.arn, logging)


def _path_rule(rate: RateLimitArgs, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    beginning = limits.path_beginning(rate.path)
    words = re.sub("[^a-z0-9]+", "-", beginning).strip("-")[:60]
    # Paths may differ in what a rule's name cannot hold.
    name = "-".join(["rate-limit", *([words] if words else []), hashlib.sha256(beginning.encode()).hexdigest()[:6]])
    return {
        "name": name,
        "priority": priority,
        "action": {
            "block": {
                "custom_response": {
                    "response_code": 429,
                    "response_headers": [{"name": "Retry-After", "value": str(rate.window_seconds)}],
                }
            }
        },
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": rate.limit,
                "evaluation_window_sec": rate.window_seconds,
                "scope_down_statement": {
                    "byte_match_statement": {
                        "field_to_match": {"uri_path": {}},
                        "positional_constraint": "STARTS_WITH",
                        "search_string": beginning,
                        "text_transformations": [
                            {"priority": place, "type": kind} for place, kind in enumerate(_PATH_TRANSFORMATIONS)
                        ],
                    }
                },
            }
        },
        "visibility_config": _visible(name),
    }


def _rate_rule(args: WebAclArgs, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": "rate-limit",
        "priority": priority,
        "action": {"block": {}},
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": args.rate_limit,
                "evaluation_window_sec": 300,
            }
        },
        "visibility_config": _visible("rate-limit"),
    }


def _managed_rule(group: str, priority: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": group,
        "priority": priority,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                "rule_action_overrides": [
                    {"name": rule, "action_to_use": {"count": {}}} for rule in _COUNTED.get(group, ())
                ],
            }
        },
        "visibility_config": _visible(group),
    }


def _visible(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": metric}
