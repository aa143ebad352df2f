"""The resources that LocalEmu's CloudFormation lacks: custom resources, documents, and the start of a rotation with its schedule."""
import copy
import json
import re
import threading
import uuid

from localemu.http import Response, route
from localemu.services.edge import ROUTER

ANSWERS = {}


@route("/_emulator/answers/<request_id>", methods=["PUT"])
def answer(request, request_id):
    ANSWERS[request_id] = json.loads(request.data)
    return Response(status=200)


def as_texts(value):
    """As CloudFormation sends properties."""
    if isinstance(value, dict):
        return {name: as_texts(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [as_texts(entry) for entry in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def providers():
    from localemu import config
    from localemu.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider

    def succeeded(model):
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def failed(reason):
        return ProgressEvent(status=OperationStatus.FAILED, resource_model={}, message=reason)

    class CustomResource(ResourceProvider):
        SCHEMA = {"primaryIdentifier": ["/properties/PhysicalResourceId"], "createOnlyProperties": ["/properties/ServiceToken"]}
        OWN = ("PhysicalResourceId", "Data")

        def create(self, request):
            return self.send(request, "Create")

        def update(self, request):
            before = request.previous_state
            return self.send(request, "Update", before["PhysicalResourceId"], {"OldResourceProperties": self.properties(before)})

        def delete(self, request):
            return self.send(request, "Delete", request.desired_state["PhysicalResourceId"])

        def properties(self, model):
            return as_texts({name: value for name, value in model.items() if name not in self.OWN})

        def send(self, request, request_type, physical_id=None, more=None):
            """LocalEmu asks once a second, with what the last answer kept."""
            context = request.custom_context
            if "RequestId" not in context:
                context["RequestId"] = self.invoke(request, request_type, physical_id, more or {})
            answer = ANSWERS.pop(context["RequestId"], None)
            if answer is None:
                return ProgressEvent(status=OperationStatus.IN_PROGRESS, resource_model=request.desired_state, custom_context=context)
            if answer["Status"] != "SUCCESS":
                return failed(answer["Reason"])
            if physical_id not in (None, answer["PhysicalResourceId"]):
                return failed("a custom resource that is replaced by an update is more than these plug-ins can do")
            return succeeded({**request.desired_state, "PhysicalResourceId": answer["PhysicalResourceId"]})

        def invoke(self, request, request_type, physical_id, more):
            request_id = str(uuid.uuid4())
            properties = self.properties(request.desired_state)
            event = {
                "RequestType": request_type,
                "ServiceToken": properties["ServiceToken"],
                "ResponseURL": f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}/_emulator/answers/{request_id}",
                "StackId": request.stack_id,
                "RequestId": request_id,
                "LogicalResourceId": request.logical_resource_id,
                "ResourceType": request.resource_type,
                "ResourceProperties": properties,
                **({} if physical_id is None else {"PhysicalResourceId": physical_id}),
                **more,
            }
            request.aws_client_factory.lambda_.invoke(FunctionName=event["ServiceToken"], InvocationType="Event", Payload=json.dumps(event))
            return request_id

    class Document(ResourceProvider):
        SCHEMA = {"primaryIdentifier": ["/properties/Name"], "createOnlyProperties": ["/properties/DocumentType"]}

        def create(self, request):
            model = request.desired_state
            model["Name"] = model.get("Name") or f"{request.stack_name}-{request.logical_resource_id}-{uuid.uuid4().hex[:12]}"
            request.aws_client_factory.ssm.create_document(
                Name=model["Name"], Content=json.dumps(model["Content"]), DocumentType=model["DocumentType"], DocumentFormat="JSON")
            return succeeded(model)

        def update(self, request):
            return failed("a document that changes is more than these plug-ins can do")

        def delete(self, request):
            request.aws_client_factory.ssm.delete_document(Name=request.desired_state["Name"])
            return succeeded({})

    class RotationSchedule(ResourceProvider):
        SCHEMA = {"primaryIdentifier": ["/properties/SecretId"], "createOnlyProperties": ["/properties/SecretId"]}

        def create(self, request):
            return self.rotate(request, True)

        def update(self, request):
            return self.rotate(request, request.desired_state.get("RotateImmediatelyOnUpdate", True))

        def rotate(self, request, at_once):
            model = request.desired_state
            # LocalEmu knows days alone.
            days = re.fullmatch(r"rate\((\d+) days?\)", model["RotationRules"]["ScheduleExpression"])
            if not at_once or not days:
                return failed("only a schedule in days that rotates at once is possible with LocalEmu")
            request.aws_client_factory.secretsmanager.rotate_secret(
                SecretId=model["SecretId"], RotationLambdaARN=model["RotationLambdaARN"],
                RotationRules={"AutomaticallyAfterDays": int(days[1])})
            return succeeded(model)

        def delete(self, request):
            request.aws_client_factory.secretsmanager.cancel_rotate_secret(SecretId=request.desired_state["SecretId"])
            return succeeded({})

    return {
        "AWS::CloudFormation::CustomResource": CustomResource,
        "AWS::SSM::Document": Document,
        "AWS::SecretsManager::RotationSchedule": RotationSchedule,
    }


def install():
    from localemu.services.cloudformation.engine.v2 import change_set_resource_support_checker as checker
    from localemu.services.cloudformation.resource_provider import ResourceProviderExecutor, get_resource_type

    ROUTER.add(answer)
    ours = providers()
    load, implemented = ResourceProviderExecutor.try_load_resource_provider, checker._implemented_resource_types

    def with_ours(resource_type):
        found = ours.get("AWS::CloudFormation::CustomResource" if (resource_type or "").startswith("Custom::") else resource_type)
        return found() if found else load(resource_type)

    ResourceProviderExecutor.try_load_resource_provider = staticmethod(with_ours)
    checker._implemented_resource_types = lambda: implemented() | ours.keys()
