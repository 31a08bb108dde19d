"""The users of the database that the program makes."""

from __future__ import annotations

from components._pull_through import may_be_cached
from components._user_statements import UserArgs
from components.cluster import Cluster
from components.database_users import UsersTaskArgs
from components.existing_network import AnyNetwork
from settings import derived
from wiring import containers
from wiring.context import StackContext
from wiring.network import task_subnets


def args(context: StackContext, network: AnyNetwork, cluster: Cluster) -> UsersTaskArgs | None:
    """Return the users and the task that makes them, or None where the stack file names none."""
    settings, database = context.settings, context.settings.database
    if database is None or not database.users:
        return None
    image = derived.users_image(database)
    repositories = [arn for arn in (containers.repository_arn(image),) if arn]
    endpoints = derived.endpoints(settings)
    return UsersTaskArgs(
        users={name: UserArgs(rights=user.rights, login=user.login) for name, user in database.users.items()},
        image=image,
        repository_arns=repositories,
        cached_repository_arns=list(may_be_cached(repositories)),
        family=derived.users_family(settings),
        log_group_name=f"/ecs/{derived.users_family(settings)}",
        cluster_arn=cluster.arn,
        subnet_ids=task_subnets(context, network),
        public_ip=settings.network.tasks == "public",
        profile=settings.aws.profile,
        assume_role_arns=derived.role_arns(settings),
        endpoints={name: endpoints[name] for name in ("ecs", "sts") if name in endpoints},
    )
