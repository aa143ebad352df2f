import type { Lab } from './lab';
import { expectedPassword } from '../world/ses-smtp';

/**
 * What others can read: logs and errors, the commands and what came back (EventBridge's events carry the same),
 * the function's environment and the template.
 */
function everythingOutside({ output, world, config, template }: Lab): string {
  const commands = world.ssm.commands.map(({ request, invocations }) => [request.parameters, request.comment, invocations.map(({ steps }) => steps)]);
  return [...output, JSON.stringify(commands), JSON.stringify(config), textOf(template)].join('\n');
}

const texts = new WeakMap<object, string>();

/** A thousand labs share a template. */
function textOf(template: object): string {
  const text = texts.get(template) ?? JSON.stringify(template);
  texts.set(template, text);
  return text;
}

/** Every form in which a secret text travels: as it is, and as SMTP, HTTP and JSON write it. */
export function formsOf(username: string, text: string): string[] {
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  return [
    text,
    // AUTH LOGIN sends it like this; without the end, which depends on what follows it.
    base64(text).replace(/.{0,3}=*$/, ''),
    base64(`\0${username}\0${text}`),
    base64(`${username}:${text}`),
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice('text='.length),
  ];
}

/** Every secret key and password that IAM ever issued and that stands somewhere outside. */
export function leaksIn(lab: Lab): string[] {
  const outside = everythingOutside(lab);
  return lab.world.iam.issuedKeys.flatMap(({ accessKeyId, secretAccessKey }) => {
    const password = expectedPassword(secretAccessKey, lab.config.endpoint.region);
    const found = { 'a secret access key': secretAccessKey, 'a password': password };
    return Object.entries(found)
      .filter(([, text]) => formsOf(accessKeyId, text).some(form => outside.includes(form)))
      .map(([what]) => `${what} left the function`);
  });
}
