"""Mattilda: one API with PostgreSQL and Redis."""

from __future__ import annotations

from preview.graph import Graph
from tests.conformance import evidence as e
from tests.conformance.evidence import Evidence, fact, of, one_of, requirement


def _suffix(graph: Graph) -> str:
    """What names carry in staging, where both stacks may share an account."""
    return "" if graph.stack == "prod" else "-staging"


def _secret(graph: Graph, name: str) -> str:
    return f"mattilda/{name}" if graph.stack == "prod" else f"mattilda/staging/{name}"


@requirement("M-01")
def m01(graph: Graph) -> Evidence:
    found = e.subnets(graph, graph.one(e.BALANCER), "public") + e.listens(graph, 443, protocol="HTTPS")
    found += e.forwards(graph, graph.one(e.LISTENER, port=443), "defaultActions", "api")
    found += one_of(graph, e.SERVICE, "api-service", launchType="FARGATE", desiredCount=2)
    found += e.subnets(graph, graph.one("aws:rds/subnetGroup:SubnetGroup"), "isolated")
    return found + e.subnets(graph, graph.one("aws:elasticache/subnetGroup:SubnetGroup"), "isolated")


@requirement("M-02")
def m02(graph: Graph) -> Evidence:
    found = one_of(graph, e.SCALING, "api-scaling", minCapacity=2, maxCapacity=10)
    for metric, kind in (("cpu", "ECSServiceAverageCPUUtilization"), ("memory", "ECSServiceAverageMemoryUtilization")):
        found += one_of(
            graph,
            e.SCALING_POLICY,
            f"api-scaling-{metric}",
            targetTrackingScalingPolicyConfiguration={"predefinedMetricSpecification": {"predefinedMetricType": kind}},
        )
    return found


@requirement("M-03")
def m03(graph: Graph) -> Evidence:
    return one_of(graph, e.DATABASE, engine="postgres", engineVersion="15", multiAz=graph.stack == "prod")


@requirement("M-04")
def m04(graph: Graph) -> Evidence:
    return one_of(graph, e.CACHE, engine="redis")


@requirement("M-05")
def m05(graph: Graph) -> Evidence:
    found = one_of(graph, e.VPC, cidrBlock=e.set_)
    for tier in ("public", "private", "isolated"):
        found += e.many(graph, e.SUBNET, 2, tags={"Name": lambda name, part=tier: f"-{part}-" in name})
    return found


@requirement("M-06")
def m06(graph: Graph) -> Evidence:
    return e.listens(graph, 443, protocol="HTTPS", certificateArn=e.set_)


@requirement("M-07")
def m07(graph: Graph) -> Evidence:
    return (
        e.lets_in(graph, "load-balancer-group", {80: {e.WORLD}, 443: {e.WORLD}})
        + e.lets_in(graph, "api-group", {8000: {"load-balancer-group"}})
        + e.lets_in(graph, "database-group", {5432: {"api-group"}})
        + e.lets_in(graph, "cache-group", {6379: {"api-group"}})
    )


@requirement("M-08")
def m08(graph: Graph) -> Evidence:
    name = f"mattilda-backend{_suffix(graph)}"
    environment = "production" if graph.stack == "prod" else "staging"
    return of(e.called(graph, e.REPOSITORY, name), name=name) + e.trusts(
        graph, "mattilda/mattilda-backend", environment
    )


@requirement("M-11")
def m11(graph: Graph) -> Evidence:
    found = Evidence([])
    for name in ("database-url", "redis-url", "secret-key"):
        found += of(e.called(graph, e.SECRET, _secret(graph, name)), name=e.set_)
    return found + e.secrets(
        graph,
        "api",
        DATABASE_URL=f":secret:{_secret(graph, 'database-url')}-",
        REDIS_URL=f":secret:{_secret(graph, 'redis-url')}-",
        SECRET_KEY=f":secret:{_secret(graph, 'secret-key')}-",
    )


@requirement("M-12")
def m12(graph: Graph) -> Evidence:
    environment = "production" if graph.stack == "prod" else "staging"
    return e.called_environment(graph, environment) + e.variables(graph, "api", ENVIRONMENT=environment)


@requirement("M-13")
def m13(graph: Graph) -> Evidence:
    image = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/mattilda-backend{_suffix(graph)}:latest"
    return e.part(graph, "api", image=image) + one_of(graph, e.REPOSITORY, imageTagMutability="MUTABLE")


@requirement("M-14")
def m14(graph: Graph) -> Evidence:
    cluster = "mattilda-cluster-prod" if graph.stack == "prod" else "mattilda-cluster-staging"
    return one_of(graph, e.CLUSTER, name=cluster) + one_of(
        graph, e.SERVICE, "api-service", name=f"mattilda-api-service{_suffix(graph)}"
    )


@requirement("M-15")
def m15(graph: Graph) -> Evidence:
    return e.logs_to(graph, "api", f"/ecs/mattilda-api{_suffix(graph)}")


@requirement("M-16")
def m16(graph: Graph) -> Evidence:
    """Production's tasks cost twice staging's, so they are twice their size; its second cache node is the policy's wish."""
    cpu, memory, nodes = ("1024", "2048", 2) if graph.stack == "prod" else ("512", "1024", 1)
    found = one_of(graph, e.DATABASE, instanceClass="db.t3.micro")
    found += one_of(graph, e.CACHE, nodeType="cache.t3.micro", numCacheClusters=nodes)
    found += one_of(graph, e.TASK, "api-task", cpu=cpu, memory=memory)
    found += one_of(graph, e.SERVICE, "api-service", desiredCount=2) + e.many(graph, e.NAT, 1)
    return (
        found
        + one_of(graph, e.SCALING, "api-scaling", minCapacity=2)
        + e.budget(graph, 122 if graph.stack == "prod" else 77)
    )


@requirement("M-17")
def m17(graph: Graph) -> Evidence:
    names = {item["name"] for item in e.container(graph, "api")["secrets"]}
    plain = {item["name"] for item in e.container(graph, "api")["environment"]}
    task = graph.one(e.TASK, "api-task")
    wanted = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    return fact(task, f"{', '.join(sorted(names))} by secrets", holds=wanted <= names and not wanted & plain)


@requirement("M-18")
def m18(graph: Graph) -> Evidence:
    world = {g.name for g in graph.of(e.GROUP) if any(e.WORLD in who for who in e.doors(graph, g.name).values())}
    found = fact("security groups open to the internet", ", ".join(world), holds=world == {"load-balancer-group"})
    found += one_of(graph, e.DATABASE, publiclyAccessible=False)
    found += e.subnets(graph, graph.one("aws:rds/subnetGroup:SubnetGroup"), "isolated")
    return found + e.subnets(graph, graph.one(e.SERVICE), "private")


@requirement("M-19")
def m19(graph: Graph) -> Evidence:
    return e.least_privilege(graph)


@requirement("M-20")
def m20(graph: Graph) -> Evidence:
    return e.listens(graph, 443, protocol="HTTPS", sslPolicy=lambda name: "TLS13-1-2" in name) + one_of(
        graph, e.DATABASE, storageEncrypted=True, kmsKeyId=e.set_
    )


@requirement("M-21")
def m21(graph: Graph) -> Evidence:
    return one_of(graph, e.REPOSITORY, imageScanningConfiguration={"scanOnPush": True})
