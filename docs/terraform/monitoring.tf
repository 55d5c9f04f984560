# monitoring/logs-arrive, monitoring/log-retention
resource "aws_cloudwatch_log_group" "gateway" {
  for_each          = toset(["gateway", "session"])
  name              = "/openclaw/${var.environment}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_cloudwatch_log_group" "alert" {
  name              = "/aws/lambda/${local.name}-alert"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.main.arn
}

# monitoring/alert-route, monitoring/alert-in-time: alarm, topic, function, person.
resource "aws_sns_topic" "alerts" {
  name              = "${local.name}-alerts"
  kms_master_key_id = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "alerts" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

# monitoring/alarm-on-health: no healthy gateway for two minutes, or no data about it.
resource "aws_cloudwatch_metric_alarm" "health" {
  alarm_name          = "${local.name}-gateway-unhealthy"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "breaching"
  actions_enabled     = true
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
  dimensions = {
    LoadBalancer = aws_lb.health.arn_suffix
    TargetGroup  = aws_lb_target_group.gateway.arn_suffix
  }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# credentials/monitoring-secret-isolated: this role reads the secret of the alerts, and not that of the agent.
data "aws_iam_policy_document" "alert" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.monitoring.arn]
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:SecretARN"
      values   = [aws_secretsmanager_secret.monitoring.arn]
    }
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.alert.arn}:*"]
  }
}

resource "aws_iam_role" "alert" {
  name               = "${local.name}-alert"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy" "alert" {
  name   = "alert"
  role   = aws_iam_role.alert.id
  policy = data.aws_iam_policy_document.alert.json
}

# alert.zip: zip -j alert.zip alert/index.py
resource "aws_lambda_function" "alert" {
  function_name    = "${local.name}-alert"
  role             = aws_iam_role.alert.arn
  runtime          = "python3.13"
  handler          = "index.handler"
  filename         = "${path.module}/alert.zip"
  source_code_hash = filebase64sha256("${path.module}/alert.zip")
  timeout          = 10
  environment {
    # The name of the secret, never its value.
    variables = { SECRET_ID = aws_secretsmanager_secret.monitoring.name }
  }
  depends_on = [aws_cloudwatch_log_group.alert]
}

resource "aws_lambda_permission" "alerts" {
  statement_id  = "alerts"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.alert.function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.alerts.arn
}

resource "aws_sns_topic_subscription" "alert" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.alert.arn
}

# monitoring/kill-switch: one document that stops the gateway at once and keeps it stopped.
resource "aws_ssm_document" "kill_switch" {
  name            = "${local.name}-kill-switch"
  document_type   = "Command"
  document_format = "JSON"
  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Stops the gateway at once and keeps it stopped"
    mainSteps = [{
      action = "aws:runShellScript"
      name   = "stop"
      inputs = { runCommand = [
        "systemctl mask --now --runtime openclaw-gateway.service",
        "systemctl kill -s KILL openclaw-gateway.service || true",
      ] }
    }]
  })
}
