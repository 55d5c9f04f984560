# backup/vault-protected, backup/retention: after three days nobody can shorten the lock or take it away, not even the
# root user. Delete `changeable_for_days` while you try this out.
resource "aws_backup_vault" "main" {
  name        = local.name
  kms_key_arn = aws_kms_key.main.arn
}

resource "aws_backup_vault_lock_configuration" "main" {
  backup_vault_name   = aws_backup_vault.main.name
  min_retention_days  = 35
  max_retention_days  = 365
  changeable_for_days = 3
}

resource "aws_backup_vault_policy" "main" {
  backup_vault_name = aws_backup_vault.main.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
        Resource  = "*"
      },
      {
        # Denied to everyone, nobody could ever mend it.
        Effect    = "Deny"
        Principal = { AWS = aws_iam_role.gateway.arn }
        Action    = ["backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"]
        Resource  = "*"
      }
    ]
  })
}

data "aws_iam_policy_document" "backup" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "backup" {
  name               = "${local.name}-backup"
  assume_role_policy = data.aws_iam_policy_document.backup.json
}

resource "aws_iam_role_policy_attachment" "backup" {
  for_each   = toset(["Backup", "Restores"])
  role       = aws_iam_role.backup.name
  policy_arn = "arn:${local.aws}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${each.key}"
}

# backup/daily-plan-covers-efs, backup/recent-recovery-point (after the first night)
resource "aws_backup_plan" "daily" {
  name = "${local.name}-daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 180
    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_backup_selection" "workspace" {
  name         = "${local.name}-workspace"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [aws_efs_file_system.workspace.arn]
}
