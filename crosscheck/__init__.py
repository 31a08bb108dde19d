"""An independent judge of the shipped stacks and of the policy pack: checkov, on a Terraform plan made from the graph."""
