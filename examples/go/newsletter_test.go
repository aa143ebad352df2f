package main

import (
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

var template assertions.Template

func TestMain(m *testing.M) {
	template = assertions.Template_FromStack(NewNewsletterStack(awscdk.NewApp(nil), "Newsletter", nil), nil)
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

func TestRotatesBothCredentialsEvery30Days(t *testing.T) {
	template.ResourceCountIs(jsii.String("AWS::SecretsManager::RotationSchedule"), jsii.Number(2))
	template.AllResourcesProperties(jsii.String("AWS::SecretsManager::RotationSchedule"), map[string]any{
		"RotationRules": map[string]any{"ScheduleExpression": "rate(30 days)"},
	})
}

func TestLetsTheMailServersReadTheCredential(t *testing.T) {
	read := assertions.Match_ObjectLike(&map[string]any{
		"Action": assertions.Match_ArrayWith(&[]any{"secretsmanager:GetSecretValue"}),
	})
	template.HasResourceProperties(jsii.String("AWS::IAM::Policy"), map[string]any{
		"PolicyDocument": map[string]any{"Statement": assertions.Match_ArrayWith(&[]any{read})},
		"Roles":          []any{map[string]any{"Ref": assertions.Match_StringLikeRegexp(jsii.String("^MailServerRole"))}},
	})
}
