"""What makes a database's users: the statements, and what a server makes of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from components import _database_password as passwords
from components._user_statements import UserArgs, script, variable

APP = UserArgs(rights="write")
MIGRATE = UserArgs(rights="owner")
REPORTS = UserArgs(rights="read")
TOKEN = UserArgs(rights="write", login="iam")
USERS = {"app": APP, "migrate": MIGRATE, "reports": REPORTS}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that is set up as RDS sets up its own: the master user is no superuser."""

    home: Path
    binaries: Path

    def said(self, user: str, sql: str, *, fails: bool = False) -> str:
        """Return what a user is answered; or, where it `fails`, why."""
        secret = {"rdsadmin": "admin", "master": "master"}.get(user, f"{user}-password")
        done = subprocess.run(
            [self.binaries / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
            env=self._environment(user, secret),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stderr or done.stdout
        return (done.stderr if fails else done.stdout).strip()

    def run(self, users: Mapping[str, UserArgs], *, fails: bool = False) -> str:
        """Run the script as the task does."""
        kept = {variable(name): passwords.scram(f"{name}-password") for name in users}
        done = subprocess.run(
            ["sh", "-c", script("postgres", "shop", users)],
            env={**self._environment("master", "master"), **kept},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stdout + done.stderr

    def _environment(self, user: str, secret: str) -> dict[str, str]:
        path = f"{self.binaries}:{os.environ['PATH']}"
        return {
            "PATH": path,
            "PGHOST": str(self.home),
            "PGDATABASE": "postgres" if user == "rdsadmin" else "shop",
            "PGUSER": user,
            "PGPASSWORD": secret,
        }


def binaries() -> Path | None:
    """Return where PostgreSQL is installed here, or None."""
    found = [Path(given)] if (given := os.environ.get("POSTGRES_BINARIES")) else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).parent)
    return next((each for each in found if (each / "initdb").exists() and (each / "psql").exists()), None)


@pytest.fixture(scope="module")
def installed() -> Iterator[Server]:
    """Start a server of this machine's PostgreSQL, whose version the statements have to bear as well as those of RDS."""
    where = binaries()
    if where is None:
        pytest.skip("no PostgreSQL is installed here")
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        home = Path(folder)
        data = home / "data"
        (home / "admin").write_text("admin")
        settings = ["-U", "rdsadmin", "--auth=scram-sha-256", f"--pwfile={home / 'admin'}", "--no-sync"]
        options = f"-k {home} -c listen_addresses= -c fsync=off -c log_statement=all"

        def call(*command: str | Path) -> None:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, cwd=home)

        call(where / "initdb", "-D", data, *settings)
        call(where / "pg_ctl", "-w", "-D", data, "-l", home / "log", "-o", options, "start")
        try:
            yield Server(home, where)
        finally:
            call(where / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def server(installed: Server) -> Iterator[Server]:
    """Return a server with the master user, its database, and what it has made there before there were users."""
    version = int(installed.said("rdsadmin", "SHOW server_version_num"))
    installed.said("rdsadmin", "CREATE ROLE master LOGIN CREATEROLE CREATEDB PASSWORD 'master'")
    installed.said("rdsadmin", "CREATE ROLE rds_iam")
    # On RDS the master user may give this role away without having it.
    if version >= 160000:
        installed.said("rdsadmin", "GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
    installed.said("rdsadmin", "CREATE DATABASE shop OWNER master")
    installed.said(
        "master", "CREATE TABLE orders (id serial PRIMARY KEY, what text); INSERT INTO orders (what) VALUES ('tea')"
    )
    installed.said(
        "master", "CREATE TYPE mood AS ENUM ('good'); CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    installed.said("master", "CREATE SCHEMA stock; CREATE VIEW stock.all_orders AS SELECT * FROM orders")
    yield installed
    installed.said("rdsadmin", "DROP DATABASE shop WITH (FORCE)")
    for role in installed.said(
        "rdsadmin", "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg_%' AND rolname <> 'rdsadmin'"
    ).split():
        installed.said("rdsadmin", f"DROP ROLE {role}")


def test_each_user_may_do_what_it_is_for(server: Server) -> None:
    server.run(USERS)

    assert server.said("reports", "SELECT what FROM orders; SELECT what FROM stock.all_orders") == "tea\ntea"
    assert "permission denied" in server.said("reports", "INSERT INTO orders (what) VALUES ('x')", fails=True)
    assert server.said("app", "INSERT INTO orders (what) VALUES ('milk') RETURNING id") == "2"
    assert server.said("app", "UPDATE orders SET what = 'oat' WHERE id = 2; DELETE FROM orders WHERE id = 2") == ""
    for statement in (
        "CREATE TABLE mine ()",
        "ALTER TABLE orders ADD more int",
        "TRUNCATE orders",
        "DROP TABLE orders",
    ):
        assert server.said("app", statement, fails=True)
    assert server.said("migrate", "ALTER TABLE orders ADD more int; ALTER TYPE mood ADD VALUE 'bad'") == ""
    assert server.said("migrate", "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 2'") == ""
    assert server.said("migrate", "ALTER TABLE stock.all_orders RENAME TO them; CREATE SCHEMA more") == ""


def test_what_the_owner_and_the_master_user_make_later_is_everybodys(server: Server) -> None:
    server.run(USERS)
    server.said("migrate", "CREATE TABLE later (id serial, n int); CREATE SCHEMA own; CREATE TABLE own.deep (n int)")
    server.said("master", "CREATE TABLE by_hand (n int)")

    assert (
        server.said(
            "app", "INSERT INTO later (n) VALUES (1); INSERT INTO own.deep VALUES (1); INSERT INTO by_hand VALUES (1)"
        )
        == ""
    )
    assert server.said("reports", "SELECT n FROM later; SELECT n FROM own.deep; SELECT n FROM by_hand") == "1\n1\n1"


def test_it_may_run_again_and_again(server: Server) -> None:
    for _ in range(3):
        said = server.run(USERS)
        assert said.splitlines()[-3:] == [
            "app: write, by password",
            "migrate: owner, by password",
            "reports: read, by password",
        ]
    assert server.said("master", "SELECT count(*) FROM pg_roles WHERE rolname IN ('app', 'migrate', 'reports')") == "3"


def test_rights_follow_the_stack_file(server: Server) -> None:
    server.run(USERS)
    server.said("migrate", "CREATE TABLE later (n int)")

    server.run({"app": REPORTS, "migrate": APP, "reports": MIGRATE})

    assert server.said("app", "INSERT INTO orders (what) VALUES ('x')", fails=True)
    assert server.said("app", "SELECT count(*) FROM later") == "0"
    assert server.said("migrate", "INSERT INTO later VALUES (1)") == ""
    for statement in ("CREATE TABLE mine ()", "ALTER TABLE later ADD m int", "DROP TABLE orders"):
        assert server.said("migrate", statement, fails=True)
    assert server.said("reports", "ALTER TABLE later ADD m int; ALTER TABLE orders ADD m int") == ""
    server.said("reports", "CREATE TABLE newest (n int)")
    assert server.said("app", "SELECT count(*) FROM newest") == "0"


def test_users_that_are_taken_out_are_shut_out_and_may_come_back(server: Server) -> None:
    server.run(USERS)
    said = server.run({"app": APP, "migrate": MIGRATE})
    assert "reports logs in no more" in said
    assert "not permitted to log in" in server.said("reports", "SELECT 1", fails=True)

    server.run(USERS)
    assert server.said("reports", "SELECT what FROM orders") == "tea"


def test_a_user_that_logs_in_with_a_token_has_no_password(server: Server) -> None:
    server.run({"app": APP, "migrate": MIGRATE})
    if int(server.said("master", "SHOW server_version_num")) < 160000:
        # Before, the master user may give every role away.
        assert server.said("master", "SELECT 1") == "1"
    server.run({"app": TOKEN, "migrate": MIGRATE})

    assert "password authentication failed" in server.said("app", "SELECT 1", fails=True)
    assert server.said("master", "SELECT pg_has_role('app', 'rds_iam', 'MEMBER')") == "t"
    assert server.said("master", "SELECT pg_has_role('master', 'rds_iam', 'USAGE')") == "f"
    server.run(USERS)
    assert server.said("app", "SELECT what FROM orders") == "tea"
    assert server.said("master", "SELECT pg_has_role('app', 'rds_iam', 'MEMBER')") == "f"


def test_the_master_user_is_not_locked_out_by_an_owner_with_a_token(server: Server) -> None:
    """Being a member of one that logs in with tokens alone, it would be taken for one as well."""
    said = server.run({"migrate": UserArgs(rights="owner", login="iam")}, fails=True)

    assert "nothing is changed" in said
    assert server.said("master", "SELECT count(*) FROM pg_roles WHERE rolname = 'migrate'") == "0"


def test_the_servers_log_has_no_password(server: Server) -> None:
    server.run(USERS)

    log = (server.home / "log").read_text()
    assert "ALTER ROLE" in log
    assert "SCRAM-SHA-256$" in log
    for name in USERS:
        assert f"{name}-password" not in log


def test_the_script_has_no_password_and_reads_variables() -> None:
    engines: tuple[Literal["postgres", "mysql"], ...] = ("postgres", "mysql")
    for engine in engines:
        text = script(engine, "shop_db", USERS)
        for name in USERS:
            assert variable(name) in text
        assert subprocess.run(["sh", "-n", "-c", text], check=False).returncode == 0


def statements(tmp_path: Path, users: Mapping[str, UserArgs]) -> str:
    """Return what the script gives MySQL's client, in order, with what it is called with first."""
    client = tmp_path / "mysql"
    client.write_text('#!/bin/sh\necho "-- $*" >> "$SEEN"\ncase "$*" in *execute*) exit 0;; esac\ncat >> "$SEEN"\n')
    client.chmod(0o755)
    seen = tmp_path / "seen"
    given = {variable(name): f"{name}-secret" for name, user in users.items() if user.login == "password"}
    at = {"DATABASE_HOST": "db", "DATABASE_PORT": "3306", "DATABASE_USER": "master", "MYSQL_PWD": "master-secret"}
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SEEN": str(seen), **at, **given}
    subprocess.run(["sh", "-c", script("mysql", "shop_db", users)], env=environment, check=True, capture_output=True)
    return seen.read_text()


def test_mysql_is_given_users_and_grants_on_the_one_database(tmp_path: Path) -> None:
    said = statements(tmp_path, {"app": TOKEN, **{name: USERS[name] for name in ("migrate", "reports")}})

    for line in (
        "CREATE USER IF NOT EXISTS 'migrate'@'%' IDENTIFIED WITH caching_sha2_password BY 'migrate-secret' REQUIRE SSL;",
        "ALTER USER 'migrate'@'%' IDENTIFIED WITH caching_sha2_password BY 'migrate-secret' REQUIRE SSL;",
        "GRANT ALL PRIVILEGES ON `shop\\_db`.* TO 'migrate'@'%';",
        "CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;",
        "GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, SHOW VIEW, CREATE TEMPORARY TABLES, LOCK TABLES ON `shop\\_db`.* TO 'app'@'%';",
        "GRANT SELECT, SHOW VIEW ON `shop\\_db`.* TO 'reports'@'%';",
        "ALTER USER 'reports'@'%' ACCOUNT UNLOCK ATTRIBUTE '{\"slipway\": \"read\"}';",
    ):
        assert line in said.splitlines()
    assert "user NOT IN ('app', 'migrate', 'reports')" in said
    assert "grantee = '''reports''@''%''' AND privilege_type NOT IN ('SELECT', 'SHOW VIEW')" in said
    called = [line for line in said.splitlines() if line.startswith("-- ")]
    assert called
    assert all("--ssl-mode=REQUIRED" in line and "secret" not in line for line in called)
