import { App, Tags } from 'aws-cdk-lib';
import { CredentialStack } from './credential-stack';
import { LiveAppOptions, probeStackOf, TAG } from './names';
import { ProbeStack } from './probe-stack';
import { Variation } from './variation';

/** Writes the cloud assembly that the CDK CLI deploys: the credential under test, and what the probes need. */
export function synthesize(options: LiveAppOptions, variation: Variation, outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  new ProbeStack(app, probeStackOf(options), options);
  new CredentialStack(app, options.prefix, { ...options, variation });
  Tags.of(app).add(TAG, options.prefix);
  app.synth();
}
