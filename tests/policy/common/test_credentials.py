import pytest

from policy.common import credentials

HARMLESS = {
    "AUTH0_DOMAIN": "shop.eu.auth0.com", "FIREBASE_AUTH_DOMAIN": "shop.firebaseapp.com", "AUTHOR": "Jane Doe", "BYPASS_PATHS": "/health",
    "COMPASS_REGION": "eu-central", "SENTRY_DSN": "https://0123456789abcdef0123456789abcdef@o1.ingest.us.sentry.io/7654321",
    "OAUTH_SCOPES": "openid email", "OIDC_AUTHORITY": "login.example", "AUTHORIZED_DOMAINS": "a.example", "AUTH_BACKEND": "django.contrib.auth",
    "PASSENGER_APP_ENV": "production", "PASSTHROUGH_HEADERS": "X-A", "WEBAUTHN_RP": "shop.example.com", "COGNITO_AUTH_FLOW": "USER_SRP_AUTH",
    "AUTH0_AUDIENCE": "api", "GITHUB_OAUTH_CALLBACK": "https://x.example/y", "DB_DSN": "postgres://db:5432/x", "PASSWORD_RESET_TIMEOUT": "3600",
    "TOKENS_PER_MINUTE": "4000", "TOKEN_REFRESH_INTERVAL": "300", "TOKEN_BUCKET_CAPACITY": "100", "MAX_PASSWORD_ATTEMPTS": "5",
    "PASSWORD_EXPIRE_AFTER": "90", "TOKEN_LEEWAY": "30", "OPENAI_MAX_TOKENS": "1000", "TOKENIZER": "cl100k_base", "SMTP_AUTH": "login",
    "DB_PASSWORD_FILE": "/run/secrets/db", "SORT_KEY": "createdAt", "SESSION_KEY": "sessionid", "CACHE_KEY": "abc12345678", "KEY": "orders",
    "S3_KEY": "exports/2024/file.csv", "JWT_PUBLIC_KEY": "abc123abc123abc123", "DB_PASSWORD": "${database.password}", "MONKEY": "george12345",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_abcdefghijkl", "CSRF_COOKIE_SECURE": "true", "USE_IAM_AUTH": "true", "API_KEY_HEADER": "X-Api-Key",
    "NEXT_PUBLIC_MAPS_API_KEY": "whatever123456", "PROXY_PASS": "upstream", "ROUTING_KEY": "order.created", "TOKEN_SERVER": "https://auth.example",
}  # fmt: skip
SECRET = {
    "RAILS_MASTER_KEY": "0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c", "APP_KEY": "base64:q7Yk2mF9pLr4tVbX8sHdJ3nWcE6uZ1aKgPoIiUyTrEw=",
    "FERNET_KEY": "q7Yk2mF9pLr4tVbX8sHdJ3nWcE6uZ1aKgPoIiUyTrEw=", "NEW_RELIC_LICENSE_KEY": "abc", "SESSION_KEY": "kd83hf73hf83", "HMAC_KEY": "x",
    "DB_PW": "hunter2", "DD_APP_KEY": "foo", "AZURE_STORAGE_ACCOUNT_KEY": "9fK3jf83hfks8", "AMPLITUDE_KEY": "0123456789abcdef0123456789abcdef",
    "COOKIES_KEY": "asdf8923hfkjsd", "FLAGSMITH_KEY": "ser.8fhskdf8h3kf", "AUTHENTICATED_SYSTEM_KEY": "f93kf93kf93k", "DB_PASSWORD": "hunter2",
    "REDIS_AUTH": "abcd", "DB_PASS": "x", "PGPASSWORD": "foo", "SECRET_KEY_BASE": "abc", "AWS_ACCESS_KEY_ID": "foo", "PASSWORD_MAIN": "foo",
    "MYSQL_ROOT_PASSWORD": "12345678", "apiKey": "foo", "github-token": "foo", "JWT_SECRET_OLD": "foo", "API_KEY_2": "foo",
}  # fmt: skip
CREDENTIALS = (
    "sk-proj-abcdefghijklmnopqrstuvwxyz012345", "sk_test_abcdefghij", "AccountName=a;AccountKey=abcdefghijklmnopqrstuvwxyz==;",
    "postgres://u:p@db/x", "host=db password=hunter2 user=x", "Server=db;User Id=u;Password=hunter2;", "AKIAABCDEFGHIJKLMNOP", "glpat-abcdefghijklmnopqrst",
    "-----BEGIN PRIVATE KEY-----\nMIIE", "xoxb-1234567890-abcdef", "whsec_abcdefghijklmnopqrst",
)  # fmt: skip
NO_CREDENTIALS = (
    "https://u@example.com/x", "postgres://u:${password}@db", "postgres://u:{password}@db", "pk_live_abcdefghijkl", "task-definition", "sk-eu-west",
    "password=$PASSWORD", "^password=.*$", "AKIA is how ids begin", "eyJ",
)  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_sounds_like_a_secret_passes(name: str) -> None:
    assert not credentials.looks_secret(name, HARMLESS[name])


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_is_told_by_its_name(name: str) -> None:
    assert credentials.looks_secret(name, SECRET[name])


@pytest.mark.parametrize("value", CREDENTIALS)
def test_a_credential_is_told_by_its_value_and_redacted(value: str) -> None:
    assert credentials.looks_secret("PLAIN", value) == "has a value that looks like a credential"
    assert credentials.redacted(f"it is {value} there") != f"it is {value} there"


@pytest.mark.parametrize("value", NO_CREDENTIALS)
def test_what_is_no_credential_is_none(value: str) -> None:
    assert not credentials.is_credential(value)


@pytest.mark.parametrize(
    "value",
    [
        "https://hooks.slack.com/services/T00000000/B00000000/abcdefghij",
        "https://events.pagerduty.com/integration/0123456789abcdef0123456789abcdef/enqueue",
    ],
)
def test_an_address_that_is_a_key_by_itself_is_a_secret_variable(value: str) -> None:
    assert credentials.looks_secret("ALERTS", value)
    assert not credentials.is_credential(value)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["mysql", "--password", "hunter2"], "password"),
        (["sh", "-c", "DB_PASSWORD=hunter2 ./run"], "DB_PASSWORD"),
        (["app", "--api-key=abc"], "api-key"),
        (["app", "postgres://u:p@db/x"], "a credential"),
        (["gunicorn", "--bind=0.0.0.0:80", "--max-tokens", "5"], ""),
        (["run", "--password-file", "/run/x"], ""),
        (["sh", "-c", "PGPASSWORD=$PW psql"], ""),
        (["login", "--password", "--verbose"], ""),
    ],
)
def test_a_command_gives_no_secret_in_clear(words: list[str], named: str) -> None:
    said = credentials.in_command(words)
    assert named in said
    assert bool(said) is bool(named)


@pytest.mark.parametrize(
    "text", ["://" * 200_000, "-----BEGIN " * 50_000, "eyJ" * 200_000, "password=" * 50_000, "A" * 500_000]
)
def test_searches_of_long_texts_come_to_an_end(text: str) -> None:
    """A pattern whose repetitions have no bounds would never."""
    assert credentials.is_credential(text) in {True, False}
    assert isinstance(credentials.looks_secret("DB_KEY", text), str)
