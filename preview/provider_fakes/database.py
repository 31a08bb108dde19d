"""What RDS answers: instances, clusters and proxies."""

from __future__ import annotations

from collections.abc import Mapping

from preview.provider_fakes.asked import Answer, AskedResource

_ENGINE_PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306}


def db_instance(asked: AskedResource) -> Answer:
    """Answer an instance; one that is made from a backup has the backup's user and database."""
    identifier = asked.physical("identifier", 63)
    port = asked.inputs.get("port") or _ENGINE_PORTS.get(asked.text("engine"), 5432)
    address = f"{identifier}.c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com"
    outputs: dict[str, object] = {
        "identifier": identifier,
        "arn": asked.arn("rds", f"db:{identifier}"),
        "address": address,
        "port": port,
        "endpoint": f"{address}:{port}",
        "hostedZoneId": f"Z{asked.letters(13, 'zone')}",
        "resourceId": f"db-{asked.letters(26)}",
        "engineVersionActual": asked.text("engineVersion"),
        "status": "available",
    }
    if "snapshotIdentifier" in asked.inputs or "restoreToPointInTime" in asked.inputs:
        outputs |= {"username": "backup_admin", "dbName": "backup"}
    return Answer(str(outputs["resourceId"]), {**outputs, **_master_secret(asked, "db")})


def _master_secret(asked: AskedResource, kind: str) -> Mapping[str, object]:
    """Answer the secret in which RDS keeps a password, where it does."""
    if asked.inputs.get("manageMasterUserPassword") is not True:
        return {}
    secret = asked.arn("secretsmanager", f"secret:rds!{kind}-{asked.uuid('secret')}-{asked.letters(6, 'secret')}")
    key = asked.text("masterUserSecretKmsKeyId", asked.arn("kms", f"key/{asked.uuid('key')}"))
    return {"masterUserSecrets": [{"secretArn": secret, "kmsKeyId": key, "secretStatus": "active"}]}


def db_cluster(asked: AskedResource) -> Answer:
    """Answer a cluster; one that is made from a backup has the backup's user and database."""
    identifier = asked.physical("clusterIdentifier", 63)
    domain = f"c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com"
    outputs: dict[str, object] = {
        "clusterIdentifier": identifier,
        "arn": asked.arn("rds", f"cluster:{identifier}"),
        "endpoint": f"{identifier}.cluster-{domain}",
        "readerEndpoint": f"{identifier}.cluster-ro-{domain}",
        "port": asked.inputs.get("port") or _ENGINE_PORTS.get(asked.text("engine"), 3306),
        "hostedZoneId": f"Z{asked.letters(13, 'zone')}",
        "clusterResourceId": f"cluster-{asked.letters(26)}",
        "engineVersionActual": asked.text("engineVersion"),
        "availabilityZones": [f"{asked.region}{letter}" for letter in "abc"],
    }
    if "snapshotIdentifier" in asked.inputs or "restoreToPointInTime" in asked.inputs:
        outputs |= {"masterUsername": "backup_admin", "databaseName": "backup"}
    return Answer(identifier, {**outputs, **_master_secret(asked, "cluster")})


def cluster_instance(asked: AskedResource) -> Answer:
    """Answer an instance of a cluster."""
    identifier = asked.physical("identifier", 63)
    outputs = {
        "identifier": identifier,
        "arn": asked.arn("rds", f"db:{identifier}"),
        "endpoint": f"{identifier}.c{asked.hex(11, 'address')}.{asked.region}.rds.amazonaws.com",
        "dbiResourceId": f"db-{asked.letters(26)}",
    }
    return Answer(identifier, outputs)


def db_proxy(asked: AskedResource) -> Answer:
    """Answer a proxy."""
    name = asked.physical("name", 63)
    endpoint = f"{name}.proxy-{asked.hex(12, 'endpoint')}.{asked.region}.rds.amazonaws.com"
    return Answer(name, {"name": name, "arn": asked.arn("rds", f"db-proxy:prx-{asked.hex(17)}"), "endpoint": endpoint})


def db_proxy_targets(asked: AskedResource) -> Answer:
    """Answer a proxy's targets."""
    return Answer(
        asked.text("dbProxyName"),
        {"name": "default", "arn": asked.arn("rds", f"target-group:prx-tg-{asked.hex(17)}")},
    )
