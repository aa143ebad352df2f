"""Asks the tests' own process, which runs functions and mail servers with the parts of the local AWS."""
import os

import requests

BRIDGE = os.environ["EMULATOR_BRIDGE"]


def ask(path, question):
    response = requests.post(BRIDGE + path, json=question, timeout=1000)
    response.raise_for_status()
    return response.json()


def credentials_of(role_arn, service, region):
    """What LocalEmu gives a service for a role."""
    from localemu.aws.connect import connect_to

    sts = connect_to(region_name=region).sts.request_metadata(service_principal=service)
    credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName=service)["Credentials"]
    return {
        "accessKeyId": credentials["AccessKeyId"],
        "secretAccessKey": credentials["SecretAccessKey"],
        "sessionToken": credentials["SessionToken"],
    }
