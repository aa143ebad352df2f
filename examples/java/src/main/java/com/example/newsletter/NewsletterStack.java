package com.example.newsletter;

import io.github.cdkses.smtprotation.CredentialDocument;
import io.github.cdkses.smtprotation.MailServerFleet;
import io.github.cdkses.smtprotation.MailServerTargets;
import io.github.cdkses.smtprotation.SesSmtpCredentialRotation;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.iam.InstanceProfile;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.ses.EmailIdentity;
import software.amazon.awscdk.services.ses.IEmailIdentity;
import software.constructs.Construct;

/** The credential of three Postfix servers that relay a newsletter through Amazon SES, and that of an application. */
public class NewsletterStack extends Stack {
    public NewsletterStack(final Construct scope, final String id) {
        this(scope, id, null);
    }

    public NewsletterStack(final Construct scope, final String id, final StackProps props) {
        super(scope, id, props);

        IEmailIdentity domain = EmailIdentity.fromEmailIdentityName(this, "Domain", "example.com");

        SesSmtpCredentialRotation rotation = SesSmtpCredentialRotation.Builder.create(this, "Credential")
                .identities(List.of(domain))
                .encryptionKey(Key.Builder.create(this, "Key").enableKeyRotation(true).build())
                .schedule(Schedule.rate(Duration.days(30)))
                .mailServers(List.of(MailServerFleet.builder()
                        .targets(MailServerTargets.tag("EmailServers", "True"))
                        .document(CredentialDocument.postfix())
                        .minimumTargets(3)
                        .build()))
                .build();

        // The role of the mail servers: Systems Manager reaches them, and they read the credential.
        Role role = Role.Builder.create(this, "MailServerRole")
                .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
                .managedPolicies(List.of(ManagedPolicy.fromAwsManagedPolicyName("AmazonSSMManagedInstanceCore")))
                .build();
        rotation.grantRead(role);
        InstanceProfile.Builder.create(this, "MailServerProfile").role(role).build();

        // A second credential, with a user of its own, for an application that reads the secret by itself.
        SesSmtpCredentialRotation.Builder.create(this, "BillingCredential")
                .identities(List.of(domain))
                .fromAddresses(List.of("billing@example.com"))
                .build();
    }
}
