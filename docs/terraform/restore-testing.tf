# backup/restore-test-exists, backup/restore-matches-source, backup/rto-rpo: restored twice a month without anybody asking. What was
# restored is compared with the source by the runbook, or by a function of yours that reports the validation.
resource "aws_backup_restore_testing_plan" "monthly" {
  name                = replace("${local.name}_restore", "-", "_")
  schedule_expression = "cron(0 6 1,15 * ? *)"
  recovery_point_selection {
    algorithm             = "LATEST_WITHIN_WINDOW"
    include_vaults        = [aws_backup_vault.main.arn]
    recovery_point_types  = ["SNAPSHOT"]
    selection_window_days = 7
  }
}

resource "aws_backup_restore_testing_selection" "workspace" {
  name                      = "workspace"
  restore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name
  protected_resource_type   = "EFS"
  protected_resource_arns   = [aws_efs_file_system.workspace.arn]
  iam_role_arn              = aws_iam_role.backup.arn
  validation_window_hours   = 24
  restore_metadata_overrides = {
    newFileSystem = "true"
    encrypted     = "true"
  }
}
