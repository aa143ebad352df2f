import { App } from 'aws-cdk-lib';
import { NewsletterStack } from './newsletter-stack';

new NewsletterStack(new App(), 'Newsletter', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
