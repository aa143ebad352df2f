package com.example.newsletter;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;

class NewsletterStackTest {
    private static Template template;

    @BeforeAll
    static void synthesize() {
        template = Template.fromStack(new NewsletterStack(new App(), "Newsletter"));
    }

    @Test
    void rotatesBothCredentialsEvery30Days() {
        template.resourceCountIs("AWS::SecretsManager::RotationSchedule", 2);
        template.allResourcesProperties("AWS::SecretsManager::RotationSchedule",
                Map.of("RotationRules", Map.of("ScheduleExpression", "rate(30 days)")));
    }

    @Test
    void letsTheMailServersReadTheCredential() {
        Map<String, Object> read = Map.of("Action", Match.arrayWith(List.of("secretsmanager:GetSecretValue")));
        template.hasResourceProperties("AWS::IAM::Policy", Map.of(
                "PolicyDocument", Map.of("Statement", Match.arrayWith(List.of(Match.objectLike(read)))),
                "Roles", List.of(Map.of("Ref", Match.stringLikeRegexp("^MailServerRole")))));
    }
}
