"""What environment values and secrets may name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

REFERENCE: Final = re.compile(r"\$\{([^}]*)\}")
"""A reference in an environment value, such as `${database.host}`."""


SERVICE: Final = re.compile(r"services\.([^.]+)\.(url|address)")
"""A reference to another service."""


QUEUE: Final = re.compile(r"queues\.([^.]+)\.(url|arn)")
"""A reference to a queue."""


REFERENCES: Final[Mapping[str, str]] = {
    "app": "the application's name",
    "environment": "production, staging or development",
    "aws.region": "the region",
    "domain.host": "the application's host name",
    "database.host": "the database's address",
    "database.port": "the database's port",
    "database.name": "the name of the database inside",
    "database.user": "the database user to log in as: the service's databaseUser, or the master user",
    "database.replicaHost": "the address of its read replica",
    "database.iamUsername": "the database user to log in as with a token of IAM's",
    "cache.host": "the cache's address (in cluster mode its configuration endpoint)",
    "cache.port": "the cache's port",
    "cache.name": "the cache's name, which tokens of IAM's are for",
    "cache.user": "the cache's user to log in as: the service's cacheUser",
    "media.bucket": "the media bucket's name",
    "media.url": "where browsers find media, without a slash at the end",
    "internalBalancer.url": "the address of the internal load balancer, as https://HOST",
    "internalBalancer.host": "its first host name",
    "services.NAME.url": "the address of a service that the service calls, as http://NAME:PORT",
    "services.NAME.address": "the same without http://, as NAME:PORT",
    "queues.NAME.url": "the URL of a queue that the service names in sends or receives",
    "queues.NAME.arn": "its ARN",
    "image.tag": "the tag of this container's image",
}
"""What `${...}` may name in an environment value, and what it stands for."""


PART_SECRETS: Final[Mapping[str, Mapping[str, str]]] = {
    "database": {"username": "the master user", "password": "its password, which RDS keeps and changes"},
    "cache": {
        "token": "the token to log in with",
        "url": "address, port and token in one: rediss://...",
        "host": "the address",
        "port": "the port",
    },
}
"""Keys of the secrets that come with a part, and what is in them: `database:password`."""
