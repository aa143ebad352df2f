import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

from newsletter.newsletter_stack import NewsletterStack


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.from_stack(NewsletterStack(App(), "Newsletter"))


def test_rotates_both_credentials_every_30_days(template: Template) -> None:
    template.resource_count_is("AWS::SecretsManager::RotationSchedule", 2)
    template.all_resources_properties(
        "AWS::SecretsManager::RotationSchedule",
        {"RotationRules": {"ScheduleExpression": "rate(30 days)"}},
    )


def test_lets_the_mail_servers_read_the_credential(template: Template) -> None:
    read = Match.object_like({"Action": Match.array_with(["secretsmanager:GetSecretValue"])})
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {"Statement": Match.array_with([read])},
            "Roles": [{"Ref": Match.string_like_regexp("^MailServerRole")}],
        },
    )
