import { RotationConfig } from '../../src/private/rotation-contract';
import { World } from '../world';
import { expectedPassword } from '../world/services/ses-smtp';
import { Command } from '../world/services/ssm-command';

/** Where a rotation leaves traces. */
export interface Traces {
  readonly world: World;
  readonly config: RotationConfig;
  readonly template: object;
  /** Logs and errors. */
  readonly output: readonly string[];
}

/**
 * What others can read: logs and errors, the commands and what came back (EventBridge's events carry the same),
 * the function's environment and the template.
 */
export function everythingOutside({ output, world, config, template }: Traces): string {
  return [...output, JSON.stringify(world.ssm.commands.map(describeCommand)), JSON.stringify(config), textOf(template)].join('\n');
}

/** What Run Command's history shows of a command. */
export function describeCommand({ request, invocations }: Command): unknown {
  return [request.parameters, request.comment, invocations.map(({ steps }) => steps)];
}

const texts = new WeakMap<object, string>();

/** A thousand labs share a template. */
function textOf(template: object): string {
  const text = texts.get(template) ?? JSON.stringify(template);
  texts.set(template, text);
  return text;
}

/** Every form in which a secret text travels: as it is, and as SMTP, HTTP and URLs write it. */
function formsOf(text: string): string[] {
  const urlEncoded = [encodeURIComponent(text), new URLSearchParams({ text }).toString().slice('text='.length)];
  return [...new Set([text, ...base64Forms(text), ...urlEncoded])];
}

/** A text in base64, wherever in the encoded text it begins, as in AUTH PLAIN: without the characters that its neighbours decide, too. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.from('.'.repeat(offset) + text).toString('base64');
    return encoded.slice(Math.ceil(offset * 8 / 6), Math.floor((offset + text.length) * 8 / 6));
  });
}

/** Every secret key and password that IAM ever issued and that stands in what others can read. */
export function leaksIn(outside: string, { iam }: World, regions: string[]): string[] {
  return iam.issuedKeys.flatMap(({ accessKeyId, secretAccessKey }) => {
    const passwords = regions.map(region => ['password', expectedPassword(secretAccessKey, region)]);
    return [['secret access key', secretAccessKey], ...passwords]
      .filter(([, text]) => formsOf(text).some(form => outside.includes(form)))
      .map(([what]) => `the ${what} of ${accessKeyId} left the function`);
  });
}
