"""A booking site in plain resources, with the faults and the merits that its tests name."""

import json

import pulumi_aws as aws

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)

# The database's subnets look private by their names. Their route table says otherwise.
table = aws.ec2.RouteTable("data", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}])
data = []
for zone, block in (("eu-west-1a", "10.0.1.0/24"), ("eu-west-1b", "10.0.2.0/24")):
    subnet = aws.ec2.Subnet(f"data-{zone}", vpc_id=vpc.id, cidr_block=block, availability_zone=zone)
    aws.ec2.RouteTableAssociation(f"data-{zone}", subnet_id=subnet.id, route_table_id=table.id)
    data.append(subnet.id)

# The cache's subnets have a table without a way out.
closed = aws.ec2.RouteTable("closed", vpc_id=vpc.id)
hidden = []
for zone, block in (("eu-west-1a", "10.0.3.0/24"), ("eu-west-1b", "10.0.4.0/24")):
    subnet = aws.ec2.Subnet(f"hidden-{zone}", vpc_id=vpc.id, cidr_block=block, availability_zone=zone)
    aws.ec2.RouteTableAssociation(f"hidden-{zone}", subnet_id=subnet.id, route_table_id=closed.id)
    hidden.append(subnet.id)

app = aws.ec2.SecurityGroup("app", vpc_id=vpc.id, description="The application's tasks")
database = aws.ec2.SecurityGroup("database", vpc_id=vpc.id, description="The database")
cache = aws.ec2.SecurityGroup("cache", vpc_id=vpc.id, description="The cache")
aws.ec2.SecurityGroupRule(
    "database-from-anywhere",
    type="ingress",
    security_group_id=database.id,
    protocol="tcp",
    from_port=5432,
    to_port=5432,
    cidr_blocks=["0.0.0.0/0"],
)
aws.vpc.SecurityGroupIngressRule(
    "cache-from-app",
    security_group_id=cache.id,
    referenced_security_group_id=app.id,
    ip_protocol="tcp",
    from_port=6379,
    to_port=6379,
)

aws.rds.Instance(
    "bookings",
    engine="postgres",
    engine_version="16.10",
    instance_class="db.m7g.large",
    allocated_storage=100,
    db_subnet_group_name=aws.rds.SubnetGroup("bookings", subnet_ids=data).name,
    vpc_security_group_ids=[database.id],
    username="bookings",
    password="correct horse battery staple",
    storage_encrypted=True,
)
aws.elasticache.ReplicationGroup(
    "sessions",
    description="Sessions",
    engine="valkey",
    node_type="cache.t4g.small",
    num_cache_clusters=2,
    automatic_failover_enabled=True,
    multi_az_enabled=True,
    at_rest_encryption_enabled=True,
    transit_encryption_enabled=True,
    auth_token="correct horse battery staple",
    subnet_group_name=aws.elasticache.SubnetGroup("sessions", subnet_ids=hidden).name,
    security_group_ids=[cache.id],
    snapshot_retention_limit=7,
)

tickets = aws.s3.Bucket("tickets")
key = aws.kms.Key("tickets", enable_key_rotation=True)
aws.s3.BucketServerSideEncryptionConfiguration(
    "tickets",
    bucket=tickets.id,
    rules=[
        {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True,
        }
    ],
)
aws.s3.BucketVersioning("tickets", bucket=tickets.id, versioning_configuration={"status": "Enabled"})
aws.s3.BucketPublicAccessBlock(
    "tickets",
    bucket=tickets.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.Bucket("posters", acl="public-read", versioning={"enabled": True})

balancer = aws.alb.LoadBalancer("site", subnets=data, security_groups=[app.id], internal=False)
targets = aws.alb.TargetGroup("site", port=8000, protocol="HTTP", target_type="ip", vpc_id=vpc.id)
aws.alb.Listener(
    "site",
    load_balancer_arn=balancer.arn,
    port=80,
    protocol="HTTP",
    default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
)

trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
role = aws.iam.Role("task", assume_role_policy=trust)
aws.iam.RolePolicyAttachment("task", role=role.name, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")

task = aws.ecs.TaskDefinition(
    "site",
    family="site",
    cpu="512",
    memory="1024",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=role.arn,
    task_role_arn=role.arn,
    container_definitions=json.dumps(
        [
            {
                "name": "site",
                "image": "nginx:latest",
                "environment": [{"name": "DB_PASSWORD", "value": "correct horse battery staple"}],
            }
        ]
    ),
)
aws.ecs.Service(
    "site",
    cluster=aws.ecs.Cluster("site").arn,
    task_definition=task.arn,
    desired_count=1,
    launch_type="FARGATE",
    network_configuration={"subnets": data, "security_groups": [app.id], "assign_public_ip": True},
)
