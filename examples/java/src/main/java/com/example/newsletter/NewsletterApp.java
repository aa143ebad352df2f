package com.example.newsletter;

import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.StackProps;

public final class NewsletterApp {
    public static void main(final String[] args) {
        App app = new App();
        new NewsletterStack(app, "Newsletter", StackProps.builder()
                .env(Environment.builder()
                        .account(System.getenv("CDK_DEFAULT_ACCOUNT"))
                        .region(System.getenv("CDK_DEFAULT_REGION"))
                        .build())
                .build());
        app.synth();
    }

    private NewsletterApp() {
    }
}
