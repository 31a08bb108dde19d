"""Independent tools on the shipped stacks: checkov on a Terraform plan made from the graph, linters of IAM, AWS's models, cfn-lint."""
