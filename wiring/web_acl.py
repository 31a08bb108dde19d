"""The firewall in front of the load balancer, or of CloudFront."""

from __future__ import annotations

from pulumi import Input

from components.web_acl import RateLimitArgs, WebAclArgs
from settings import model


def args(waf: model.Waf | None, log_key_arn: Input[str] | None) -> WebAclArgs | None:
    """Return the firewall's arguments, or None where there is none."""
    if waf is None:
        return None
    return WebAclArgs(
        rate_limit=waf.rate_limit,
        rate_limits=[
            RateLimitArgs(path=item.path, limit=item.limit, window_seconds=item.window_seconds)
            for item in waf.rate_limits
        ],
        log_days=waf.log_days,
        log_key_arn=log_key_arn,
    )
