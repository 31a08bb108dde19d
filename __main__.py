"""The whole stack, outside in: which parts there are, and what each is wired to."""

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, ResourceOptions

import arguments
import settings
from arguments import Arguments, Parts
from components import backup, budget, delivery, hibernation
from components._edges import Gate
from components.cache import Cache
from components.cdn import Cdn
from components.certificate import Certificate
from components.cluster import Cluster
from components.database import Database
from components.dns_alias import DnsAlias
from components.encryption_key import EncryptionKey
from components.load_balancer import LoadBalancer
from components.media_bucket import MediaBucket
from components.network import Network
from components.observability import Observability
from components.registry import Registry
from components.secret_urls import SecretUrls
from components.secrets import Secrets
from components.service import Service

config = settings.load()
provider = aws.Provider("aws", arguments.provider(config))
options = ResourceOptions(providers={"aws": provider})
lookup = InvokeOptions(provider=provider)
account_id = aws.get_caller_identity_output(opts=lookup).account_id
args = Arguments(settings=config, account_id=account_id, zone_id=arguments.zone_id(config, lookup))

args = args.with_log_keys({name: EncryptionKey(name, key, options) for name, key in args.log_keys().items()})

network = Network("network", args.network(), options)
secrets = Secrets("secrets", args.secrets(), options) if config.secrets else None
registry = Registry("registry", args.registry(config.registry), options) if config.registry else None
database = Database("database", args.database(config.database, network), options) if config.database else None
cache = Cache("cache", args.cache(config.cache, network), options) if config.cache else None

certificates = {name: Certificate(name, wanted, options) for name, wanted in args.certificates().items()}
balancer_args = args.load_balancer(network, certificates, arguments.cloudfront_prefix_list(config, lookup))
load_balancer = LoadBalancer("load-balancer", balancer_args, options) if balancer_args else None
media = MediaBucket("media", args.media(config.media, certificates, load_balancer), options) if config.media else None
cdn_args = args.cdn(load_balancer, certificates)
cdn = Cdn("cdn", cdn_args, options) if cdn_args else None
for name, alias in args.aliases(load_balancer, cdn, media).items():
    DnsAlias(name, alias, options)

cluster = Cluster("cluster", args.cluster(), options)
urls = args.secret_urls(network, cluster, database, cache)
secret_urls = SecretUrls("secret-urls", urls, options) if urls else None
parts = Parts(
    network=network,
    cluster=cluster,
    secrets=secrets,
    secret_urls=secret_urls,
    registry=registry,
    database=database,
    cache=cache,
    media=media,
    load_balancer=load_balancer,
)
services: dict[str, Service] = {}
with Gate() as migrations:
    for name in (*config.migrating, *config.following):
        services[name] = Service(name, args.service(name, parts, services, migrations.opened), options)
        migrations.wait_for(services[name].migrated)
watching = args.observability(parts, services)
observability = Observability("observability", watching, options) if watching else None
backups = {name: backup.Backup(name, a, options) for name, a in args.backup(parts, observability).items()}
budgets = {name: budget.Budget(name, a, options) for name, a in args.budget(observability).items()}
deliveries = {name: delivery.Delivery(name, a, options) for name, a in args.delivery().items()}
sleepers = {name: hibernation.Hibernation(name, a, options) for name, a in args.hibernation(parts, services).items()}

for name, value in arguments.exports(config, parts, services, cdn, observability, deliveries, sleepers).items():
    pulumi.export(name, value)
