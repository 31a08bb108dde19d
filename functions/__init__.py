"""Source of the Lambda functions: a folder each, standard library and boto3 only."""
