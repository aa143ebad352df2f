from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from cdk_ses_smtp_credential_rotation import (
    CredentialDocument,
    MailServerFleet,
    MailServerTargets,
    SesSmtpCredentialRotation,
)
from constructs import Construct


class NewsletterStack(Stack):
    """The credential of three Postfix servers that relay a newsletter through Amazon SES, and that of an application."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)

        domain = ses.EmailIdentity.from_email_identity_name(self, "Domain", "example.com")

        rotation = SesSmtpCredentialRotation(
            self,
            "Credential",
            identities=[domain],
            encryption_key=kms.Key(self, "Key", enable_key_rotation=True),
            schedule=events.Schedule.rate(Duration.days(30)),
            mail_servers=[
                MailServerFleet(
                    targets=MailServerTargets.tag("EmailServers", "True"),
                    document=CredentialDocument.postfix(),
                    minimum_targets=3,
                )
            ],
        )

        # The role of the mail servers: Systems Manager reaches them, and they read the credential.
        role = iam.Role(
            self,
            "MailServerRole",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSSMManagedInstanceCore")
            ],
        )
        rotation.grant_read(role)
        iam.InstanceProfile(self, "MailServerProfile", role=role)

        # A second credential, with a user of its own, for an application that reads the secret by itself.
        SesSmtpCredentialRotation(
            self,
            "BillingCredential",
            identities=[domain],
            from_addresses=["billing@example.com"],
        )
