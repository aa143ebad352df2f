"""
Runs commands on mail servers. LocalEmu knows which command goes to which instance; it runs scripts in containers alone, has no
ListCommandInvocations, and checks SendCommand against the ARN of a parameter.
"""
import json
from concurrent.futures import ThreadPoolExecutor

import bridge

MAIL_SERVERS = "mail-servers"
POOL = ThreadPoolExecutor(max_workers=8)


def output_of(step):
    return {
        "Name": step["name"],
        "Status": step["status"],
        "StatusDetails": step["status"],
        "ResponseCode": step["responseCode"],
        "Output": step["output"],
    }


def run(backend, command, content, invocation):
    """The agent's part. A command that reached no server must not look as if it had succeeded."""
    invocation["Status"] = "Failed"
    try:
        credentials = bridge.credentials_of(f"arn:aws:iam::{backend.account_id}:role/{MAIL_SERVERS}", "ec2", backend.region_name)
        steps = bridge.ask("/commands/run", {
            "instanceId": invocation["InstanceId"],
            "credentials": credentials,
            "execution": {
                "commandId": command.command_id,
                "documentName": command.document_name,
                "content": content,
                "parameters": command.parameters,
            },
        })
        invocation["Steps"] = [output_of(step) for step in steps]
        if all(step["status"] == "Success" for step in steps):
            invocation["Status"] = "Success"
    finally:
        invocation["StatusDetails"] = invocation["Status"]
        command.completed_count += 1
        command.error_count += invocation["Status"] == "Failed"
        if command.completed_count == command.target_count:
            command.status = command.status_details = "Failed" if command.error_count else "Success"


def dispatch(_executor, command_id, account_id, region, **_request):
    from moto.ssm.models import ssm_backends

    backend = ssm_backends[account_id][region]
    command = backend.get_command_by_id(command_id)
    content = json.loads(backend.get_document(command.document_name, None, None, "JSON")["Content"])
    command.completed_count, command.target_count = 0, len(command.invocations)
    command.status = command.status_details = "InProgress" if command.invocations else "Success"
    for invocation in command.invocations:
        invocation["Status"] = invocation["StatusDetails"] = "InProgress"
    for invocation in command.invocations:
        POOL.submit(run, backend, command, content, invocation)


def list_command_invocations(_provider, context, request):
    from moto.ssm.models import ssm_backends

    command = ssm_backends[context.account_id][context.region].get_command_by_id(request["CommandId"])
    return {"CommandInvocations": [{
        "CommandId": command.command_id,
        "InstanceId": invocation["InstanceId"],
        "Comment": command.comment,
        "DocumentName": command.document_name,
        "RequestedDateTime": command.requested_date_time,
        "Status": invocation["Status"],
        "StatusDetails": invocation["StatusDetails"],
        "CommandPlugins": invocation.get("Steps", []),
    } for invocation in command.invocations]}


def document_arn(original, params, region, account_id):
    if "DocumentName" not in params:
        return original(params, region, account_id)
    return f"arn:aws:ssm:{region}:{account_id}:document/{params['DocumentName']}"


def install():
    from localemu.aws.api import handler
    from localemu.services.iam_enforcement import arn_builder
    from localemu.services.ssm.docker_executor import SsmDockerExecutor
    from localemu.services.ssm.provider import SsmProvider

    SsmDockerExecutor.dispatch = dispatch
    SsmProvider.list_command_invocations = handler("ListCommandInvocations", expand=False)(list_command_invocations)
    original = arn_builder._ssm_arn
    arn_builder._SERVICE_ARN_BUILDERS["ssm"] = lambda *request: document_arn(original, *request)
