"""The sections of a stack file. Field names are camelCase in the file; the descriptions become its JSON Schema and its documentation.

One module for each part of the stack; they know nothing of each other but for what stands inside of what.
"""

from settings.model.alarms import (
    AlarmLog,
    AlarmMetric,
    Alarms,
    MetricName,
    MutedWindow,
    Share,
)
from settings.model.backup import (
    Backup,
)
from settings.model.budget import (
    EMAIL,
    Budget,
)
from settings.model.cache import (
    Cache,
)
from settings.model.cache_users import CacheUser
from settings.model.cdn import (
    Cdn,
)
from settings.model.cluster import (
    Cluster,
)
from settings.model.container import (
    READY_CHECKS,
    Build,
    Container,
    HealthCheck,
    Image,
    Sidecar,
)
from settings.model.dashboard import (
    Dashboard,
)
from settings.model.database import (
    Database,
    DatabaseProxy,
    Readers,
    ReadReplica,
    RestoreFrom,
    Serverless,
)
from settings.model.database_users import (
    USER_IMAGES,
    DatabaseUser,
)
from settings.model.delivery import (
    Delivery,
    GitHub,
)
from settings.model.domain import (
    Domain,
)
from settings.model.encryption import EncryptedPart, Encryption
from settings.model.extension import Extension
from settings.model.hibernation import (
    Hibernation,
)
from settings.model.internal import (
    Internal,
)
from settings.model.internal_balancer import InternalBalancer
from settings.model.jobs import (
    Job,
)
from settings.model.load_balancer import (
    LoadBalancer,
    Redirect,
)
from settings.model.log_router import (
    LOG_ROUTER_IMAGE,
    LogRouter,
)
from settings.model.media_bucket import (
    MalwareScan,
    Media,
    MediaCdn,
    Replicate,
)
from settings.model.migration import (
    Migrate,
)
from settings.model.network import (
    Endpoint,
    ExistingNetwork,
    Network,
)
from settings.model.notifications import (
    Notify,
    Recipient,
)
from settings.model.observability import (
    Logs,
)
from settings.model.protection import (
    Protection,
)
from settings.model.provider import (
    Provider,
)
from settings.model.queues import (
    Queue,
)
from settings.model.registry import (
    Registry,
)
from settings.model.route import (
    FurtherRoute,
    Health,
    Route,
    RouteConditions,
    Smoke,
)
from settings.model.scaling import (
    QueueBacklog,
    Scaling,
    ScheduledRange,
    Step,
    Steps,
    Targets,
    Tasks,
)
from settings.model.secrets import (
    Secret,
)
from settings.model.section import (
    CERTIFICATE_ARN,
    Clock,
    Days,
    EcsName,
    EnvironmentName,
    Host,
    LogGroup,
    PartName,
    Percent,
    Port,
    PriceClass,
    Repository,
    RoleName,
    SecretName,
    Section,
    TagKey,
    Text,
    TimeZone,
)
from settings.model.service import (
    ACTION,
    ARN,
    Deployment,
    Egress,
    Permission,
    Service,
    Uses,
)
from settings.model.shared import (
    LAST_OWN_PRIORITY,
    OFFER,
    OFFER_VERSION,
    PRIORITIES,
    SHARED_PARTS,
    OfferedBalancer,
    OfferedCluster,
    OfferedNetwork,
    OfferedParts,
    OfferedRegistry,
    OfferedZone,
    Shared,
    SharedPart,
    Sharing,
)
from settings.model.stack import (
    OPTIONAL_SECTIONS,
    Settings,
)
from settings.model.telemetry import COLLECTOR_IMAGE, Telemetry
from settings.model.uptime_check import (
    UptimeCheck,
)
from settings.model.volumes import Mount, Volume
from settings.model.web_acl import (
    RateLimit,
    Waf,
)

__all__ = [
    "ACTION",
    "ARN",
    "CERTIFICATE_ARN",
    "COLLECTOR_IMAGE",
    "EMAIL",
    "LAST_OWN_PRIORITY",
    "LOG_ROUTER_IMAGE",
    "OFFER",
    "OFFER_VERSION",
    "OPTIONAL_SECTIONS",
    "PRIORITIES",
    "READY_CHECKS",
    "SHARED_PARTS",
    "USER_IMAGES",
    "AlarmLog",
    "AlarmMetric",
    "Alarms",
    "Backup",
    "Budget",
    "Build",
    "Cache",
    "CacheUser",
    "Cdn",
    "Clock",
    "Cluster",
    "Container",
    "Dashboard",
    "Database",
    "DatabaseProxy",
    "DatabaseUser",
    "Days",
    "Delivery",
    "Deployment",
    "Domain",
    "EcsName",
    "Egress",
    "EncryptedPart",
    "Encryption",
    "Endpoint",
    "EnvironmentName",
    "ExistingNetwork",
    "Extension",
    "FurtherRoute",
    "GitHub",
    "Health",
    "HealthCheck",
    "Hibernation",
    "Host",
    "Image",
    "Internal",
    "InternalBalancer",
    "Job",
    "Listener",
    "LoadBalancer",
    "LogGroup",
    "LogRouter",
    "Logs",
    "MalwareScan",
    "Media",
    "MediaCdn",
    "MetricName",
    "Migrate",
    "Mount",
    "MutedWindow",
    "Network",
    "Notify",
    "OfferedBalancer",
    "OfferedCluster",
    "OfferedNetwork",
    "OfferedParts",
    "OfferedRegistry",
    "OfferedZone",
    "PartName",
    "Percent",
    "Permission",
    "Port",
    "PriceClass",
    "Protection",
    "Provider",
    "Queue",
    "QueueBacklog",
    "RateLimit",
    "ReadReplica",
    "Readers",
    "Recipient",
    "Redirect",
    "Registry",
    "Replicate",
    "Repository",
    "RestoreFrom",
    "RoleName",
    "Route",
    "RouteConditions",
    "Scaling",
    "ScheduledRange",
    "Secret",
    "SecretName",
    "Section",
    "Serverless",
    "Service",
    "Settings",
    "Share",
    "Shared",
    "SharedPart",
    "Sharing",
    "Sidecar",
    "Smoke",
    "Step",
    "Steps",
    "TagKey",
    "Targets",
    "Tasks",
    "Telemetry",
    "Text",
    "TimeZone",
    "UptimeCheck",
    "Uses",
    "Volume",
    "Waf",
]
