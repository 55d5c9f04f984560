# monitoring/cost-limits, monitoring/runaway-limited: heard of at 80 %, and the role loses its rights at the limit.
resource "aws_budgets_budget" "monthly" {
  name         = local.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_limit)
  limit_unit   = "USD"
  notification {
    notification_type         = "ACTUAL"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 80
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [aws_sns_topic.alerts.arn]
  }
}

data "aws_iam_policy_document" "budgets" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "budget" {
  name               = "${local.name}-budget"
  assume_role_policy = data.aws_iam_policy_document.budgets.json
}

# At the limit the role of the gateway loses every right: it can read no secret and mount nothing any more.
resource "aws_iam_policy" "stopped" {
  name = "${local.name}-stopped"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "budget" {
  name = "stop"
  role = aws_iam_role.budget.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
      Resource  = aws_iam_role.gateway.arn
      Condition = { ArnEquals = { "iam:PolicyARN" = aws_iam_policy.stopped.arn } }
    }]
  })
}

resource "aws_budgets_budget_action" "stop" {
  budget_name        = aws_budgets_budget.monthly.name
  action_type        = "APPLY_IAM_POLICY"
  approval_model     = "AUTOMATIC"
  notification_type  = "ACTUAL"
  execution_role_arn = aws_iam_role.budget.arn
  action_threshold {
    action_threshold_type  = "PERCENTAGE"
    action_threshold_value = 100
  }
  definition {
    iam_action_definition {
      policy_arn = aws_iam_policy.stopped.arn
      roles      = [aws_iam_role.gateway.name]
    }
  }
  subscriber {
    subscription_type = "SNS"
    address           = aws_sns_topic.alerts.arn
  }
}
