/** Commands of more than one check. */

/** TLS for everyone; the role reads through the one access point and writes through the other alone, as in storage.tf. */
export const efsPolicy = `aws efs put-file-system-policy --file-system-id "$FILE_SYSTEM" --policy "$(cat <<POLICY
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "$FILE_SYSTEM_ARN",
   "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
  {"Effect": "Allow", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": "elasticfilesystem:ClientMount",
   "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": "$WORKSPACE_ACCESS_POINT_ARN"}}},
  {"Effect": "Allow", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
   "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": "$RUNTIME_ACCESS_POINT_ARN"}}},
  {"Effect": "Deny", "Principal": {"AWS": "$ROLE_ARN"}, "Resource": "$FILE_SYSTEM_ARN",
   "Action": ["elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"],
   "Condition": {"StringNotEquals": {"elasticfilesystem:AccessPointArn": "$RUNTIME_ACCESS_POINT_ARN"}}}]}
POLICY
)"`;

/** One command for review and evaluations: the operation replaces all of the protection. */
export const protect = `gh api --method PUT "repos/$REPOSITORY/branches/$BRANCH/protection" --input - <<PROTECTION
{"enforce_admins": true, "restrictions": null, "allow_force_pushes": false, "allow_deletions": false,
 "required_pull_request_reviews": {"required_approving_review_count": 1, "dismiss_stale_reviews": true},
 "required_status_checks": {"strict": true, "contexts": ["$JOB"]}}
PROTECTION`;

/** Mounts one directory anew, in fstab too. */
export const mounted = (directory: string, accessPoint: string, options: string): readonly string[] => [
  'systemctl stop "$UNIT"',
  `umount "${directory}"`,
  `sed -i "\\#[[:space:]]${directory}[[:space:]]#d" /etc/fstab`,
  `printf '%s\\n' "$FILE_SYSTEM:/ ${directory} efs _netdev,tls,iam,${options}nosuid,nodev,accesspoint=${accessPoint} 0 0" >>/etc/fstab`,
  `systemctl daemon-reload && mount "${directory}"`,
  'systemctl start "$UNIT"',
];

/** Copies the reviewed tree over the deployed one; what is not in it goes. */
export const deployed = (folder: string): readonly string[] => [
  'git clone --quiet --depth 1 --branch "$BRANCH" "$REMOTE" reviewed',
  `rsync --archive --checksum --delete --exclude .git/ "reviewed/${folder}" "$MOUNT/${folder}"`,
];
