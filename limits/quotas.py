"""How much of something AWS takes: sizes of documents, and numbers of things in others.

Sources: the service quotas of IAM, ECS, Lambda, Elastic Load Balancing, Route 53, VPC and Application Auto Scaling, November 2026.
"""

from __future__ import annotations

from typing import Final

INLINE_POLICY_CHARACTERS: Final = 10_240
"""Characters of all inline policies of a role together, without white space. Fixed."""
TASK_DEFINITION_BYTES: Final = 65_536
"""Size of a task definition. Fixed."""
CONTAINERS_PER_TASK: Final = 10
"""Containers in a task definition. Fixed."""
FUNCTION_VARIABLES_BYTES: Final = 4_096
"""Size of all environment variables of a function. Fixed."""
TARGET_GROUPS_PER_BALANCER: Final = 100
"""Target groups that an application load balancer leads to. Fixed."""
SCHEDULED_ACTIONS_PER_TARGET: Final = 200
"""Scheduled actions of a scalable target. Fixed."""
HEALTH_CHECK_TAGS: Final = 10
"""Tags on a Route 53 health check. Fixed."""
USUAL_RULES_PER_BALANCER: Final = 100
"""Rules of a load balancer beside the listeners' own, until AWS is asked for more."""
USUAL_RULES_PER_GROUP: Final = 60
"""Rules of a security group in one direction, until AWS is asked for more."""
