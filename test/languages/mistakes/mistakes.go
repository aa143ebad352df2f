package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdk-ses-smtp/cdk-ses-smtp-credential-rotation-go/smtprotation"
)

func main() {
	defer jsii.Close()

	stack := awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Stack"), nil)
	try(func() {
		props := &smtprotation.SesSmtpCredentialRotationProps{Identities: &[]awsses.IEmailIdentity{}}
		smtprotation.NewSesSmtpCredentialRotation(stack, jsii.String("NoIdentities"), props)
	})
	try(func() {
		smtprotation.SmtpEndpoint_Regional(&smtprotation.RegionalSmtpEndpointOptions{Port: jsii.Number(1025)})
	})
}

func try(mistake func()) {
	defer func() { fmt.Println(recover()) }()
	mistake()
}
