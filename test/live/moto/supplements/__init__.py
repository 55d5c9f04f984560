"""What the lab supplies or corrects on top of moto. Importing the package registers every handler."""

from . import autoscaling, backup, ec2, iam, others, requested

__all__ = ["autoscaling", "backup", "ec2", "iam", "others", "requested"]
