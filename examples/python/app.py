import os

import aws_cdk as cdk

from newsletter.newsletter_stack import NewsletterStack

app = cdk.App()
NewsletterStack(
    app,
    "Newsletter",
    env=cdk.Environment(
        account=os.getenv("CDK_DEFAULT_ACCOUNT"),
        region=os.getenv("CDK_DEFAULT_REGION"),
    ),
)
app.synth()
