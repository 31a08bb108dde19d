"""What the task that makes a database's users runs: a shell script around SQL, which may run any number of times.

Passwords are in none of it. They come as variables, which ECS fills from a secret: for PostgreSQL what the server keeps in their place, as statements may
be in the server's log; MySQL leaves passwords out of its logs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Rights = Literal["read", "write", "owner"]
Login = Literal["password", "iam"]


@dataclass(frozen=True, kw_only=True, slots=True)
class UserArgs:
    """A user of the database: a change of either is made in place, and asks nobody to log in again."""

    rights: Rights
    """What it may do: `read` rows, `write` them as well, or, as `owner`, also make and change what holds them."""
    login: Login = "password"
    """Whether it logs in with a password of the program's, or with a token of IAM's."""


def variable(user: str) -> str:
    """Return the variable with what a user's password is set by."""
    return f"PASSWORD_{user}"


def script(engine: Literal["postgres", "mysql"], database: str, users: Mapping[str, UserArgs]) -> str:
    """Return what makes the users, as the master user, in a shell with the engine's own client.

    Args:
        engine: decides the client, `psql` or `mysql`. It connects as its variables say: `PGHOST` and so on; for MySQL `DATABASE_HOST`, `DATABASE_PORT`,
            `DATABASE_USER` and `MYSQL_PWD`.
        database: the database inside, letters, digits and underscores.
        users: the users by name, letters, digits and underscores each; one owner at most.
    """
    return "\n".join(_postgres(users) if engine == "postgres" else _mysql(database, users)) + "\n"


_PATIENCE: Final = """tries=0
until said=$(%s 2>&1); do
  tries=$((tries + 1))
  if [ $tries -ge 60 ]; then echo "$said" >&2; exit 1; fi
  sleep 5
done"""
"""Five minutes: a database that was only just made may not answer yet, nor take the password that its secret has already."""


def _postgres(users: Mapping[str, UserArgs]) -> Iterator[str]:
    owner = next((name for name, user in users.items() if user.rights == "owner"), None)
    yield "set -eu"
    yield _PATIENCE % 'psql -XAtqc "SELECT 1"'
    yield "exec psql -XAtq --single-transaction -v ON_ERROR_STOP=1 -f - <<'SQL'"
    yield "SET client_min_messages = warning; SET lock_timeout = '30s';"
    yield "SELECT pg_has_role(current_user, 'rds_iam', 'USAGE') AS \"before\" \\gset"
    for name, user in sorted(users.items()):
        yield from _postgres_user(name, user)
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
    if owner:
        yield from _postgres_owner(owner)
    for name, user in sorted(users.items()):
        if user.rights != "owner":
            yield from _postgres_grants(name, user, owner)
    yield _LOCKED.format(named=", ".join(f"'{name}'" for name in sorted(users)))
    # A member of a member of rds_iam logs in with a token alone: the master user must never become one.
    yield "SELECT NOT :'before'::boolean AND pg_has_role(current_user, 'rds_iam', 'USAGE') AS locked_out \\gset"
    yield "\\if :locked_out"
    yield "DO $$ BEGIN RAISE EXCEPTION 'the master user could no longer log in with its password: nothing is changed'; END $$;"
    yield "\\endif"
    for name, user in sorted(users.items()):
        yield f"\\echo {name}: {user.rights}, by {user.login}"
    yield "SQL"


def _postgres_user(name: str, user: UserArgs) -> Iterator[str]:
    yield _MADE.format(name=name)
    if user.login == "password":
        yield f"\\getenv kept {variable(name)}"
        yield f"ALTER ROLE \"{name}\" LOGIN PASSWORD :'kept';"
        yield _NO_TOKENS.format(name=name)
    else:
        yield f'ALTER ROLE "{name}" LOGIN PASSWORD NULL;'
        yield f'GRANT rds_iam TO "{name}";'
    yield f"COMMENT ON ROLE \"{name}\" IS 'slipway: {user.rights}';"
    yield f'GRANT CONNECT ON DATABASE :"DBNAME" TO "{name}";'


_MADE: Final = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE \"{name}\"; END IF; END $$;"
_NO_TOKENS: Final = """DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole AND member = '"{name}"'::regrole) THEN
    REVOKE rds_iam FROM "{name}";
  END IF;
END $$;"""
_SCHEMAS: Final = (
    "SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR (nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    " AND pg_has_role(current_user, nspowner, 'USAGE'))"
)
_NOT_OF_AN_EXTENSION: Final = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = o.oid AND d.deptype = 'e')"


def _postgres_owner(name: str) -> Iterator[str]:
    """Let the owner make and change everything, and hand over what the master user, or an owner before, has made."""
    yield f'GRANT "{name}" TO CURRENT_USER;'
    yield f'GRANT CREATE, TEMPORARY ON DATABASE :"DBNAME" TO "{name}";'
    columns = {"pg_class": "relowner", "pg_proc": "proowner", "pg_type": "typowner"}
    theirs = {
        catalog: f"{_HANDED_OVER.format(name=name, owner=owner)} AND {_NOT_OF_AN_EXTENSION.format(catalog=catalog)}"
        for catalog, owner in columns.items()
    }
    yield _OWNED.format(name=name, schemas=_SCHEMAS, **theirs)


_HANDED_OVER: Final = (
    "(o.{owner} = current_user::regrole OR (o.{owner} <> '\"{name}\"'::regrole AND shobj_description(o.{owner}, 'pg_authid') LIKE 'slipway: %'"
    " AND pg_has_role(current_user, o.{owner}, 'USAGE')))"
)
_OWNED: Final = """DO $$
DECLARE s name; r record;
BEGIN
  FOR s IN {schemas} LOOP
    EXECUTE format('GRANT ALL ON SCHEMA %I TO "{name}"', s);
    FOR r IN SELECT o.oid::regclass AS it FROM pg_class o WHERE o.relnamespace = quote_ident(s)::regnamespace
      AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {pg_class}
      AND NOT (o.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.deptype IN ('a', 'i'))) LOOP
      EXECUTE format('ALTER TABLE %s OWNER TO "{name}"', r.it);
    END LOOP;
    FOR r IN SELECT o.oid::regprocedure AS it FROM pg_proc o WHERE o.pronamespace = quote_ident(s)::regnamespace AND {pg_proc} LOOP
      EXECUTE format('ALTER ROUTINE %s OWNER TO "{name}"', r.it);
    END LOOP;
    FOR r IN SELECT o.oid::regtype AS it FROM pg_type o WHERE o.typnamespace = quote_ident(s)::regnamespace AND {pg_type}
      AND (o.typtype IN ('d', 'e', 'r') OR (o.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c'))) LOOP
      EXECUTE format('ALTER TYPE %s OWNER TO "{name}"', r.it);
    END LOOP;
  END LOOP;
END $$;"""
"""Sequences of columns and types of tables go with their tables."""
_TABLES: Final[Mapping[Rights, str]] = {"read": "SELECT", "write": "SELECT, INSERT, UPDATE, DELETE"}
_SEQUENCES: Final[Mapping[Rights, str]] = {"read": "SELECT", "write": "SELECT, USAGE"}


def _postgres_grants(name: str, user: UserArgs, owner: str | None) -> Iterator[str]:
    """Grant what there is, and what the master user and the owner make from now on; take back what it had beyond that."""
    tables, sequences = _TABLES[user.rights], _SEQUENCES[user.rights]
    yield f'REVOKE CREATE ON DATABASE :"DBNAME" FROM "{name}";'
    own = _NOT_OF_AN_EXTENSION.format(catalog="pg_class")
    yield _GRANTED.format(name=name, schemas=_SCHEMAS, own=own, tables=tables, sequences=sequences)
    for maker in ("CURRENT_USER", *([f'"{owner}"'] if owner else [])):
        start = f"ALTER DEFAULT PRIVILEGES FOR ROLE {maker}"
        yield f'{start} GRANT USAGE ON SCHEMAS TO "{name}";'
        for kind, granted in (("TABLES", tables), ("SEQUENCES", sequences)):
            yield f'{start} REVOKE ALL ON {kind} FROM "{name}";'
            yield f'{start} GRANT {granted} ON {kind} TO "{name}";'
    yield _NO_OWNER.format(name=name)


_GRANTED: Final = """DO $$
DECLARE s name; r record;
BEGIN
  FOR s IN {schemas} LOOP
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM "{name}"', s);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO "{name}"', s);
    FOR r IN SELECT o.oid::regclass AS it, o.relkind = 'S' AS counts FROM pg_class o WHERE o.relnamespace = quote_ident(s)::regnamespace
      AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_has_role(current_user, o.relowner, 'USAGE') AND {own} LOOP
      IF r.counts THEN
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM "{name}"', r.it);
        EXECUTE format('GRANT {sequences} ON SEQUENCE %s TO "{name}"', r.it);
      ELSE
        EXECUTE format('REVOKE ALL ON TABLE %s FROM "{name}"', r.it);
        EXECUTE format('GRANT {tables} ON TABLE %s TO "{name}"', r.it);
      END IF;
    END LOOP;
  END LOOP;
END $$;"""
_NO_OWNER: Final = """DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_auth_members WHERE roleid = '"{name}"'::regrole AND member = current_user::regrole AND grantor = current_user::regrole
  ) THEN
    REVOKE "{name}" FROM CURRENT_USER;
  END IF;
END $$;"""
"""One that was the owner before is the master user's to speak for no more."""
_LOCKED: Final = """DO $$
DECLARE r name;
BEGIN
  FOR r IN SELECT rolname FROM pg_roles WHERE rolcanlogin AND shobj_description(oid, 'pg_authid') LIKE 'slipway: %' AND rolname NOT IN ({named}) LOOP
    EXECUTE format('ALTER ROLE %I NOLOGIN', r);
    RAISE WARNING '% logs in no more', r;
  END LOOP;
END $$;"""
"""Users that were made once and are wanted no more keep what they own, and are shut out."""


_MYSQL_RIGHTS: Final[Mapping[Rights, str]] = {
    "read": "SELECT, SHOW VIEW",
    "write": "SELECT, INSERT, UPDATE, DELETE, EXECUTE, SHOW VIEW, CREATE TEMPORARY TABLES, LOCK TABLES",
    "owner": "ALL PRIVILEGES",
}


def _mysql(database: str, users: Mapping[str, UserArgs]) -> Iterator[str]:
    yield "set -eu"
    yield (
        'client() { mysql --host="$DATABASE_HOST" --port="$DATABASE_PORT" --user="$DATABASE_USER" --ssl-mode=REQUIRED --connect-timeout=10'
        ' --batch --raw --skip-column-names "$@"; }'
    )
    yield _PATIENCE % 'client --execute="SELECT 1"'
    yield "{"
    for name, user in sorted(users.items()):
        yield from _mysql_user(database, name, user)
    yield "} | client"
    named = ", ".join(f"'{name}'" for name in sorted(users))
    # What there is beyond that is taken back by statements which the server writes.
    yield "client <<'SQL' | client"
    for name, user in sorted(users.items()):
        if user.rights != "owner":
            wanted = ", ".join(f"'{one}'" for one in _MYSQL_RIGHTS[user.rights].split(", "))
            yield _BEYOND.format(name=name, wanted=wanted)
    yield _TAKEN_OUT.format(named=named)
    yield "SQL"
    for name, user in sorted(users.items()):
        yield f"echo '{name}: {user.rights}, by {user.login}'"


_BEYOND: Final = (
    "SELECT CONCAT('REVOKE ', privilege_type, ' ON `', table_schema, '`.* FROM ''{name}''@''%'';') FROM information_schema.schema_privileges"
    " WHERE grantee = '''{name}''@''%''' AND privilege_type NOT IN ({wanted});"
)
_TAKEN_OUT: Final = (
    "SELECT CONCAT('ALTER USER ', QUOTE(user), '@', QUOTE(host), ' ACCOUNT LOCK;') FROM information_schema.user_attributes"
    " WHERE JSON_EXTRACT(attribute, '$.slipway') IS NOT NULL AND user NOT IN ({named});"
)


def _mysql_user(database: str, name: str, user: UserArgs) -> Iterator[str]:
    account = f"'{name}'@'%%'"
    for statement in ("CREATE USER IF NOT EXISTS", "ALTER USER"):
        if user.login == "password":
            how = "IDENTIFIED WITH caching_sha2_password BY '%s' REQUIRE SSL"
            yield f'printf "{statement} {account} {how};\\n" "${variable(name)}"'
        else:
            yield f"printf \"{statement} {account} IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS' REQUIRE SSL;\\n\""
    # Underscores stand for any letter there.
    pattern = database.replace("_", r"\_")
    yield "cat <<'SQL'"
    yield f"ALTER USER '{name}'@'%' ACCOUNT UNLOCK ATTRIBUTE '{{\"slipway\": \"{user.rights}\"}}';"
    yield f"GRANT {_MYSQL_RIGHTS[user.rights]} ON `{pattern}`.* TO '{name}'@'%';"
    yield "SQL"
