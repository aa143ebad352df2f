package com.example.newsletter;

import io.github.cdkses.smtprotation.RegionalSmtpEndpointOptions;
import io.github.cdkses.smtprotation.SesSmtpCredentialRotation;
import io.github.cdkses.smtprotation.SmtpEndpoint;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;

public final class Mistakes {
    public static void main(final String[] args) {
        Stack stack = new Stack(new App(), "Stack");
        List<Runnable> mistakes = List.of(
                () -> SesSmtpCredentialRotation.Builder.create(stack, "NoIdentities").identities(List.of()).build(),
                () -> SmtpEndpoint.regional(RegionalSmtpEndpointOptions.builder().port(1025).build()));
        for (Runnable mistake : mistakes) {
            try {
                mistake.run();
            } catch (RuntimeException error) {
                System.out.println(error.getMessage());
            }
        }
    }

    private Mistakes() {
    }
}
