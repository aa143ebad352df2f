from aws_cdk import App, Stack
from cdk_ses_smtp_credential_rotation import SesSmtpCredentialRotation, SmtpEndpoint

stack = Stack(App(), "Stack")
mistakes = [
    lambda: SesSmtpCredentialRotation(stack, "NoIdentities", identities=[]),
    lambda: SmtpEndpoint.regional(port=1025),
]
for mistake in mistakes:
    try:
        mistake()
    except Exception as error:
        print(error)
