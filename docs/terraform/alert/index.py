"""Tells a person: posts each alarm to the webhook in the secret of the alerts."""

import json
import os
import urllib.request

import boto3

_secrets = boto3.client("secretsmanager")


def handler(event, _context):
    url = json.loads(_secrets.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"])["webhook"]
    for record in event["Records"]:
        text = record["Sns"].get("Subject") or record["Sns"]["Message"]
        body = json.dumps({"text": text[:2000]}).encode()
        request = urllib.request.Request(url, body, {"content-type": "application/json"})
        # An error is raised, so that SNS tries again and the alarm on errors of this function is heard.
        urllib.request.urlopen(request, timeout=5).close()
