"""Runs functions as processes of Node.js: LocalEmu runs them in Docker alone."""
import json

import bridge


def node_executor():
    from localemu.services.lambda_.invocation.lambda_models import InvocationResult
    from localemu.services.lambda_.invocation.runtime_executor import RuntimeExecutor

    class NodeExecutor(RuntimeExecutor):
        def start(self, env_vars):
            code = self.function_version.config.code
            code.prepare_for_execution()
            bridge.ask("/functions/start", {
                "id": self.id,
                "arn": self.function_version.id.unqualified_arn(),
                "roleArn": self.function_version.config.role,
                "environment": self.function_version.config.environment,
                "handler": self.function_version.config.handler,
                "timeoutSeconds": self.function_version.config.timeout,
                "codeDirectory": str(code.get_unzipped_code_location()),
                "credentials": {
                    "accessKeyId": env_vars["AWS_ACCESS_KEY_ID"],
                    "secretAccessKey": env_vars["AWS_SECRET_ACCESS_KEY"],
                    "sessionToken": env_vars["AWS_SESSION_TOKEN"],
                },
            })

        def invoke(self, payload, function_timeout=None):
            answer = bridge.ask("/functions/invoke", {"id": self.id, "event": json.loads(payload["payload"])})
            body = json.dumps(answer["payload"]).encode()
            return InvocationResult(payload["invoke-id"], body, is_error=answer["isError"], logs="")

        def stop(self):
            bridge.ask("/functions/stop", {"id": self.id})

        def get_logs(self):
            return ""

        def get_address(self):
            return "127.0.0.1"

        get_endpoint_from_executor = get_runtime_endpoint = get_address

        @classmethod
        def prepare_version(cls, function_version):
            pass

        @classmethod
        def cleanup_version(cls, function_version):
            pass

    return NodeExecutor


def install():
    from localemu.services.lambda_.invocation import execution_environment, version_manager

    executor = node_executor()
    execution_environment.get_runtime_executor = version_manager.get_runtime_executor = lambda: executor
