# ruff: noqa: E501 - a case reads best on one line
"""Rules between settings: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

import settings
from policy.common import versions
from settings import checks, derived
from tests.settings.files import GONE, changed, mistakes

A, W, F = "slipway:services.api", "slipway:services.worker", "slipway:services.frontend"
SECRET = "slipway:secrets|storefront/session-key"
SIDECAR = {"image": {"uri": "public.ecr.aws/x/agent:1.2"}}
B = "slipway:loadBalancer"
CDN: dict[str, Any] = {"slipway:cdn": {}, B: {}}
ALONE: dict[str, Any] = {
    "slipway:domain": {"enabled": False},
    "slipway:healthCheck": {"enabled": False},
    "slipway:media.cdn": {},
}
NO_NAT: dict[str, Any] = {
    "slipway:network.nat": "none",
    "slipway:network.endpoints": ["ecr", "ecs", "logs", "secretsmanager"],
}

CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"slipway:tags.Environment": "x"}, "slipway:tags.Environment: 'Environment' is there already: the program sets it; choose another key", {"slipway:tags.Stage": "x"}),
    ({"slipway:tags.Owner": "x"}, "slipway:tags.Owner: 'Owner' is there already: as 'owner'; choose another key", {"slipway:tags.Owners": "x"}),
    ({"slipway:network.zones": ["us-east-1a"]}, "slipway:network.zones: 1 zone given; two to six are needed, because load balancers and databases span two", {"slipway:network.zones": ["us-east-1a", "us-east-1f"]}),
    ({"slipway:network.zones": ["us-east-1a", "us-east-1a"]}, "slipway:network.zones: us-east-1a, us-east-1a names a zone twice", {"slipway:network.zones": ["us-east-1a", "us-east-1b", "us-east-1c"]}),
    ({"slipway:network.zones": ["us-east-1a", "eu-west-1b"]}, "slipway:network.zones[1]: 'eu-west-1b' is not a zone of us-east-1; its zones are us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e or us-east-1f", {"slipway:network.zones": ["us-east-1a", "us-east-1b"]}),
    ({"slipway:network.endpoints": ["ecr", "s4"]}, "slipway:network.endpoints[1]: 's4' is not an endpoint; allowed: ecr, logs, secretsmanager, monitoring, kms, sts, ssm, ssmmessages, sqs, sns, events, ecs or xray", {"slipway:network.endpoints": ["ecr", "sqs"]}),
    ({"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs"]}, "slipway:network.nat: without NAT tasks cannot start: add logs and secretsmanager to network.endpoints, or use single or perZone", {"slipway:network.nat": "none", "slipway:network.endpoints": ["ecr", "ecs", "logs", "secretsmanager"]}),
    ({f"{W}.name": "same", f"{F}.name": "same", f"{W}.family": "w"}, "slipway:services.frontend.name: 'same' is also that of services.worker; each needs its own", {f"{W}.name": "same", f"{F}.name": "other"}),
    ({f"{W}.family": "same", f"{F}.family": "same", f"{W}.logGroup": "a"}, "slipway:services.frontend.family: 'same' is also that of services.worker; each needs its own", {f"{W}.family": "same", f"{F}.family": "other"}),
    ({f"{W}.logGroup": "/same", f"{F}.logGroup": "/same"}, "slipway:services.frontend.logGroup: '/same' is also that of services.worker; each needs its own", {f"{W}.logGroup": "/same"}),
    ({"slipway:domain.zone": "example.com"}, "slipway:domain: give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both", {"slipway:domain.zone": "example.com", "slipway:domain.zoneId": GONE}),
    ({"slipway:domain.zoneId": GONE}, "slipway:domain: give zoneId or zone, the id or the name of the Route 53 hosted zone, and not both", {}),
    ({"slipway:domain.zoneId": GONE, "slipway:domain.zone": "example.com", "slipway:domain.alternativeHosts": ["notexample.com"]}, "slipway:domain.alternativeHosts[0]: 'notexample.com' is not inside the zone example.com", {"slipway:domain.alternativeHosts": ["*.shop.example.com"]}),
    ({"slipway:domain.alternativeHosts": ["shop.example.com"]}, "slipway:domain.alternativeHosts[0]: names 'shop.example.com' again, as domain.host does", {"slipway:domain.alternativeHosts": ["www.example.com"]}),
    ({"slipway:loadBalancer.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}, "slipway:loadBalancer.certificateArn: the domain brings a certificate of its own: leave certificateArn out", {"slipway:loadBalancer.certificateArn": None}),
    ({"slipway:cdn": {}}, "slipway:loadBalancer.waf: behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead", {"slipway:cdn": {"waf": {}}, "slipway:loadBalancer": {}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api/", "limit": 50}]}}, "slipway:loadBalancer.waf.rateLimits: '/api/' is there twice; each path has one limit", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/api/*", "limit": 100}, {"path": "/api", "limit": 50}]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(10)]}}, "slipway:loadBalancer.waf.rateLimits: 10 given; at most 9", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": f"/{n}", "limit": 100} for n in range(9)]}}),
    ({"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 2000, "windowSeconds": 60}]}}, "slipway:loadBalancer.waf.rateLimits[0].limit: 2000 per 60 seconds is never reached: loadBalancer.waf.rateLimit blocks an address at 2000 per 300", {"slipway:loadBalancer.waf": {"rateLimits": [{"path": "/", "limit": 1999, "windowSeconds": 60}]}}),
    ({"slipway:cdn": {"waf": {"rateLimit": 100, "rateLimits": [{"path": "/", "limit": 200, "windowSeconds": 600}]}}, "slipway:loadBalancer": {}}, "slipway:cdn.waf.rateLimits[0].limit: 200 per 600 seconds is never reached: cdn.waf.rateLimit blocks an address at 100 per 300", {"slipway:cdn": {"waf": {"rateLimit": 100, "rateLimits": [{"path": "/", "limit": 199, "windowSeconds": 600}]}}, "slipway:loadBalancer": {}}),
    ({"slipway:database.version": "10"}, "slipway:database.version: '10' is not a postgres version RDS creates; allowed: 14, 15, 16, 17 or 18, alone or with a minor version; under Extended Support 11, 12 or 13", {"slipway:database.version": "17.11"}),
    ({"slipway:database.username": "admin"}, "slipway:database.username: 'admin' is reserved by postgres on RDS; choose another", {"slipway:database.username": "abcdefghijklmnop"}),
    ({"slipway:database.databaseName": "template1"}, "slipway:database.databaseName: 'template1' is reserved by postgres on RDS; choose another", {"slipway:database.databaseName": "expense_settlement"}),
    ({"slipway:database.iops": 3000}, "slipway:database.iops: gp3 storage under 400 GiB has fixed 3000 iops: leave iops out", {"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.iops": 12000}),
    ({"slipway:database.storageType": "io2", "slipway:database.storageGib": 100}, "slipway:database.iops: io2 storage needs iops; allowed: 1000 to 100000 with 100 GiB", {"slipway:database.storageType": "io2", "slipway:database.storageGib": 100, "slipway:database.iops": 1000}),
    ({"slipway:database.engine": "mysql", "slipway:database.version": "8.4", "slipway:database.instanceClass": "db.t3.micro"}, "slipway:database.insightsDays: Performance Insights does not exist for mysql on db.t3.micro; switch it off or take a medium class", {"slipway:database.engine": "mysql", "slipway:database.version": "8.4", "slipway:database.instanceClass": "db.t3.micro", "slipway:database.insightsDays": None}),
    ({"slipway:database.backupWindow": "04:15-05:00"}, "slipway:database.backupWindow: the backup window 04:15-05:00 overlaps the maintenance window sun:04:30-sun:05:30", {"slipway:database.backupWindow": "03:30-04:30"}),
    ({"slipway:cache.version": "7.1"}, "slipway:cache.version: '7.1' is not a valkey version ElastiCache creates; allowed: 7.2, 8.0, 8.1, 8.2, 9.0 or 9.1", {"slipway:cache.version": "8.2"}),
    ({"slipway:cache.engine": "redis", "slipway:cache.version": "7.1", "slipway:cache.nodeType": "cache.r8g.large"}, "slipway:cache.nodeType: cache.r8g.large runs valkey, not redis; allowed for redis: c7gn, m5, m6g, m7g, r5, r6g, r6gd, r7g, t3 or t4g", {"slipway:cache.nodeType": "cache.r8g.large"}),
    ({"slipway:cache.multiAz": True, "slipway:cache.replicas": 0}, "slipway:cache.multiAz: a second zone needs a replica to stand in it: set replicas to 1 or more", {"slipway:cache.multiAz": False, "slipway:cache.replicas": 0}),
    ({"slipway:cache.shards": 46}, "slipway:cache.shards: 92 nodes are too many; shards x (1 + replicas) may be at most 90", {"slipway:cache.shards": 45}),
    ({"slipway:media.cdn.host": "shop.example.com"}, "slipway:media.cdn.host: 'shop.example.com' already leads to the application (domain.host); media needs a host of its own", {"slipway:media.cdn.host": "m.example.com"}),
    ({"slipway:domain.zoneId": GONE, "slipway:domain.zone": "example.com", "slipway:media.cdn.host": "a.example.org"}, "slipway:media.cdn.host: 'a.example.org' is not inside the zone example.com", {"slipway:media.cdn.host": "a.example.com"}),
    ({"slipway:secrets.database": {}}, "slipway:secrets.database: 'database' is what the database's own secret is called; choose another name", {"slipway:secrets.databases": {}}),
    ({"slipway:protection": {"secretRecoveryDays": 3}}, "slipway:protection.secretRecoveryDays: 3 is not a recovery window Secrets Manager has; allowed: 0 or 7 to 30", {"slipway:protection": {"secretRecoveryDays": 7}}),
    ({f"{A}.memoryMib": 8192}, "slipway:services.api.memoryMib: 8192 MiB does not go with cpu 512; allowed: 1024 to 4096 in steps of 1024 MiB", {f"{A}.memoryMib": 4096}),
    ({f"{A}.cpu": 500}, "slipway:services.api.cpu: cpu 500 is not a Fargate size; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768", {f"{A}.cpu": 256}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "cpu": 512}}, "slipway:services.api.sidecars: the sidecars' cpu of 512 leaves nothing of the task's 512 for the service", {f"{A}.sidecars.agent": {**SIDECAR, "cpu": 256}}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "memoryMib": 1024}}, "slipway:services.api.sidecars: the sidecars' memoryMib of 1024 leaves nothing of the task's 1024 for the service", {f"{A}.sidecars.agent": {**SIDECAR, "memoryMib": 512}}),
    ({f"{F}.image": {}}, "slipway:services.frontend.image: give repository with tag, digest or build, or uri", {f"{F}.image": {"uri": "ghcr.io/a/b:1"}}),
    ({f"{W}.image.uri": "ghcr.io/a/b:1"}, "slipway:services.worker.image: give uri alone, or repository with tag, digest or build", {f"{W}.image": {"uri": "ghcr.io/a/b:1"}}),
    ({f"{W}.image.build": {"context": "x"}}, "slipway:services.worker.image: 'storefront/worker' needs exactly one of tag, digest or build; tag and build given", {f"{W}.image": {"repository": "x/y", "build": {"context": "x"}}}),
    ({f"{W}.image.tag": "latest"}, "slipway:services.worker.image.tag: the tag 'latest' moves, so nobody can tell what runs or go back to it; use a commit or digest, or say allowMutableTag: true", {f"{W}.image": {"repository": "x/y", "tag": "latest", "allowMutableTag": True}}),
    ({f"{W}.image": {"uri": "localhost:5000/a/b"}}, "slipway:services.worker.image.uri: the tag 'latest' moves, so nobody can tell what runs or go back to it; use a commit or digest, or say allowMutableTag: true", {f"{W}.image": {"uri": "localhost:5000/a/b@sha256:" + "a" * 64}}),
    ({f"{W}.environment.DB_PASSWORD": "hunter2"}, "slipway:services.worker.environment.DB_PASSWORD: looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets; if it is none, say why in notSecret", {f"{W}.environment.DB_PASSWORD_FILE": "hunter2"}),
    ({f"{W}.environment.REDIS_AUTH": "abcd"}, "slipway:services.worker.environment.REDIS_AUTH: looks like a secret in clear text: declare it in slipway:secrets and name it in the service's secrets; if it is none, say why in notSecret", {f"{W}.environment": {"MAX_TOKENS": "4096", "OPENAI_MAX_TOKENS": "1000", "TOKENIZER": "cl100k_base", "TOKENIZER_MODEL": "gpt2", "TOKEN_LIFETIME": "3600", "TOKEN_BUCKET_SIZE": "100", "PASSWORD_POLICY": "strong", "PASSWORD_HASH_ROUNDS": "12", "SECRETS_PROVIDER": "aws", "SECRETS_CACHE_SIZE": "10", "CREDENTIALS_MODE": "irsa", "API_KEYS_TABLE": "api-keys", "CSRF_TOKEN_COOKIE": "csrftoken", "ACCESS_TOKEN_VALIDITY": "15m", "SESSION_TOKEN_LIFETIME": "3600", "SMTP_AUTH": "login"}}),
    ({f"{W}.environment.CACHE_URL": "x"}, "slipway:services.worker.environment.CACHE_URL: is also in secrets; a variable has one source", {f"{W}.environment.CACHE_ADDRESS": "x"}),
    ({f"{W}.environment.X": "${databse.host}"}, "slipway:services.worker.environment.X: ${databse.host} stands for nothing; did you mean database.host?; allowed in ${}: app, environment, aws.region, domain.host, database.host, database.port, database.name, database.replicaHost, database.iamUsername, cache.host, cache.port, media.bucket, media.url or image.tag", {f"{W}.environment.X": "a${database.host}b"}),
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
    ({f"{A}.health.timeoutSeconds": 30}, "slipway:services.api.health.timeoutSeconds: 30 must be below the interval of 30 seconds", {f"{A}.health.timeoutSeconds": 29}),
    ({f"{F}.tasks.count": 1}, "slipway:services.frontend.tasks: give count alone, or min and max", {f"{F}.tasks": {"count": 1}}),
    ({f"{F}.tasks.max": GONE}, "slipway:services.frontend.tasks: give min and max, or count", {f"{F}.tasks.max": 5}),
    ({f"{F}.tasks.desired": 9}, "slipway:services.frontend.tasks: min 2, desired 9 and max 4 must not decrease in this order", {f"{F}.tasks.desired": 4}),
    ({f"{A}.tasks": {"count": 2}}, "slipway:services.api.scaling: a fixed count does not scale: give tasks.min and tasks.max", {f"{A}.tasks": {"count": 2}, f"{A}.scaling": GONE}),
    ({f"{A}.tasks": {"min": 2, "max": 2}}, "slipway:services.api.scaling: min and max are both 2: nothing to scale between", {f"{A}.tasks": {"min": 2, "max": 3}}),
    ({f"{A}.scaling": {"targets": {}}}, "slipway:services.api.scaling: give targets or steps with a metric, or leave scaling out for CPU at 70 %", {f"{A}.scaling": {"targets": {"memoryPercent": 70}}}),
    ({f"{W}.scaling": {"targets": {"requestsPerMinute": 5}}}, "slipway:services.worker.scaling.targets.requestsPerMinute: only a service with a route gets requests", {f"{W}.scaling": {"targets": {"cpuPercent": 5}}}),
    ({f"{W}.scaling.steps.cpuPercent.down": 70}, "slipway:services.worker.scaling.steps.cpuPercent: down 70 must be below up 70", {f"{W}.scaling.steps.cpuPercent.down": 69}),
    ({f"{W}.scaling.targets": {"cpuPercent": 50}}, "slipway:services.worker.scaling.steps.cpuPercent: is also a target; one metric scales in one way", {f"{W}.scaling.targets": {"memoryPercent": 50}}),
    ({f"{F}.route": {"paths": ["/x"], "priority": 100}}, "slipway:services.frontend.route.priority: 100 is also the priority of services.api; each needs its own", {f"{F}.route": {"paths": ["/x"], "priority": 101}}),
    ({f"{A}.route": {"default": True}}, "slipway:services.frontend.route.default: services.api is the default already; there can be one", {f"{A}.route": {"default": True}, f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route": {"paths": ["/api/*"], "priority": 101}}, "slipway:services.frontend.route: services.api gets the same requests; only one of the two would be used", {f"{F}.route": {"paths": ["/api/x"], "priority": 99}}),
    ({f"{F}.port": GONE}, "slipway:services.frontend.route: requests need a port to go to: give port", {f"{F}.port": 1}),
    ({f"{F}.route": {}}, "slipway:services.frontend.route: give paths, hosts or default: true", {f"{F}.route": GONE, f"{F}.health": GONE}),
    ({f"{F}.route.priority": 5}, "slipway:services.frontend.route: the default service gets what is left over: leave paths, hosts and priority out", {f"{F}.route.priority": None}),
    ({f"{A}.route.priority": GONE}, "slipway:services.api.route: missing priority: the order among services, 1 to 50000", {f"{A}.route.priority": 1}),
    ({f"{A}.route.paths": ["/a/*", "/b/*", "/c/*"]}, "slipway:services.api.route: 6 values to match are too many for one rule; at most 5 (a path that ends in /* counts twice): take a common beginning, or write /api* for /api and /api/*, which counts once", {f"{A}.route.paths": ["/a/*", "/b/*", "/c"]}),
    ({f"{A}.route.hosts": ["www.example.com"]}, "slipway:services.api.route.hosts[0]: 'www.example.com' is on no certificate: add it to domain.alternativeHosts", {f"{A}.route.hosts": ["www.example.com"], "slipway:domain.alternativeHosts": ["*.example.com"]}),
    ({"slipway:domain.host": f"{'a' * 49}.shop.example.com"}, "slipway:domain.host: a text of 66 characters is longer than the 64 characters allowed", {"slipway:domain.host": f"{'a' * 47}.shop.example.com"}),
    ({**CDN, "slipway:domain.host": f"{'a' * 41}.shop.example.com"}, "slipway:cdn.originHost: a text of 65 characters is longer than the 64 characters allowed", {**CDN, "slipway:domain.host": f"{'a' * 40}.shop.example.com"}),
    ({"slipway:media.cdn.host": f"{'m' * 53}.example.com"}, "slipway:media.cdn.host: a text of 65 characters is longer than the 64 characters allowed", {"slipway:media.cdn.host": f"{'m' * 52}.example.com"}),
    ({**ALONE, f"{B}.certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}, f"{B}.certificateArn: the certificate is in eu-west-1; a load balancer in us-east-1 takes those of its own region", {**ALONE, f"{B}.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}),
    ({"slipway:database.parameters": {"rds.force_ssl": "0"}}, 'slipway:database.parameters["rds.force_ssl"]: the program sets it, to 1: leave it out', {"slipway:database.parameters": {"work_mem": "65536"}}),
    ({"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.throughputMibps": 3001}, "slipway:database.throughputMibps: 3001 MiB/s are too many for 12000 iops: at most a quarter of them, 3000", {"slipway:database.storageGib": 400, "slipway:database.maxStorageGib": 500, "slipway:database.throughputMibps": 3000}),
    ({"slipway:secrets.storefront-session-key": {}}, "slipway:secrets.storefront-session-key: 'storefront-session-key' and 'storefront/session-key' differ in punctuation or case at most; rename or remove one", {"slipway:secrets.storefront-session-key-2": {}}),
    ({"slipway:secrets.x": {"description": "d" * 2049}}, "slipway:secrets.x: description and keys have 2049 characters; at most 2048 are allowed", {"slipway:secrets.x": {"description": "d" * 2048}}),
    ({"slipway:secrets.=": {}}, 'slipway:secrets["="]: \'=\' has neither a letter nor a digit', {"slipway:secrets.=a": {}}),
    ({"slipway:registry": {"repositories": ["storefront-api"]}}, "slipway:registry.repositories: 'storefront/api' and 'storefront-api' differ in punctuation or case at most; rename or remove one", {"slipway:registry": {"repositories": ["storefront-apis", "storefront/api"]}}),
    ({"slipway:backup": {"at": "02:00"}}, "slipway:backup.at: 02:00 is within 03:00-04:00 or the hour before, when AWS Backup starts no backup of a database", {"slipway:backup": {"at": "01:59"}}),
    ({"slipway:backup": {"at": "05:29"}}, "slipway:backup.at: 05:29 is within sun:04:30-sun:05:30 or the hour before, when AWS Backup starts no backup of a database", {"slipway:backup": {"at": "05:30"}}),
    ({f"{A}.sidecars.api": SIDECAR}, "slipway:services.api.sidecars.api: 'api' is the service's own container; choose another name", {f"{A}.sidecars.apis": SIDECAR}),
    ({f"{A}.sidecars.agent": {**SIDECAR, "port": 8000}}, "slipway:services.api.sidecars.agent.port: 8000 is taken in this task; each container listens on a port of its own", {f"{A}.sidecars.agent": {**SIDECAR, "port": 8001}}),
    ({f"{A}.sidecars": {"a": {**SIDECAR, "port": 9}, "b": {**SIDECAR, "port": 9}}}, "slipway:services.api.sidecars.b.port: 9 is taken in this task; each container listens on a port of its own", {f"{A}.sidecars": {"a": {**SIDECAR, "port": 9}, "b": SIDECAR}}),
    ({f"{W}.egress": [{"port": 443}, {"port": 8443}, {"port": 8443}]}, "slipway:services.worker.egress[2]: 8443 to 0.0.0.0/0 is there already", {f"{W}.egress": [{"port": 443}, {"port": 8443}, {"port": 8443, "cidr": "198.51.100.0/24"}]}),
    ({f"{W}.health": {"path": "/x"}}, "slipway:services.worker.health: the load balancer asks only services with a route: leave it out", {f"{F}.health": {"path": "/x"}}),
    ({f"{W}.exec": True, f"{W}.readOnlyRoot": True}, "slipway:services.worker.readOnlyRoot: exec makes the filesystem writable: take one of the two out", {f"{W}.exec": True, f"{W}.readOnlyRoot": False}),
    ({f"{W}.egress": [], f"{W}.image": {"uri": "ghcr.io/a/b:1"}}, "slipway:services.worker.image: is out of the tasks' reach: push it to an ECR repository in us-east-1 and name that, or let them out to HTTPS anywhere, through NAT", {f"{W}.egress": [], f"{W}.image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}}),
    ({**NO_NAT, f"{W}.image": {"uri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"}}, "slipway:services.worker.image: is out of the tasks' reach: push it to an ECR repository in us-east-1 and name that, or let them out to HTTPS anywhere, through NAT", {**NO_NAT, f"{W}.image": {"uri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"}}),
    ({f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 149}}, "slipway:services.frontend.deployment.maximumPercent: 149 with minimumHealthyPercent 100 lets no task of 2 be replaced: give 150 or more, or a lower minimumHealthyPercent", {f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 150}}),
    ({f"{F}.tasks": {"count": 1}, f"{F}.deployment": {"maximumPercent": 100, "minimumHealthyPercent": 60}}, "slipway:services.frontend.deployment.maximumPercent: 100 with minimumHealthyPercent 60 lets no task of 1 be replaced: give 200 or more, or a lower minimumHealthyPercent", {f"{F}.tasks": {"count": 2}, f"{F}.deployment": {"maximumPercent": 100, "minimumHealthyPercent": 50}}),
    ({f"{A}.route.paths": ["/a*b*", "/c*d*", "/e?f*?"]}, "slipway:services.api.route: 7 wildcards (* and ?) are too many for one rule; at most 6", {f"{A}.route.paths": ["/a*b*", "/c*d*", "/e?f*"]}),
]  # fmt: skip

UNRELATED: dict[str, Any] = {
    "slipway:logs": {"customerKey": 5},
    "slipway:services.zz": {"image": 5, "prot": 1},
    "slipway:secrets.unrelated": {"rotateDays": "soon"},
    "slipway:protection.protect": "yes",
    "slipway:cache.snapshotDays": 99,
    "slipway:database.backupDays": 99,
    "slipway:services.api.stopSeconds": 1,
    "slipway:services.worker.stopSeconds": 1,
    "slipway:services.frontend.stopSeconds": 1,
}


@pytest.mark.parametrize(("breaking", "message", "twin"), CASES, ids=[message[:80] for _, message, _ in CASES])
def test_a_rule_between_settings(breaking: dict[str, Any], message: str, twin: dict[str, Any]) -> None:
    assert mistakes(changed(breaking)) == [message]
    assert mistakes(changed(twin)) == []


@pytest.mark.parametrize(("breaking", "message", "twin"), CASES, ids=[message[:80] for _, message, _ in CASES])
def test_is_told_together_with_mistakes_that_have_nothing_to_do_with_it(
    breaking: dict[str, Any], message: str, twin: dict[str, Any]
) -> None:
    assert twin is not None
    found = mistakes(changed({**UNRELATED, **breaking}))
    assert message in found
    assert len(found) >= len(UNRELATED)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("loadBalancer", ["slipway:domain: there is nothing to point it at: add slipway:loadBalancer", "slipway:services.api.route: requests come through the load balancer: add slipway:loadBalancer", "slipway:services.frontend.route: requests come through the load balancer: add slipway:loadBalancer", "slipway:alarms.errors5xxPercent: this stack has no load balancer: leave it out, or say null"]),
        ("domain", ["slipway:loadBalancer: it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn", "slipway:media.cdn.host: 'media.shop.example.com' needs a record: add slipway:domain with the zone it lives in", "slipway:healthCheck: there is no host to ask: add slipway:domain"]),
        ("media", ["slipway:services.api.environment.MEDIA_BUCKET: ${media.bucket} needs slipway:media, which this stack does not have", "slipway:services.api.environment.MEDIA_URL: ${media.url} needs slipway:media, which this stack does not have", "slipway:services.api.uses[2]: 'media' is not in this stack: add slipway:media"]),
        ("registry", [f"slipway:services.{key}.image.repository: 'storefront/{key}' is in no registry: add slipway:registry (`slipway:registry: {{}}` is enough), or give uri" for key in ("api", "worker", "frontend")]),
    ],
)  # fmt: skip
def test_a_part_that_others_need_is_missed(part: str, expected: list[str]) -> None:
    assert mistakes(changed({f"slipway:{part}": GONE})) == expected


def test_a_missing_part_s_secrets_are_missed() -> None:
    assert "slipway:services.worker.secrets.CACHE_URL: cache is not in this stack: add slipway:cache" in mistakes(
        changed({"slipway:cache": GONE, f"{W}.secrets.CACHE_URL": "cache:url"})
    )
    assert mistakes(changed({"slipway:cdn": {}, "slipway:domain": GONE, "slipway:loadBalancer": {}}))[:2] == [
        "slipway:loadBalancer: it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
        "slipway:cdn: CloudFront stands in front of the load balancer under the domain's name: add slipway:domain and slipway:loadBalancer",
    ]  # fmt: skip


def test_warnings() -> None:
    paid = {"engine": "mysql", "version": "8.0.46", "extendedSupport": True}
    parsed = settings.parse(changed({f"slipway:database.{name}": value for name, value in paid.items()}), "test")
    (warning,) = checks.warnings(parsed)
    assert str(warning) == (
        "slipway:database.version: standard support of mysql 8.0 ended on 2026-07-31: AWS charges Extended Support by vCPU and "
        "hour, more from the third year on, until 2029-07-31; use 8.4 or newer"
    )
    assert checks.warnings(settings.parse(changed({}), "test")) == []


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"slipway:tags": {}}, "slipway:tags: there is no owner among them, which the policy required-tags asks for in production"),
        ({"slipway:domain.alternativeHosts": [f"{n}.shop.example.com" for n in range(10)]}, "slipway:domain.alternativeHosts: 11 hosts on one certificate; AWS allows an account 10 until it is asked for more"),
        ({f"{W}.image": {"repository": "x/y", "build": {"context": "no/such"}}}, "slipway:services.worker.image.build.context: there is no folder 'no/such' here to build from"),
        ({f"{A}.sidecars.agent.image": {"repository": "x/y", "build": {"context": "no/such"}}}, "slipway:services.api.sidecars.agent.image.build.context: there is no folder 'no/such' here to build from"),
        ({"slipway:delivery": {"github": {"repository": "a/b", "branch": "main"}}}, "slipway:delivery.github.branch: whoever may push to this branch deploys, without anybody's approval: an environment with required reviewers is one"),
        ({"slipway:delivery.stateBucket": "storefront-tfstate"}, "slipway:delivery.stateBucket: no stateKeyArn is given: a passphrase, or whoever else holds the key, keeps the secrets in the state"),
        ({"slipway:delivery.previewReadsState": True}, "slipway:delivery.previewReadsState: whoever may push a branch reads the state, and every secret in it"),
        ({"slipway:delivery.boundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess"}, "slipway:delivery.boundaryArn: what this policy allows is not known here: it must allow what the stack's own boundary does (docs/security.md), or tasks fail at their start"),
        ({"slipway:database.version": "17.99"}, f"slipway:database.version: no postgres 17.99 was known when the table of versions was made ({versions.source('postgres')}); the newest then was 17.11"),
    ],
)  # fmt: skip
def test_warns_of(changes: dict[str, Any], warning: str) -> None:
    assert [str(found) for found in checks.warnings(settings.parse(changed(changes), "test"))] == [warning]


@pytest.mark.parametrize(
    "changes",
    [
        {"slipway:tags": {}, "slipway:environment": "staging"},
        {"slipway:domain.alternativeHosts": [f"{n}.shop.example.com" for n in range(9)]},
        {f"{W}.image": {"repository": "x/y", "build": {"context": "tests"}}},
    ],
)
def test_does_not_warn_of(changes: dict[str, Any]) -> None:
    assert checks.warnings(settings.parse(changed(changes), "test")) == []


def test_names() -> None:
    parsed = settings.parse(changed({"slipway:ownerId": "jane", f"{W}.name": "jobs"}), "test")
    api, worker = parsed.services["api"], parsed.services["worker"]
    assert derived.service_name(parsed, "api", api) == "api"
    assert derived.family(parsed, "api", api) == "storefront-production-jane-api"
    assert derived.log_group(parsed, "api", api) == "/ecs/storefront-production-jane-api"
    assert derived.family(parsed, "worker", worker) == "jobs"
    assert parsed.database is not None
    assert derived.database_name(parsed, parsed.database) == "storefront"
    assert parsed.cache is not None
    assert derived.cache_spans_zones(parsed.cache)
    assert not derived.cache_spans_zones(parsed.cache.model_copy(update={"replicas": 0}))
