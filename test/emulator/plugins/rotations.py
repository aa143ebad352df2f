"""
Starts a rotation as Secrets Manager does, without waiting for its end, and starts it again after a failure. The token, the
versions, their labels and the order of the steps are LocalEmu's.
"""
import json
import threading
import time

import botocore.config

RETRY_SECONDS = 5
ATTEMPTS = 6

CURRENT = threading.local()


class RotationClient:
    """What LocalEmu calls the function with in a rotation. It waits for as long as a function may run, and sends the ARN for the name."""

    def __init__(self, client, secret, answer, has_begun):
        self.client, self.secret, self.answer, self.has_begun = client, secret, answer, has_begun
        self.has_failed = False

    def get_function(self, **request):
        return self.client.get_function(**request)

    def invoke(self, FunctionName, Payload):
        event = {**json.loads(Payload), "SecretId": self.secret.arn}
        self.answer["VersionId"] = event["ClientRequestToken"]
        self.has_begun.set()
        answer = self.client.invoke(FunctionName=FunctionName, Payload=json.dumps(event))
        self.has_failed = "FunctionError" in answer
        return answer


class RotationServices:
    def __init__(self, client):
        self.lambda_ = client


def is_pending(secret):
    return any("AWSPENDING" in version["version_stages"] and "AWSCURRENT" not in version["version_stages"] for version in secret.versions.values())


def install():
    from localemu.aws.connect import connect_to
    from localemu.services.secretsmanager import provider
    from moto.secretsmanager.models import SecretsManagerBackend

    original = SecretsManagerBackend.rotate_secret
    config = botocore.config.Config(read_timeout=1000, retries={"max_attempts": 0})

    def connect(**options):
        return getattr(CURRENT, "services", None) or connect_to(**options)

    def start(backend, secret_id, *args, **kwargs):
        if not backend._is_valid_identifier(secret_id):
            return original(backend, secret_id, *args, **kwargs)
        secret = backend.secrets[secret_id]
        answer, has_begun, refusals = {"ARN": secret.arn, "Name": secret.name}, threading.Event(), []

        def attempt():
            client = RotationClient(connect_to(region_name=backend.region_name, config=config).lambda_, secret, answer, has_begun)
            CURRENT.services = RotationServices(client)
            try:
                original(backend, secret_id, *args, **kwargs)
            except Exception as refusal:
                if not has_begun.is_set():
                    refusals.append(refusal)
            finally:
                has_begun.set()
            return client.has_failed

        def rotate():
            for _ in range(ATTEMPTS):
                if not attempt() or not is_pending(secret):
                    return
                time.sleep(RETRY_SECONDS)

        threading.Thread(target=rotate, daemon=True).start()
        has_begun.wait()
        if refusals:
            raise refusals[0]
        return json.dumps(answer)

    provider.connect_to = connect
    SecretsManagerBackend.rotate_secret = start
