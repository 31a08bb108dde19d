"""CloudFront in front of the load balancer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._access_logs import log_distribution
from components._checked import Checked
from components._response_headers import security_headers
from components.web_acl import WebAclArgs, web_acl

PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]

_ORIGIN: Final = "load-balancer"
_ORIGIN_SECONDS: Final = 60
_LONGEST_BEGINNING: Final = 47
"""Of the 64 characters of a VPC origin's name, what is left before a hyphen and the 16 that a load balancer's ARN ends in."""
_YEAR_SECONDS: Final = 31_536_000
# AWS's own policies have the same ids everywhere:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
_ALL_VIEWER: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"


@dataclass(frozen=True, kw_only=True, slots=True)
class CdnArgs(Checked):
    """What a distribution is made of."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production."""
    hosts: Sequence[str]
    """The host names people use, all on the certificate. AWS refuses one that another distribution serves."""
    certificate_arn: Input[str]
    """Their certificate, in us-east-1."""
    origin_host: str
    """The load balancer's own host name, on its own certificate: CloudFront speaks HTTPS to it."""
    header_name: str = ""
    """The header by which a load balancer that faces the internet knows this distribution."""
    header_value: Input[str] | None = None
    """What is in that header, a secret; None: the load balancer is an internal one."""
    internal_balancer_arn: Input[str] | None = None
    """An internal load balancer, which CloudFront reaches by a VPC origin; None: it faces the internet. The network needs an internet gateway."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve: North America and Europe, most, or all. Changes the price per request."""
    access_log_bucket: Input[str] | None = None
    """The bucket its access log goes to, `LoadBalancer.access_log_bucket`; None: no access log."""
    waf: WebAclArgs | None = None
    """The firewall; None: none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.hosts:
            yield "hosts", "none given; at least one is needed"
        for host in self.hosts:
            yield "hosts", limits.host(host)
        for host in sorted({host for host in self.hosts if self.hosts.count(host) > 1}):
            yield "hosts", f"{host!r} is given twice"
        if (self.header_value is None) == (self.internal_balancer_arn is None) or bool(self.header_name) == (
            self.header_value is None
        ):
            yield "header_value", "goes with header_name, or neither is given but internal_balancer_arn"
        yield "origin_host", limits.host(self.origin_host)
        if self.origin_host in self.hosts:
            yield (
                "origin_host",
                f"{self.origin_host!r} is one of the hosts, so CloudFront would ask itself; give the load balancer's own",
            )


class Cdn(pulumi.ComponentResource):
    """A distribution that takes visitors' connections near them, over TLS 1.2 or newer, and passes every request on.

    Nothing is cached: what an application may share between visitors, only it knows.
    """

    domain_name: Output[str]
    """CloudFront's own name for it, the target of DNS records."""
    zone_id: Output[str]
    """The hosted zone AWS keeps that name in."""
    arn: Output[str]
    """Its ARN."""
    distribution_id: Output[str]
    """Its id, what invalidations and metrics call it."""

    def __init__(self, name: str, args: CdnArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cdn", name, None, opts)
        firewall = (
            web_acl(name, args.waf, name_prefix=args.name_prefix, scope="CLOUDFRONT", parent=self)
            if args.waf is not None
            else None
        )
        distribution = aws.cloudfront.Distribution(
            f"{name}-distribution",
            enabled=True,
            comment=f"{args.name_prefix}: {args.hosts[0]}"[:128],
            aliases=list(args.hosts),
            price_class=args.price_class,
            http_version="http2and3",
            is_ipv6_enabled=True,
            web_acl_id=firewall,
            origins=[self._origin(name, args)],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id=_ORIGIN,
                allowed_methods=["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                cached_methods=["GET", "HEAD"],
                viewer_protocol_policy="redirect-to-https",
                cache_policy_id=_CACHING_DISABLED,
                origin_request_policy_id=_ALL_VIEWER,
                response_headers_policy_id=self._response_headers(name, args).id,
            ),
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=args.certificate_arn,
                minimum_protocol_version="TLSv1.2_2021",
                ssl_support_method="sni-only",
            ),
            opts=ResourceOptions(parent=self),
        )
        if args.access_log_bucket is not None:
            log_distribution(f"{name}-log", args.name_prefix, distribution, args.access_log_bucket, self)
        self.domain_name = distribution.domain_name
        self.zone_id = distribution.hosted_zone_id
        self.arn = distribution.arn
        self.distribution_id = distribution.id
        self.register_outputs(
            {
                "domain_name": self.domain_name,
                "zone_id": self.zone_id,
                "arn": self.arn,
                "distribution_id": self.distribution_id,
            }
        )

    def _response_headers(self, name: str, args: CdnArgs) -> aws.cloudfront.ResponseHeadersPolicy:
        """Make browsers stay with HTTPS, and be careful where the application does not say otherwise."""
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-headers",
            comment=f"Responses of {args.name_prefix}",
            security_headers_config=security_headers(override_referrer=False),
            opts=ResourceOptions(parent=self),
        )

    def _origin(self, name: str, args: CdnArgs) -> aws.cloudfront.DistributionOriginArgs:
        if args.internal_balancer_arn is not None:
            inside = self._vpc_origin(name, args.name_prefix, args.internal_balancer_arn)
            return aws.cloudfront.DistributionOriginArgs(
                origin_id=_ORIGIN,
                domain_name=args.origin_host,
                vpc_origin_config=aws.cloudfront.DistributionOriginVpcOriginConfigArgs(
                    vpc_origin_id=inside.id, origin_read_timeout=_ORIGIN_SECONDS
                ),
            )
        secret = "" if args.header_value is None else args.header_value
        return aws.cloudfront.DistributionOriginArgs(
            origin_id=_ORIGIN,
            domain_name=args.origin_host,
            custom_headers=[aws.cloudfront.DistributionOriginCustomHeaderArgs(name=args.header_name, value=secret)],
            custom_origin_config=aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
                origin_protocol_policy="https-only",
                origin_ssl_protocols=["TLSv1.2"],
                http_port=80,
                https_port=443,
                origin_read_timeout=_ORIGIN_SECONDS,
            ),
        )

    def _vpc_origin(self, name: str, name_prefix: str, balancer_arn: Input[str]) -> aws.cloudfront.VpcOrigin:
        """Make CloudFront's way to a load balancer inside.

        CloudFront changes none that a distribution uses: another load balancer gets another, named by the end of its ARN, which the distribution
        turns to before the old one goes.
        """
        return aws.cloudfront.VpcOrigin(
            f"{name}-vpc-origin",
            vpc_origin_endpoint_config=aws.cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
                name=Output.from_input(balancer_arn).apply(
                    lambda arn: f"{name_prefix[:_LONGEST_BEGINNING]}-{arn.rpartition('/')[2]}"
                ),
                arn=balancer_arn,
                http_port=80,
                https_port=443,
                origin_protocol_policy="https-only",
                origin_ssl_protocols=aws.cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs(
                    items=["TLSv1.2"], quantity=1
                ),
            ),
            opts=ResourceOptions(parent=self, replace_on_changes=["vpcOriginEndpointConfig"]),
        )
