"""The S3 bucket and the KMS key of Pulumi's state, which must exist before the first stack."""
