import type { Remedy } from './remedy.ts';

/** Of the area `infrastructure`, by name of the check. */
export const infrastructure: Readonly<Record<string, Remedy>> = {
  'runs-in-asg': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'group-empty' },
    when: 'the group is empty',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --min-size 2 --desired-capacity 2',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Details, Capacity overview, Edit',
    terraform: 'aws_autoscaling_group.gateway',
  },
  'private-subnets': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'subnet-auto-assign' },
    when: 'a subnet gives instances a public address',
    commands: ['aws ec2 modify-subnet-attribute --subnet-id "$SUBNET" --no-map-public-ip-on-launch'],
    console: 'VPC, Subnets, the subnet, Actions, Edit subnet settings, Enable auto-assign public IPv4 address',
    terraform: 'aws_subnet.private',
  },
  'no-public-ip': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'eip-on-instance' },
    when: 'an instance has an Elastic IP address',
    commands: [
      `aws ec2 disassociate-address --association-id "$(aws ec2 describe-addresses --filters "Name=instance-id,Values=$INSTANCE" --query 'Addresses[0].AssociationId' --output text)"`,
    ],
    console: 'EC2, Elastic IPs, the address, Actions, Disassociate Elastic IP address',
    terraform: 'aws_launch_template.gateway',
  },
  'no-inbound-rules': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'sg-ingress-vpc-wide' },
    when: 'every port is open to a range',
    commands: ['aws ec2 revoke-security-group-ingress --group-id "$SECURITY_GROUP" --protocol all --cidr "$RANGE"'],
    console: 'EC2, Security Groups, the group, Inbound rules, Edit',
    terraform: 'aws_vpc_security_group_ingress_rule.health',
  },
  'health-check-is-gateway': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'health-check-ec2-only' },
    when: 'the group does not ask its target group',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --health-check-type ELB',
      'aws elbv2 modify-target-group --target-group-arn "$TARGET_GROUP" --health-check-path /readyz --matcher HttpCode=200',
    ],
    console:
      'EC2, Auto Scaling Groups, the group, Details, Health checks, Edit; EC2, Target Groups, the target group, Health checks, Edit',
    terraform: 'aws_lb_target_group.gateway',
  },
  'lifecycle-hooks': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'hook-launch-only' },
    when: 'there is no hook on termination',
    commands: [
      'aws autoscaling put-lifecycle-hook --auto-scaling-group-name "$GROUP" --lifecycle-hook-name openclaw-drain --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 300 --default-result ABANDON',
    ],
    console: 'EC2, Auto Scaling Groups, the group, Instance management, Lifecycle hooks, Create',
    terraform: 'aws_autoscaling_group.gateway',
  },
  'self-healing-on': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'process-suspended' },
    when: 'a process of the group is suspended',
    commands: ['aws autoscaling resume-processes --auto-scaling-group-name "$GROUP"'],
    console: 'EC2, Auto Scaling Groups, the group, Details, Advanced configurations, Suspended processes',
    terraform: 'aws_autoscaling_group.gateway',
  },
  'zero-downtime-deploys': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'maintenance-policy-gap' },
    when: 'a replacement may take instances away first',
    commands: [
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name "$GROUP" --instance-maintenance-policy MinHealthyPercentage=100,MaxHealthyPercentage=200',
      // Counts where the last refresh had lower values; it replaces the instances, one after the other.
      'aws autoscaling start-instance-refresh --auto-scaling-group-name "$GROUP" --preferences MinHealthyPercentage=100,MaxHealthyPercentage=200',
    ],
    console:
      'EC2, Auto Scaling Groups, the group, Instance management, Instance maintenance policy, Edit; then Instance refresh, Start',
    terraform: 'aws_autoscaling_group.gateway',
  },
  'storage-encrypted': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'template-unencrypted-volume' },
    when: 'new volumes are not encrypted',
    commands: ['aws ec2 enable-ebs-encryption-by-default'],
    console: 'EC2, Dashboard, Account attributes, Data protection and security, EBS encryption, Manage',
    terraform: 'aws_ebs_encryption_by_default.main',
  },
  'failure-is-replaced': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'replacement-slow' },
    when: 'the last replacement was too slow, or none was ever seen (this ends the instance)',
    commands: ['aws autoscaling set-instance-health --instance-id "$INSTANCE" --health-status Unhealthy'],
    terraform: 'aws_autoscaling_group.gateway',
  },
  'environments-separate': {
    place: 'aws',
    tried: { lab: 'moto', flaw: 'staging-shares-role' },
    when: 'an instance of another environment has the instance profile of this one',
    commands: [
      `aws ec2 replace-iam-instance-profile-association --iam-instance-profile "Name=$OWN_PROFILE" --association-id "$(aws ec2 describe-iam-instance-profile-associations --filters "Name=instance-id,Values=$INSTANCE" --query 'IamInstanceProfileAssociations[0].AssociationId' --output text)"`,
    ],
    console: 'EC2, Instances, the instance, Actions, Security, Modify IAM role',
    terraform: 'var.environment',
  },
  'sandboxed-tools': {
    place: 'gateway',
    tried: { lab: 'openclaw' },
    when: 'the default of the sandbox is too weak',
    commands: [
      'openclaw config set agents.defaults.sandbox.mode "$SANDBOX_MODE"',
      'openclaw config set tools.exec.host auto',
      'openclaw config set tools.elevated.enabled false',
    ],
  },
  'gateway-version': {
    place: 'gateway',
    tried: { lab: 'none', why: 'an update needs the registry' },
    when: 'the gateway has published vulnerabilities',
    commands: ['openclaw update --yes'],
    terraform: 'var.ami',
  },
};
