"""The parts of the infrastructure: one concept a file, each an arguments dataclass and a ComponentResource."""
