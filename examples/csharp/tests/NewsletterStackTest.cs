using System.Collections.Generic;
using Amazon.CDK;
using Amazon.CDK.Assertions;
using Xunit;

// The CDK hangs when several threads use it at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Newsletter.Tests;

public class NewsletterStackTest
{
    private readonly Template template = Template.FromStack(new NewsletterStack(new App(), "Newsletter"));

    [Fact]
    public void RotatesBothCredentialsEvery30Days()
    {
        template.ResourceCountIs("AWS::SecretsManager::RotationSchedule", 2);
        template.AllResourcesProperties("AWS::SecretsManager::RotationSchedule", new Dictionary<string, object>
        {
            ["RotationRules"] = new Dictionary<string, object> { ["ScheduleExpression"] = "rate(30 days)" },
        });
    }

    [Fact]
    public void LetsTheMailServersReadTheCredential()
    {
        var read = new Dictionary<string, object> { ["Action"] = Match.ArrayWith(new object[] { "secretsmanager:GetSecretValue" }) };
        template.HasResourceProperties("AWS::IAM::Policy", new Dictionary<string, object>
        {
            ["PolicyDocument"] = new Dictionary<string, object> { ["Statement"] = Match.ArrayWith(new object[] { Match.ObjectLike(read) }) },
            ["Roles"] = new object[] { new Dictionary<string, object> { ["Ref"] = Match.StringLikeRegexp("^MailServerRole") } },
        });
    }
}
