using Amazon.CDK;
using Amazon.CDK.AWS.Events;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.SES;
using CdkSesSmtp.CredentialRotation;
using Constructs;

namespace Newsletter;

/// <summary>The credential of three Postfix servers that relay a newsletter through Amazon SES, and that of an application.</summary>
public class NewsletterStack : Stack
{
    public NewsletterStack(Construct scope, string id, IStackProps? props = null) : base(scope, id, props)
    {
        var domain = EmailIdentity.FromEmailIdentityName(this, "Domain", "example.com");

        var rotation = new SesSmtpCredentialRotation(this, "Credential", new SesSmtpCredentialRotationProps
        {
            Identities = new[] { domain },
            EncryptionKey = new Key(this, "Key", new KeyProps { EnableKeyRotation = true }),
            Schedule = Schedule.Rate(Duration.Days(30)),
            MailServers = new[]
            {
                new MailServerFleet
                {
                    Targets = MailServerTargets.Tag("EmailServers", "True"),
                    Document = CredentialDocument.Postfix(),
                    MinimumTargets = 3,
                },
            },
        });

        // The role of the mail servers: Systems Manager reaches them, and they read the credential.
        var role = new Role(this, "MailServerRole", new RoleProps
        {
            AssumedBy = new ServicePrincipal("ec2.amazonaws.com"),
            ManagedPolicies = new[] { ManagedPolicy.FromAwsManagedPolicyName("AmazonSSMManagedInstanceCore") },
        });
        rotation.GrantRead(role);
        _ = new InstanceProfile(this, "MailServerProfile", new InstanceProfileProps { Role = role });

        // A second credential, with a user of its own, for an application that reads the secret by itself.
        _ = new SesSmtpCredentialRotation(this, "BillingCredential", new SesSmtpCredentialRotationProps
        {
            Identities = new[] { domain },
            FromAddresses = new[] { "billing@example.com" },
        });
    }
}
