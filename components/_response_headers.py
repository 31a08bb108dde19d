"""What CloudFront tells browsers with every answer."""

from __future__ import annotations

from typing import Final

import pulumi_aws as aws

_YEAR_SECONDS: Final = 31536000


def security_headers(
    *, override_referrer: bool, content_security_policy: str | None = None
) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs:
    """Return headers that make browsers stay with HTTPS for a year and take files for what they are said to be.

    Args:
        override_referrer: whether the origin's own word on referrers counts for nothing.
        content_security_policy: what pages may load and run, in the origin's place; None: the origin says.
    """
    policy = aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs
    return aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
        strict_transport_security=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=_YEAR_SECONDS, include_subdomains=True, override=True
        ),
        content_type_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
            override=True
        ),
        content_security_policy=policy(content_security_policy=content_security_policy, override=True)
        if content_security_policy
        else None,
        referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
            referrer_policy="strict-origin-when-cross-origin", override=override_referrer
        ),
    )
