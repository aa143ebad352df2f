using System;
using Amazon.CDK;
using Amazon.CDK.AWS.SES;
using CdkSesSmtp.CredentialRotation;

var stack = new Stack(new App(), "Stack");
var mistakes = new Action[]
{
    () => _ = new SesSmtpCredentialRotation(stack, "NoIdentities", new SesSmtpCredentialRotationProps { Identities = new IEmailIdentity[0] }),
    () => SmtpEndpoint.Regional(new RegionalSmtpEndpointOptions { Port = 1025 }),
};
foreach (var mistake in mistakes)
{
    try
    {
        mistake();
    }
    catch (Exception error)
    {
        Console.WriteLine(error.Message);
    }
}
