import { App } from 'aws-cdk-lib';
import { LocalAws } from './local-aws';
import { Newsletter } from './newsletter';
import { Progress } from './progress';
import { DemoReport, tellStory } from './story';
import { NewsletterStack } from '../../examples/typescript/newsletter-stack';

export interface DemonstrationOptions {
  readonly failServer: boolean;
  readonly progress: Progress;
  /** Where the function is, if not the bundled one. */
  readonly codeDirectory?: string;
}

/** The stack of the TypeScript example, from nothing to the end of a grace period. */
export async function demonstrate({ codeDirectory, failServer, progress }: DemonstrationOptions): Promise<DemoReport> {
  const aws = await LocalAws.start();
  aws.codeDirectory = codeDirectory;
  try {
    const newsletter = await Newsletter.start(aws, aws.deploy((app: App) => new NewsletterStack(app, 'Newsletter')), progress);
    progress.say(`A local AWS is up; it has the stack of examples/typescript and ${newsletter.servers.length} mail servers. Mail flows all the time.`);
    try {
      return await tellStory(newsletter, failServer);
    } finally {
      await newsletter.close();
    }
  } finally {
    await aws.close();
  }
}
