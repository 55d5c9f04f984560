# The reference deployment: OpenClaw's gateway on AWS so that every check of clawcheck that AWS can answer passes.
# Read docs/deployment.md first. Comments name the checks that a block is for.

terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { application = "openclaw", environment = var.environment }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  name    = "openclaw-${var.environment}"
  account = data.aws_caller_identity.current.account_id
  aws     = data.aws_partition.current.partition
}
