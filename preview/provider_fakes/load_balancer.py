"""What load balancers answer, and the firewall before them."""

from __future__ import annotations

from preview.provider_fakes.asked import Answer, AskedResource, Maker


def load_balancer(asked: AskedResource, answer: Answer) -> dict[str, object]:
    """Return what a load balancer has beside name and ARN."""
    name = str(answer.outputs["name"])
    suffix = str(answer.outputs["arn"]).rpartition("loadbalancer/")[2]
    internal = "internal-" if asked.inputs.get("internal") is True else ""
    dns = f"{internal}{name}-{int(asked.hex(8, 'dns'), 16) % 10**10}.{asked.region}.elb.amazonaws.com"
    return {"arnSuffix": suffix, "dnsName": dns, "zoneId": f"Z{asked.letters(13, asked.region)}"}


def target_group(asked: AskedResource, answer: Answer) -> dict[str, object]:  # noqa: ARG001 - one signature for all
    """Return what a target group has beside name and ARN."""
    return {"arnSuffix": str(answer.outputs["arn"]).rpartition(":")[2], "loadBalancerArns": []}


def listener(kind: str) -> Maker:
    """Answer a listener or a rule of one, by the word for it in its ARN."""

    def make(asked: AskedResource) -> Answer:
        balancer = asked.text("loadBalancerArn") or asked.text("listenerArn")
        path = balancer.partition("loadbalancer/")[2] or balancer.partition("listener/")[2] or f"app/x/{asked.hex(16)}"
        arn = asked.arn("elasticloadbalancing", f"{kind}/{path}/{asked.hex(16, 'listener')}")
        return Answer(arn, {"arn": arn})

    return make


def web_acl(asked: AskedResource) -> Answer:
    """Answer a firewall, regional or CloudFront's."""
    name, id_ = asked.physical(), asked.uuid()
    scope = "global" if asked.text("scope") == "CLOUDFRONT" else "regional"
    return Answer(id_, {"name": name, "arn": asked.arn("wafv2", f"{scope}/webacl/{name}/{id_}"), "capacity": 0})
