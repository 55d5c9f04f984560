# What the environment file of clawcheck names.
output "clawcheck" {
  value = {
    account               = local.account
    region                = var.region
    auto_scaling_group    = aws_autoscaling_group.gateway.name
    file_system           = aws_efs_file_system.workspace.id
    workspace_access      = aws_efs_access_point.main["workspace"].id
    secret                = aws_secretsmanager_secret.gateway.name
    monitoring_secret     = aws_secretsmanager_secret.monitoring.name
    approved_inbound_from = aws_security_group.balancer.id
    approved_ranges       = [aws_ec2_managed_prefix_list.approved.id, aws_security_group.endpoints.id, aws_security_group.files.id]
    log_groups            = [for group in aws_cloudwatch_log_group.gateway : group.name]
    alarm                 = aws_cloudwatch_metric_alarm.health.alarm_name
    alert_function        = aws_lambda_function.alert.function_name
    budget                = aws_budgets_budget.monthly.name
    kill_switch           = aws_ssm_document.kill_switch.name
    vault                 = aws_backup_vault.main.name
  }
}
