resource "aws_ebs_encryption_by_default" "main" {
  enabled = true
}

resource "aws_launch_template" "gateway" {
  name          = local.name
  image_id      = var.ami
  instance_type = var.instance_type

  iam_instance_profile {
    name = aws_iam_instance_profile.gateway.name
  }

  # credentials/imdsv2-required, credentials/imdsv1-rejected
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    http_protocol_ipv6          = "disabled"
  }

  # infrastructure/no-public-ip
  network_interfaces {
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.gateway.id]
  }

  # infrastructure/storage-encrypted
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = aws_kms_key.main.arn
      delete_on_termination = true
    }
  }

  # No secret stands in here: credentials/not-in-environment.
  user_data = base64encode(templatefile("${path.module}/user-data.sh.tftpl", {
    name        = local.name
    region      = var.region
    secret      = aws_secretsmanager_secret.gateway.name
    file_system = aws_efs_file_system.workspace.id
    workspace   = aws_efs_access_point.main["workspace"].id
    runtime     = aws_efs_access_point.main["runtime"].id
    port        = var.gateway_port
  }))
}

# infrastructure/health-check-is-gateway: an internal load balancer asks the gateway itself.
resource "aws_lb" "health" {
  name               = local.name
  internal           = true
  load_balancer_type = "application"
  subnets            = aws_subnet.private[*].id
  security_groups    = [aws_security_group.balancer.id]
}

resource "aws_lb_target_group" "gateway" {
  name     = local.name
  port     = var.gateway_port
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
  health_check {
    path                = "/readyz"
    port                = "traffic-port"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "gateway" {
  load_balancer_arn = aws_lb.health.arn
  port              = var.gateway_port
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateway.arn
  }
}

# infrastructure/runs-in-asg, infrastructure/self-healing-on, infrastructure/zero-downtime-deploys,
# infrastructure/failure-is-replaced (after the first failure, or a drill)
resource "aws_autoscaling_group" "gateway" {
  name                      = local.name
  min_size                  = 1
  desired_capacity          = 1
  max_size                  = 2
  vpc_zone_identifier       = aws_subnet.private[*].id
  target_group_arns         = [aws_lb_target_group.gateway.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 300
  default_instance_warmup   = 60
  protect_from_scale_in     = false
  wait_for_capacity_timeout = var.wait_for_capacity

  launch_template {
    id      = aws_launch_template.gateway.id
    version = aws_launch_template.gateway.latest_version
  }

  # A new instance serves before the old one goes.
  instance_maintenance_policy {
    min_healthy_percentage = 100
    max_healthy_percentage = 200
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
      auto_rollback          = true
    }
  }

  # infrastructure/lifecycle-hooks: an instance joins when its gateway is ready, and goes when its turns are over.
  initial_lifecycle_hook {
    name                 = "ready"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = 300
    default_result       = "ABANDON"
  }
  initial_lifecycle_hook {
    name                 = "drain"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    heartbeat_timeout    = 300
    default_result       = "ABANDON"
  }

  depends_on = [aws_efs_mount_target.workspace, aws_iam_role_policy.gateway, aws_lb_listener.gateway]
}
