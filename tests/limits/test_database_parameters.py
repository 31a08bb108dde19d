"""Names of engine parameters: a misspelt one is told from one that nobody knew."""

import pytest

from limits.database_parameters import parameter_name


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("postgres", "max_connections"),
        ("postgres", "min_wal_size"),
        ("postgres", "rds.logical_replication"),
        ("postgres", "my_extension.max_conections"),
        ("postgres", "a_parameter_of_postgres_19"),
        ("mysql", "innodb_buffer_pool_size"),
        ("mysql", "binlog_format"),
    ],
)
def test_passes(engine: str, name: str) -> None:
    assert parameter_name(engine, name) is None


@pytest.mark.parametrize(
    ("engine", "name", "told"),
    [
        ("postgres", "max_conections", "did you mean max_connections?"),
        ("postgres", "rds.force-ssl", "did you mean rds.force_ssl?"),
        ("postgres", "Work_Mem", "did you mean work_mem?"),
        ("mysql", "inodb_buffer_pool_size", "did you mean innodb_buffer_pool_size?"),
        ("mysql", "work_mem", "is a parameter of postgres, not of mysql"),
        ("postgres", "long_query_time", "is a parameter of mysql, not of postgres"),
    ],
)
def test_is_misspelt(engine: str, name: str, told: str) -> None:
    assert told in str(parameter_name(engine, name))


def test_a_long_text_is_judged_quickly() -> None:
    assert parameter_name("mysql", "x" * 100_000) is None
