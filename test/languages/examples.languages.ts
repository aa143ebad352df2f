import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { members, readAssembly } from './assembly';
import { Example, withoutMetadata } from './example';
import { LANGUAGES, typescript } from './languages';
import { run } from './program';
import { LocalAws } from '../demo/local-aws';
import { Newsletter } from '../demo/newsletter';
import { Progress } from '../demo/progress';
import { deploy } from '../world';

const examples = new Map<string, Example>();
const isTestable = (language: string) => inject('languages').includes(language);

function exampleOf(name: string): Example {
  const example = examples.get(name);
  if (!example) throw new Error(`the example in ${name} could not be installed`);
  return example;
}

describe.each(LANGUAGES.filter(({ name }) => isTestable(name)))('the example in $name', language => {
  /** The example in TypeScript, with the same version of the CDK. */
  let counterpart: Example;
  beforeAll(async () => {
    const folder = join(inject('workshop'), language.name);
    examples.set(language.name, await Example.install(language, folder, inject('packages')));
    counterpart = language.cdk ? await Example.install(typescript(language.cdk), `${folder}-typescript`, inject('packages')) : exampleOf('typescript');
    if (language.cdk) await counterpart.synth();
  });

  it('passes its own tests', async () => {
    const { stdout } = await exampleOf(language.name).test();
    expect(stdout).toMatch(/pass 2\b|2 passed|Tests run: 2, Failures: 0, Errors: 0, Skipped: 0|(--- PASS.*[^]*){2}|Passed: +2\b|succeeded: 2\b/);
  });

  it('is synthesized by the CDK CLI without a warning', async () => {
    const { stdout, stderr } = await exampleOf(language.name).synth();
    expect(stdout + stderr).not.toMatch(/warn/i);
  });

  it('has the same template as in TypeScript', () => {
    const template = withoutMetadata(exampleOf(language.name).template);
    expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SecretsManager::RotationSchedule')).toHaveLength(2);
    expect(template).toEqual(withoutMetadata(counterpart.template));
  });

  it('has a smallest program in the README, which has the same template as that in TypeScript', async () => {
    const template = withoutMetadata(await exampleOf(language.name).readmeTemplate());
    expect(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SSM::Document')).toHaveLength(1);
    expect(template).toEqual(withoutMetadata(await counterpart.readmeTemplate()));
  });

  it('is told about a mistake in the same words', async () => {
    const said = await exampleOf(language.name).makeMistakes();
    expect(said).toContain('identities must name at least one SES identity, got none');
    expect(said).toContain('endpoint port must be one of 25, 465, 587, 2465, 2587, got 1025; SES listens on no other port');
  });
});

describe('the example in TypeScript', () => {
  it('fails for a misspelled prop before it is synthesized', async () => {
    const stack = join(exampleOf('typescript').directory, 'newsletter-stack.ts');
    const program = readFileSync(stack, 'utf8');
    writeFileSync(stack, program.replace('encryptionKey:', 'gracePeriode: undefined, encryptionKey:'));
    try {
      await expect(exampleOf('typescript').synth()).rejects.toThrow(/TS2561: [^]*'gracePeriode'/);
    } finally {
      writeFileSync(stack, program);
    }
  });
});

describe.runIf(isTestable('python'))('the function in the wheel', () => {
  it('rotates a credential, from the assembly that Python made', async () => {
    const { assembly, template } = exampleOf('python');
    const aws = await LocalAws.start();
    const deployment = deploy(template, aws.world, { stackName: 'Newsletter', assemblyDirectory: assembly });
    const newsletter = await Newsletter.start(aws, deployment, new Progress(() => undefined));
    try {
      const { succeeded, after } = await newsletter.rotate('first rotation');
      expect(succeeded).toBe(true);
      const current = after.versions.find(({ labels }) => labels.includes('AWSCURRENT'))?.accessKeyId;
      expect(after.servers.map(({ accessKeyId }) => accessKeyId)).toEqual([current, current, current]);
    } finally {
      await newsletter.close();
      await aws.close();
    }
  });
});

describe('what is said about the API', () => {
  it.runIf(isTestable('python'))('reaches the help of Python', async () => {
    const { stdout } = await exampleOf('python').run('python', '-m', 'pydoc', 'cdk_ses_smtp_credential_rotation');
    expect(summaries().filter(summary => !letters(stdout).includes(letters(summary)))).toEqual([]);
  });

  it.runIf(isTestable('java'))('reaches Javadoc', async () => {
    const pages = join(inject('workshop'), 'javadoc');
    const [jar] = readdirSync(inject('packages').java, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('-javadoc.jar'));
    await run('python3', ['-m', 'zipfile', '--extract', join(inject('packages').java, jar), pages]);
    const text = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.html'))
      .map(file => letters(readFileSync(join(pages, file), 'utf8').replaceAll(/<[^>]*>|&#?\w+;/g, ''))).join('\n');
    expect(summaries().filter(summary => !text.includes(letters(summary)))).toEqual([]);
  });
});

/** The first sentence of every class, property, method and parameter. */
function summaries(): string[] {
  const documented = members(readAssembly(join(inject('workshop'), 'tree', '.jsii')));
  return documented.map(({ docs }) => docs?.summary).filter(summary => summary !== undefined);
}

/** Each language has its own mark-up and its own length of a line. */
function letters(text: string): string {
  return text.replaceAll(/[^a-z0-9]/gi, '');
}
