"""The Lambda function that tells a Slack channel what happens; only `handler.py` is deployed."""
