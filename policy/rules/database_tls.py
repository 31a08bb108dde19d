"""TLS of databases: that clients must use it, and who vouches for it."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.database import is_replica, is_restored
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_INSTANCE
from policy.values import UNKNOWN, Answer, Unknown, Value

PARAMETER_GROUP: Final = "aws:rds/parameterGroup:ParameterGroup"


CLUSTER_PARAMETER_GROUP: Final = "aws:rds/clusterParameterGroup:ClusterParameterGroup"


_ON: Final = ("1", "on", "true")


_TLS_BY_DEFAULT: Final[Mapping[str, tuple[int, ...]]] = {
    "postgres": (15,),
    "aurora-postgresql": (17,),
    "mariadb": (11, 8),
}
"""From which version on an engine refuses connections without TLS unless told otherwise; the others never do."""


@stack_rule(
    Control(
        name="database-tls-forced",
        title="The database refuses connections without TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="A client that forgets TLS sends its password and data in clear, and nobody notices.",
        remediation='aws.rds.ParameterGroup(..., parameters=[{"name": "rds.force_ssl", "value": "1"}])',
        url=HUB + "rds-controls.html#rds-38",
        fsbp=("RDS.38", "RDS.39", "RDS.44"),
        nist=("SC-8",),
        checkov=("CKV2_AWS_69",),
        prowler=("rds_instance_transport_encrypted",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def tls_forced(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By its parameter group, or by the default of its version. A replica has its source's group unless it names one."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        engine = engine_of(graph, database)
        inherits = database.type == DATABASE and is_replica(database)
        if inherits and not database.inputs.has(parameter_group_path(database)):
            continue
        if engine is UNKNOWN or (engine == "" and is_restored(database)):
            yield database.unknown("engine is not known yet")
        elif parameter := _tls_parameter(engine):
            default = partial(_tls_by_default, engine)
            yield from parameter_findings(graph, database, parameter, holds=is_on, wanted="1", default=default)


def engine_of(graph: Graph, database: Resource) -> str | Unknown:
    """The engine; a restored database that leaves it to its snapshot has the one in the family of its parameter group."""
    engine = database.text("engine")
    if engine != "":
        return engine
    path = parameter_group_path(database)
    kind = CLUSTER_PARAMETER_GROUP if path.startswith("dbCluster") else PARAMETER_GROUP
    chosen = graph.refers(database.inputs, path, kind)
    named = database.inputs.text(path)
    families = [group.text("family") for group in chosen.found]
    if isinstance(named, str) and named.startswith("default."):
        families.append(named.removeprefix("default."))
    known = {re.sub(r"-?[0-9.]+$", "", family) for family in families if isinstance(family, str)}
    return known.pop() if len(known) == 1 and UNKNOWN not in families else engine


def _tls_parameter(engine: str) -> str | None:
    if "postgres" in engine or engine.startswith("sqlserver"):
        return "rds.force_ssl"
    return "require_secure_transport" if "mysql" in engine or engine == "mariadb" else None


def _tls_by_default(engine: str, version: str | Unknown) -> Answer:
    since = _TLS_BY_DEFAULT.get(engine)
    if since is None:
        return False
    known = () if version is UNKNOWN else values.version(version)
    # A major version alone decides unless the default changed within it.
    return known >= since if len(known) >= len(since) or (known and known[0] != since[0]) else UNKNOWN


def is_on(value: str) -> bool:
    """Whether a parameter's value means on."""
    return value.lower() in _ON


def parameter_group_path(database: Resource) -> str:
    """The property that names the parameter group."""
    return "dbClusterParameterGroupName" if database.type == DATABASE_CLUSTER else "parameterGroupName"


def parameter_findings(
    graph: Graph,
    database: Resource,
    parameter: str,
    *,
    holds: Callable[[str], bool],
    wanted: str,
    default: Callable[[str | Unknown], Answer] = lambda _: False,
) -> Iterator[Finding]:
    """Findings about a parameter of the database's parameter group.

    Args:
        graph: the stack.
        database: whose group it is.
        parameter: the parameter's name.
        holds: whether a value is one of those that are wanted.
        wanted: such a value, for messages.
        default: whether the engine's default is wanted, given the engine's version.
    """
    path = parameter_group_path(database)
    fix = f'a parameter group with {{"name": "{parameter}", "value": "{wanted}"}}'
    kind = CLUSTER_PARAMETER_GROUP if path.startswith("dbCluster") else PARAMETER_GROUP
    chosen = graph.refers(database.inputs, path, kind)
    named = database.inputs.text(path)
    ready = isinstance(named, str) and named.startswith("default.")
    if not chosen.found and chosen.foreign and not ready:
        yield database.unknown(f"{path} names a parameter group that this stack does not hold")
    elif not chosen.found:
        family = named.removeprefix("default.") if isinstance(named, str) else ""
        yield from database.must_hold(
            default(_version(database, family)),
            f"{path} is {'a group of RDS' if ready else 'not set'}, so {parameter} has the engine's default",
            about=f"the engine's version, whose default {parameter} has,",
            fix=fix,
        )
    for group in chosen.found:
        state = _parameter(group, parameter)
        if state is UNKNOWN or not chosen.exact:
            yield database.unknown(f"{parameter} in ParameterGroup {group.name} is not known yet")
        elif not state:
            yield from database.must_hold(
                default(_version(database, group.text("family"))),
                f"{parameter} is not set in {group.label}, wanted {wanted}",
                about=f"the engine's version, whose default {parameter} has,",
                fix=fix,
            )
        elif not holds(state):
            shown = values.show(state, "-1|0|(?i:off)")
            yield database.fails(f"{parameter} is {shown} in {group.label}, wanted {wanted}", fix=fix)


def _version(database: Resource, family: str | Unknown) -> str | Unknown:
    """The engine's version, else the one in the name of the parameter group's family: ``postgres16``."""
    if database.has("engineVersion"):
        return database.text("engineVersion")
    match = re.search(r"[0-9.]+$", family) if isinstance(family, str) else None
    return match[0] if match else UNKNOWN


def _parameter(group: Resource, name: str) -> str | Unknown:
    """A parameter's value; empty when the group does not set it."""
    vague = False
    for item in values.items(group.get("parameters")):
        known = values.at(item, "name")
        vague = vague or known is UNKNOWN
        if known == name:
            return _word(values.at(item, "value"))
    return UNKNOWN if vague else ""


def _word(value: Value) -> str | Unknown:
    """A value as text, also where the program wrote a number or a boolean."""
    return values.show(value) if isinstance(value, bool | int | float) else values.text(value)


PROXY: Final = "aws:rds/proxy:Proxy"


_AUTHORITIES: Final = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")


@resource_rule(
    Control(
        name="database-proxy-tls",
        title="The database proxy demands TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Passwords and rows travel readable between service and proxy.",
        remediation="aws.rds.Proxy(..., require_tls=True)",
        url=HUB + "rds-controls.html#rds-43",
        fsbp=("RDS.43",),
        nist=("SC-8",),
    ),
    PROXY,
)
def proxy_tls(proxy: Resource, _config: Config) -> Iterator[Finding]:
    """The way to the proxy is as open to listeners as the way to the database."""
    yield from proxy.must_be("requireTls", wanted=True, fix="require_tls=True")


@resource_rule(
    Control(
        name="database-authority-current",
        title="The database's certificate is of a current authority",
        category="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Clients that check certificates refuse one whose authority has expired.",
        remediation='aws.rds.Instance(..., ca_cert_identifier="rds-ca-rsa2048-g1")',
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
        nist=("SC-17",),
        checkov=("CKV_AWS_211",),
        prowler=("rds_instance_certificate_expiration",),
    ),
    DATABASE,
    DATABASE_INSTANCE,
    DATABASE_CLUSTER,
)
def authority_current(database: Resource, _config: Config) -> Iterator[Finding]:
    """Absent means RDS's present default. Certificates of older authorities have expired."""
    path, argument = ("caCertIdentifier", "ca_cert_identifier")
    if database.type == DATABASE_CLUSTER:
        path, argument = ("caCertificateIdentifier", "ca_certificate_identifier")
    seen = database.text(path)
    if seen is UNKNOWN:
        yield database.unknown(f"{path} is not known yet")
    elif seen and seen not in _AUTHORITIES:
        shown = values.show(seen, r"rds-ca-[a-z0-9-]{1,20}")
        yield database.fails(
            f"{path} is {shown}, wanted {_AUTHORITIES[0]} or newer",
            fix=f'{argument}="{_AUTHORITIES[0]}"',
        )
