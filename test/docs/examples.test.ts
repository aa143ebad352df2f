import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fixture, problemsIn, Program, programsOf, stackOf } from './examples';
import { Page, pagePaths } from './page';

// The types of aws-cdk-lib have to be read.
vi.setConfig({ testTimeout: 120_000 });

const REJECTED = `
import { SesSmtpCredentialRotation } from 'cdk-ses-smtp-credential-rotation';
new SesSmtpCredentialRotation(stack, 'Newsletter', { identities: [identity], keepSecret: true });
`;

let pages: Page[];
let readme: Page;

beforeAll(async () => {
  pages = await Promise.all(pagePaths().map(async path => Page.read(path)));
  readme = pages.find(({ path }) => path === 'README.md')!;
});

describe('the examples in TypeScript', () => {
  it('compile, with the imports that they show; one with an unknown prop does not', () => {
    const programs = pages.flatMap(programsOf);
    const rejected: Program = { name: 'rejected', code: fixture('pages').replace('/// here', () => REJECTED) };
    expect(programs.length).toBeGreaterThan(30);
    expect(problemsIn([...programs, rejected])).toEqual([expect.stringMatching(/^rejected: .*keepSecret/s)]);
  });
});

describe('the README', () => {
  it('begins with a whole program, which its other examples continue', () => {
    const [first] = readme.examples.filter(({ language }) => language === 'ts');
    expect(first.directive).toBe('nofixture');
    expect(fixture('default')).toBe(`${first.code}\n\n/// here\n`);
  });

  it('has a first program that defines a rotation, a document and the right to read the secret', () => {
    const template = Template.fromStack(stackOf(programsOf(readme)[0].code));
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 1);
    template.resourceCountIs('AWS::SSM::Document', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'] })] },
      Roles: ['mail-servers'],
    });
  });

  it('has examples that are synthesized below the first program, without an error', () => {
    const programs = programsOf(readme);
    expect(programs.length).toBeGreaterThan(5);
    for (const { code } of programs) Annotations.fromStack(stackOf(code)).hasNoError('*', Match.anyValue());
  });
});
