# infrastructure/storage-encrypted, soul-documents/*: documents and runtime on one file system behind two access points.
resource "aws_efs_file_system" "workspace" {
  creation_token = local.name
  encrypted      = true
  kms_key_id     = aws_kms_key.main.arn
  tags           = { Name = local.name, backup = "daily" }
}

resource "aws_efs_mount_target" "workspace" {
  count           = length(var.zones)
  file_system_id  = aws_efs_file_system.workspace.id
  subnet_id       = aws_subnet.private[count.index].id
  security_groups = [aws_security_group.files.id]
}

# soul-documents/runtime-separate: what the agent writes is not where its documents are.
resource "aws_efs_access_point" "main" {
  for_each       = toset(["workspace", "runtime"])
  file_system_id = aws_efs_file_system.workspace.id
  posix_user {
    uid = 1100
    gid = 1100
  }
  root_directory {
    path = "/${each.key}"
    creation_info {
      owner_uid   = 1100
      owner_gid   = 1100
      permissions = "0750"
    }
  }
  tags = { Name = each.key }
}

# soul-documents/server-side-read-only, soul-documents/encrypted-in-transit, soul-documents/cannot-remount: whatever an
# instance mounts and however, it cannot write through any way but the runtime access point, and not without TLS.
data "aws_iam_policy_document" "workspace" {
  statement {
    sid       = "tls"
    effect    = "Deny"
    actions   = ["*"]
    resources = [aws_efs_file_system.workspace.arn]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    sid       = "workspace"
    actions   = ["elasticfilesystem:ClientMount"]
    resources = [aws_efs_file_system.workspace.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.gateway.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.main["workspace"].arn]
    }
  }
  statement {
    sid       = "runtime"
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.workspace.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.gateway.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.main["runtime"].arn]
    }
  }
  statement {
    sid       = "readonly"
    effect    = "Deny"
    actions   = ["elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"]
    resources = [aws_efs_file_system.workspace.arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.gateway.arn]
    }
    condition {
      test     = "StringNotEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.main["runtime"].arn]
    }
  }
}

resource "aws_efs_file_system_policy" "workspace" {
  file_system_id = aws_efs_file_system.workspace.id
  policy         = data.aws_iam_policy_document.workspace.json
}
