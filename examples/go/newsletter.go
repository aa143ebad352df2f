package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go/smtprotation"
)

// NewNewsletterStack defines the credential of three Postfix servers that relay a newsletter through Amazon SES,
// and that of an application.
func NewNewsletterStack(scope constructs.Construct, id string, props *awscdk.StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, props)

	domain := awsses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Domain"), jsii.String("example.com"))

	rotation := smtprotation.NewSesSmtpCredentialRotation(stack, jsii.String("Credential"), &smtprotation.SesSmtpCredentialRotationProps{
		Identities:    &[]awsses.IEmailIdentity{domain},
		EncryptionKey: awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{EnableKeyRotation: jsii.Bool(true)}),
		Schedule:      awsevents.Schedule_Rate(awscdk.Duration_Days(jsii.Number(30))),
		MailServers: &[]*smtprotation.MailServerFleet{{
			Targets:        smtprotation.MailServerTargets_Tag(jsii.String("EmailServers"), jsii.String("True")),
			Document:       smtprotation.CredentialDocument_Postfix(nil),
			MinimumTargets: jsii.Number(3),
		}},
	})

	// The role of the mail servers: Systems Manager reaches them, and they read the credential.
	role := awsiam.NewRole(stack, jsii.String("MailServerRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ec2.amazonaws.com"), nil),
		ManagedPolicies: &[]awsiam.IManagedPolicy{
			awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("AmazonSSMManagedInstanceCore")),
		},
	})
	rotation.GrantRead(role)
	awsiam.NewInstanceProfile(stack, jsii.String("MailServerProfile"), &awsiam.InstanceProfileProps{Role: role})

	// A second credential, with a user of its own, for an application that reads the secret by itself.
	smtprotation.NewSesSmtpCredentialRotation(stack, jsii.String("BillingCredential"), &smtprotation.SesSmtpCredentialRotationProps{
		Identities:    &[]awsses.IEmailIdentity{domain},
		FromAddresses: jsii.Strings("billing@example.com"),
	})

	return stack
}

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	NewNewsletterStack(app, "Newsletter", &awscdk.StackProps{Env: env()})
	app.Synth(nil)
}

// env is the account and the region that the CDK CLI is called for, as far as they are known.
func env() *awscdk.Environment {
	return &awscdk.Environment{Account: lookup("CDK_DEFAULT_ACCOUNT"), Region: lookup("CDK_DEFAULT_REGION")}
}

func lookup(name string) *string {
	if value, found := os.LookupEnv(name); found {
		return &value
	}
	return nil
}
