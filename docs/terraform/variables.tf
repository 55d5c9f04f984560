variable "region" {
  type        = string
  description = "Region of the deployment"
}

variable "environment" {
  type        = string
  default     = "prod"
  description = "Name of the environment; staging is a second state of its own (infrastructure/environments-separate)"
}

variable "zones" {
  type        = list(string)
  description = "Two zones of the region or more"
  validation {
    condition     = length(var.zones) >= 2
    error_message = "A group in one zone fails with the zone."
  }
}

variable "vpc_range" {
  type        = string
  default     = "10.40.0.0/16"
  description = "Range of the VPC, /16"
}

variable "ami" {
  type        = string
  description = "Image with OpenClaw, the EFS mount helper, the AWS CLI and the CloudWatch agent"
}

variable "instance_type" {
  type        = string
  default     = "t4g.medium"
  description = "Type of the instances"
}

variable "gateway_port" {
  type        = number
  default     = 18789
  description = "Port of the gateway"
}

variable "approved_ranges" {
  type        = map(string)
  description = "Ranges that the gateway may call on 443, with what is there: the model provider, integrations"
}

variable "log_days" {
  type        = number
  default     = 365
  description = "How long logs are kept"
}

variable "monthly_limit" {
  type        = number
  description = "Limit of the monthly cost in USD"
}

variable "operators" {
  type        = list(string)
  description = "ARNs of the roles of operators: they administer the key and may run the kill switch"
}

variable "wait_for_capacity" {
  type        = string
  default     = "15m"
  description = "How long Terraform waits for the first healthy instance; 0 does not wait"
}
