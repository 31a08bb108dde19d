# ruff: noqa: E501 - a case reads best on one line
"""Rules of settings.checks.container: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

import pytest

from tests.settings.checks.rules import NO_NAT, A, Case, F, W, evaluate, evaluate_among_others

LOGIN = {"keys": ["username", "password"]}

CASES: list[Case] = [
    ({f"{F}.image": {}}, "slipway:services.frontend.image: give repository with tag, digest or build, or uri", {f"{F}.image": {"uri": "ghcr.io/a/b:1"}}),
    ({f"{W}.image.uri": "ghcr.io/a/b:1"}, "slipway:services.worker.image: give uri alone, or repository with tag, digest or build", {f"{W}.image": {"uri": "ghcr.io/a/b:1"}}),
    ({f"{W}.image.build": {"context": "x"}}, "slipway:services.worker.image: 'storefront/worker' needs exactly one of tag, digest or build; tag and build given", {f"{W}.image": {"repository": "x/y", "build": {"context": "x"}}}),
    ({f"{W}.image.tag": "latest"}, "slipway:services.worker.image.tag: the tag 'latest' moves, so nobody can tell what runs or go back to it; use a commit or digest, or say allowMutableTag: true", {f"{W}.image": {"repository": "x/y", "tag": "latest", "allowMutableTag": True}}),
    ({f"{W}.image": {"uri": "localhost:5000/a/b"}}, "slipway:services.worker.image.uri: the tag 'latest' moves, so nobody can tell what runs or go back to it; use a commit or digest, or say allowMutableTag: true", {f"{W}.image": {"uri": "localhost:5000/a/b@sha256:" + "a" * 64}}),
    ({f"{W}.environment.DB_PASSWORD": "hunter2"}, "slipway:services.worker.environment.DB_PASSWORD: looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets; if it is none, say why in notSecret", {f"{W}.environment.DB_PASSWORD_FILE": "hunter2"}),
    ({f"{W}.environment.REDIS_AUTH": "abcd"}, "slipway:services.worker.environment.REDIS_AUTH: looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets; if it is none, say why in notSecret", {f"{W}.environment": {"MAX_TOKENS": "4096", "OPENAI_MAX_TOKENS": "1000", "TOKENIZER": "cl100k_base", "TOKENIZER_MODEL": "gpt2", "TOKEN_LIFETIME": "3600", "TOKEN_BUCKET_SIZE": "100", "PASSWORD_POLICY": "strong", "PASSWORD_HASH_ROUNDS": "12", "SECRETS_PROVIDER": "aws", "SECRETS_CACHE_SIZE": "10", "CREDENTIALS_MODE": "irsa", "API_KEYS_TABLE": "api-keys", "CSRF_TOKEN_COOKIE": "csrftoken", "ACCESS_TOKEN_VALIDITY": "15m", "SESSION_TOKEN_LIFETIME": "3600", "SMTP_AUTH": "login"}}),
    ({f"{W}.environment.CACHE_URL": "x"}, "slipway:services.worker.environment.CACHE_URL: is also in secrets; a variable has one source", {f"{W}.environment.CACHE_ADDRESS": "x"}),
    ({f"{W}.environment.X": "${databse.host}"}, "slipway:services.worker.environment.X: ${databse.host} stands for nothing; did you mean database.host?; allowed in ${}: app, environment, aws.region, domain.host, database.host, database.port, database.name, database.user, database.replicaHost, database.iamUsername, cache.host, cache.port, cache.name, cache.user, media.bucket, media.url, internalBalancer.url, internalBalancer.host, services.NAME.url, services.NAME.address, queues.NAME.url, queues.NAME.arn or image.tag", {f"{W}.environment.X": "a${database.host}b"}),
    ({f"{W}.environment.X": "${database.host"}, "slipway:services.worker.environment.X: a reference begins with ${ and has no end: close it with }", {f"{W}.environment.X": "a ${ b"}),
    ({f"{W}.environment.X": "${database.host}:${database.port"}, "slipway:services.worker.environment.X: a reference begins with ${ and has no end: close it with }", {f"{W}.environment.X": "${database.host}:${database.port}"}),
    ({f"{W}.environment.X": "${media.url}"}, "slipway:services.worker.environment.X: ${media.url} is out of this service's reach: add media to its uses", {f"{W}.environment.X": "${media.url}", f"{W}.uses": ["database", "cache", "media"]}),
    ({f"{F}.environment": {"X": "${image.tag}"}, f"{F}.image": {"uri": "a/b:1"}}, "slipway:services.frontend.environment.X: ${image.tag} needs an image with a tag", {f"{F}.environment": {"X": "${image.tag}"}}),
    ({f"{A}.secrets.SESSION_KEY": "storefront/session-kee"}, "slipway:services.api.secrets.SESSION_KEY: names no secret of this stack; did you mean storefront/session-key?; declare it in slipway:secrets (a value never belongs here)", {f"{A}.secrets.OTHER": "storefront/session-key"}),
    ({f"{A}.secrets.X": "database:pasword"}, "slipway:services.api.secrets.X: the database's secret has no such key; allowed: database:username or database:password", {f"{A}.secrets.X": "database:password"}),
    ({f"{F}.secrets": {"X": "database:password"}}, "slipway:services.frontend.secrets.X: database:password is of no use without a way to the database: add database to this service's uses", {f"{F}.secrets": {"X": "database:password"}, f"{F}.uses": ["database"]}),
    ({f"{A}.secrets.X": "storefront/payments:api_kee"}, "slipway:services.api.secrets.X: the secret storefront/payments has no such key; did you mean api_key?; its keys: api_key or webhook_secret", {f"{A}.secrets.X": "storefront/payments:webhook_secret"}),
    ({f"{A}.secrets.X": "storefront/payments"}, "slipway:services.api.secrets.X: the secret storefront/payments is a document; write storefront/payments:api_key, with one of its keys api_key or webhook_secret", {f"{A}.secrets.X": "storefront/session-key"}),
    ({f"{W}.healthCheck": "python"}, "slipway:services.worker.healthCheck: 'python' asks the service's port, and there is none: give port or a command", {f"{W}.healthCheck": {"command": ["CMD", "true"]}}),
    ({f"{W}.healthCheck": {"command": ["true"]}}, "slipway:services.worker.healthCheck.command: 'true' cannot come first; allowed: CMD or CMD-SHELL, then what to run; or python or curl alone", {f"{W}.healthCheck": {"command": ["CMD-SHELL", "true"]}}),
    ({f"{A}.healthCheck": {"command": ["curl"], "intervalSeconds": 5}}, "slipway:services.api.healthCheck.timeoutSeconds: 5 must be below the interval of 5 seconds", {f"{A}.healthCheck": {"command": ["curl"], "intervalSeconds": 5, "timeoutSeconds": 4}}),
    ({f"{W}.egress": [], f"{W}.image": {"uri": "ghcr.io/a/b:1"}}, "slipway:services.worker.image: is out of the tasks' reach: push it to an ECR repository in us-east-1 and name that, or let them out to HTTPS anywhere, through NAT", {f"{W}.egress": [], f"{W}.image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}}),
    ({**NO_NAT, f"{W}.image": {"uri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"}}, "slipway:services.worker.image: is out of the tasks' reach: push it to an ECR repository in us-east-1 and name that, or let them out to HTTPS anywhere, through NAT", {**NO_NAT, f"{W}.image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}}),
    ({f"{F}.image.credentials": "login", "slipway:secrets.login": LOGIN}, "slipway:services.frontend.image.credentials: are not for ECR, where the tasks' role is let in: leave them out", {f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": LOGIN}),
    ({f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}}, "slipway:services.frontend.image.credentials: names no secret of this stack; declare it in slipway:secrets with the keys username and password", {f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": {**LOGIN, "existing": "shared/login"}}),
    ({f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": {}}, "slipway:services.frontend.image.credentials: login needs the keys username and password: give it keys: [username, password]", {f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": LOGIN}),
    ({f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": {"existing": "/login"}}, "slipway:services.frontend.image.credentials: login is a parameter; ECS takes a login from Secrets Manager alone", {f"{F}.image": {"uri": "ghcr.io/a/b:1", "credentials": "login"}, "slipway:secrets.login": LOGIN}),
]  # fmt: skip
IDS = [message[:80] for _, message, _ in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule(case: Case) -> None:
    evaluate(case)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(case: Case) -> None:
    evaluate_among_others(case)
