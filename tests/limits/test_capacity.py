import pytest

import limits
from limits import capacity
from limits.capacity import GIB


@pytest.mark.parametrize(
    ("instance_class", "gib"),
    [
        # RDS user guide, "Hardware specifications for DB instance classes".
        ("db.t3.micro", 1),
        ("db.t4g.small", 2),
        ("db.t4g.medium", 4),
        ("db.t3.large", 8),
        ("db.t3.2xlarge", 32),
        ("db.m5.large", 8),
        ("db.m6g.xlarge", 16),
        ("db.m7g.16xlarge", 256),
        ("db.m7i.48xlarge", 768),
        ("db.r5.large", 16),
        ("db.r6g.xlarge", 32),
        ("db.r6i.32xlarge", 1024),
        ("db.x2g.large", 32),
        ("db.x2idn.32xlarge", 2048),
        ("db.x2iedn.xlarge", 128),
        ("db.r8a.24xlarge", 768),
        ("db.m8a.large", 8),
    ],
)
def test_memory_of_a_class(instance_class: str, gib: int) -> None:
    assert capacity.instance_memory(instance_class) == gib * GIB


def test_every_class_that_settings_allow_has_a_memory() -> None:
    for instance_class in limits.RDS_CLASSES:
        memory = capacity.instance_memory(instance_class)
        assert GIB <= memory <= 4096 * GIB
        for engine in ("postgres", "mysql"):
            assert capacity.max_connections(engine, capacity.engine_memory(memory)) > 50


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'db\.m4\.large' is not an instance class whose memory is known"):
        capacity.instance_memory("db.m4.large")


@pytest.mark.parametrize(
    ("engine", "memory", "connections"),
    [
        ("postgres", 4 * GIB, 450),
        ("postgres", 9531392 * 100 - 1, 99),
        ("postgres", 64 * GIB, 5000),
        ("mysql", 4 * GIB, 341),
        ("mysql", 12582880 * 100, 100),
        ("mysql", 256 * GIB, 16000),
    ],
)
def test_connections_by_the_engines_formula(engine: str, memory: int, connections: int) -> None:
    assert capacity.max_connections(engine, memory) == connections


@pytest.mark.parametrize(
    ("gib", "seen"),
    # db.t4g.small, db.t2.medium, db.m4.large and db.r4.large, asked with `show max_connections`.
    [(2, 181), (4, 413), (8, 856), (15.25, 1660)],
)
def test_the_estimate_is_near_what_instances_answer_and_never_above(gib: float, seen: int) -> None:
    estimate = capacity.max_connections("postgres", capacity.engine_memory(int(gib * GIB)))
    assert 0.9 * seen <= estimate <= seen


@pytest.mark.parametrize(
    ("parameter", "connections"),
    [
        ("500", 500),
        ("{DBInstanceClassMemory/12582880}", 341),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", 450),
        ("LEAST({DBInstanceClassMemory/9531392}, 200)", 200),
        ("GREATEST({DBInstanceClassMemory/9531392},200)", None),
        ("many", None),
    ],
)
def test_a_parameter_says_how_many(parameter: str, connections: int | None) -> None:
    assert capacity.connections_given(parameter, 4 * GIB) == connections


@pytest.mark.parametrize(("gib", "used", "left"), [(100, 80, 21474836480), (50, 80, 10737418240), (20, 90, 2147483648)])
def test_free_storage_in_bytes(gib: int, used: float, left: int) -> None:
    assert capacity.free_storage(gib, used) == left


def test_a_share_is_a_whole_number() -> None:
    assert capacity.share(395, 80) == 316
    assert capacity.share(7, 50) == 3


@pytest.mark.parametrize(
    ("engine", "gib", "documented"),
    [
        # Aurora user guide, "Maximum connections to an Aurora MySQL DB instance" and "... for Aurora Serverless v2".
        ("aurora-mysql", 16, 1000),
        ("aurora-mysql", 32, 2000),
        ("aurora-mysql", 64, 3000),
        ("aurora-mysql", 128, 4000),
        ("aurora-mysql", 256, 5000),
        ("aurora-postgresql", 2, 189),
        ("aurora-postgresql", 16, 1669),
    ],
)
def test_connections_of_aurora_are_about_what_aws_documents(engine: str, gib: int, documented: int) -> None:
    memory = capacity.engine_memory(capacity.serverless_memory(gib / 2))
    assert 0.8 * documented <= capacity.max_connections(engine, memory) <= 1.01 * documented


@pytest.mark.parametrize(
    ("engine", "least", "most"),
    [
        ("aurora-postgresql", 0.5, 2000),
        ("aurora-postgresql", 0, 2000),
        ("aurora-postgresql", 1, 5000),
        ("aurora-mysql", 0, 5000),
    ],
)
def test_postgresql_that_may_be_small_takes_few_connections(engine: str, least: float, most: int) -> None:
    assert capacity.serverless_connections(engine, least, 5000) == most
