"""What a stack's pipelines, and its own roles, may do in AWS: written from what the stack is made of and AWS's own table of actions."""
