import { App, Stack } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { defineRotation, taggedFleet } from './define-rotation';
import { DeclaredProp, declaredStructs } from './structs';
import { CredentialDocument, CredentialFormat, MailServerTargets, SesSmtpCredential, SesSmtpCredentialRotation, SmtpEndpoint } from '../../src';

type Values = Record<string, unknown>;

/** How a program in JavaScript gives a struct to the library, whatever is in it. */
interface Use {
  /** The path of the struct among the props, with a dot at its end. */
  readonly prefix?: string;
  /** The props without which there is no struct. */
  readonly minimum?: Values;
  /** Gives the struct away. */
  readonly give: (values: never) => unknown;
}

const EXISTING = { secretArnParameter: 'Secret', versionIdParameter: 'Version' };

const USES: Record<string, Use> = {
  SesSmtpCredentialRotationProps: { give: define },
  MailServerFleet: { prefix: 'mailServers[0].', minimum: { ...taggedFleet }, give: (fleet: Values) => define({ mailServers: [fleet] }) },
  SesSmtpCredentialAttributes: {
    minimum: { secret: { secretArn: 'arn' }, smtpHost: 'relay' },
    give: (attributes: never) => SesSmtpCredential.fromAttributes(new Stack(), 'Credential', attributes),
  },
  TestMessage: { prefix: 'testMessage.', minimum: { sender: 'news@example.com' }, give: (testMessage: Values) => define({ testMessage }) },
  CredentialFields: {
    prefix: 'fields.', minimum: { username: 'user', password: 'password' }, give: (fields: Values) => CredentialFormat.json({ fields }),
  },
  JsonCredentialFormatOptions: { give: CredentialFormat.json },
  RegionalSmtpEndpointOptions: { give: SmtpEndpoint.regional },
  CustomSmtpEndpointOptions: { minimum: { host: 'relay' }, give: SmtpEndpoint.custom },
  MailServerDocumentOptions: { give: CredentialDocument.iisSmtp },
  PostfixDocumentOptions: { give: CredentialDocument.postfix },
  EximDocumentOptions: { give: CredentialDocument.exim },
  SendmailDocumentOptions: { give: CredentialDocument.sendmail },
  OpenSmtpdDocumentOptions: { give: CredentialDocument.openSmtpd },
  MsmtpDocumentOptions: { give: CredentialDocument.msmtp },
  NullmailerDocumentOptions: { give: CredentialDocument.nullmailer },
  DmaDocumentOptions: { give: CredentialDocument.dma },
  SsmtpDocumentOptions: { give: CredentialDocument.ssmtp },
  IisSmtpDocumentOptions: { give: CredentialDocument.iisSmtp },
  ExchangeSendConnectorDocumentOptions: { give: CredentialDocument.exchangeSendConnector },
  HMailServerDocumentOptions: { minimum: { administratorSecret: { secretArn: 'arn' } }, give: CredentialDocument.hMailServer },
  ExistingDocumentOptions: { minimum: EXISTING, give: (options: never) => CredentialDocument.existing('Apply', options) },
  ExistingDocumentWithCredentialOptions: { give: (options: never) => CredentialDocument.existingWithCredential('Apply', options) },
};

const structs = declaredStructs();
const props = [...structs].flatMap(([struct, members]) => members.map(prop => ({ struct, ...prop })));

function define(furtherProps: Values): void {
  const stack = new Stack(new App(), 'Stack');
  const identities = [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
  new SesSmtpCredentialRotation(stack, 'Newsletter', { identities, ...furtherProps });
}

/** What a program may say instead of what the type of a prop allows. */
function wrongValues({ isOptional, type }: DeclaredProp): unknown[] {
  const wrong = type === 'string' ? 42 : 'text';
  return [null, wrong, Symbol('symbol'), ...type.endsWith('[]') ? [[undefined], [{}]] : [[wrong]], ...isOptional ? [] : [undefined]];
}

function rotation(): SesSmtpCredentialRotation {
  return defineRotation().rotation;
}

function messageOf(struct: string, values: Values): string {
  const { give, minimum } = USES[struct];
  try {
    give({ ...minimum, ...values } as never);
  } catch (error) {
    return (error as Error).message.replace(/^(Stack\/Newsletter|Default\/Credential): /, '');
  }
  return 'taken';
}

it('is tried with every struct of the API', () => {
  expect(Object.keys(USES).sort()).toEqual([...structs.keys()].sort());
  expect(props.length).toBeGreaterThan(70);
});

describe('a value of another type', () => {
  it.each(props)('fails as $name of $struct, says what is allowed and what to do', ({ struct, ...prop }) => {
    const { prefix = '' } = USES[struct];
    const messages = wrongValues(prop).map(value => messageOf(struct, { [prop.name]: value }));
    for (const message of messages) expect(message.startsWith(`${prefix}${prop.name}`), message).toBe(true);
    for (const message of messages) expect(message).toMatch(/^[\w.[\]]+ must be (a|an|the|true) .+, got .+; .+/);
  });
});

describe('an unknown prop', () => {
  it.each(Object.keys(USES))('fails in %s', struct => {
    const { prefix = '' } = USES[struct];
    expect(messageOf(struct, { colour: 'red' }).startsWith(`${prefix}colour must be a prop of `)).toBe(true);
    expect(messageOf(struct, { colour: undefined })).toBe('taken');
  });

  it.each([
    ['SesSmtpCredentialRotationProps', 'gracePeriode', 'gracePeriode must be a prop of SesSmtpCredentialRotation, got 1 for an unknown one; write gracePeriod'],
    ['MailServerFleet', 'minimum_targets', 'mailServers[0].minimum_targets must be a prop of MailServerFleet, got 1 for an unknown one; write minimumTargets'],
    ['TestMessage', 'colour', 'testMessage.colour must be a prop of TestMessage, got 1 for an unknown one; leave it out, or use one of sender, recipient, configurationSet, tenantName'],
  ])('of %s, %s, comes with the name that was probably meant', (struct, name, message) => {
    expect(messageOf(struct, { [name]: 1 })).toBe(message);
  });
});

describe('misuse in JavaScript', () => {
  it.each<[string, Values, string]>([
    ['an identity as a text', { identities: ['example.com'] }, "identities[0] must be an SES identity, got 'example.com'; use EmailIdentity.fromEmailIdentityName"],
    ['one identity without a list', { identities: 'example.com' }, "identities must be a list, got 'example.com'; give a list in which each item is an SES identity"],
    ['a number of seconds', { gracePeriod: 3600 }, 'gracePeriod must be a Duration, got 3600; use a method of Duration, such as Duration.hours'],
    ['an expression', { schedule: 'rate(30 days)' }, "schedule must be a schedule, got 'rate(30 days)'; use Schedule.rate, Schedule.cron or Schedule.expression"],
    ['a fleet without anything', { mailServers: [{}] }, 'mailServers[0].targets must be a MailServerTargets, got nothing; use a method of MailServerTargets, such as MailServerTargets.tag'],
    ['a method without its call', { endpoint: SmtpEndpoint.regional }, 'endpoint must be a SmtpEndpoint, got a function; use a method of SmtpEndpoint, such as SmtpEndpoint.regional'],
    ['another policy', { removalPolicy: 'keep' }, "removalPolicy must be a value of RemovalPolicy, got 'keep'; use one of DESTROY, RETAIN, SNAPSHOT, RETAIN_ON_UPDATE_OR_DELETE"],
    ['another object', { credentialFormat: SmtpEndpoint.regional() }, 'credentialFormat must be a CredentialFormat, got an object of the class SmtpEndpoint; use a method of CredentialFormat, such as CredentialFormat.json'],
  ])('fails for %s', (_, values, message) => {
    expect(messageOf('SesSmtpCredentialRotationProps', values)).toBe(message);
  });

  it.each<[string, () => unknown, string]>([
    ['props', () => new SesSmtpCredentialRotation(new Stack(new App(), 'Stack'), 'Newsletter', undefined as never),
      'Stack/Newsletter: props of SesSmtpCredentialRotation must be an object with props, got nothing; give those of SesSmtpCredentialRotation by their names'],
    ['the value of a tag', () => MailServerTargets.tag('EmailServers', process.env.NOPE!),
      "tag values[0] in MailServerTargets.tag('EmailServers', ...) must be a string, got nothing; convert it to a string, and check that its source is set"],
    ['the key of a tag', () => MailServerTargets.tag(undefined as never, 'True'), 'tag key must be a string, got nothing; convert it to a string'],
    ['an id of a node', () => MailServerTargets.managedNodes(undefined as never), 'node ids[0] in MailServerTargets.managedNodes(...) must be a string, got nothing'],
    ['the name of a group', () => MailServerTargets.resourceGroup(undefined as never), 'resource group name must be a string, got nothing'],
    ['a value of a parameter', () => CredentialDocument.existing('Apply', { ...EXISTING, parameters: { Mode: undefined as never } }), 'parameters.Mode must be a string, got nothing'],
    ['a script', () => CredentialDocument.shellScript(undefined as never), 'shellScript must be a string, got nothing'],
    ['a script for Windows', () => CredentialDocument.powerShellScript(undefined as never), 'powerShellScript must be a string, got nothing'],
    ['the name of a document', () => CredentialDocument.existing(undefined as never, EXISTING), 'name of CredentialDocument.existing must be a string, got nothing'],
    ['a dashboard', () => rotation().addToDashboard(undefined as never), 'Stack/Newsletter: dashboard must be a dashboard, got nothing; use a Dashboard of aws-cloudwatch'],
    ['the id of a rule', () => rotation().onCredentialRotated(undefined as never), 'Stack/Newsletter: id must be a string, got nothing'],
    ['a known option of a rule', () => rotation().onRotationFailed('Failed', { targets: [] } as never),
      'Stack/Newsletter: targets must be a prop of OnEventOptions, got a list for an unknown one; write target'],
    ['a target of a rule', () => rotation().onRotationFailed('Failed', { target: 'queue' } as never),
      "Stack/Newsletter: target must be a target of a rule, got 'queue'; use a class of aws-events-targets"],
    ['options of a rule', () => rotation().onCredentialRotated('Rotated', null as never), 'Stack/Newsletter: props of OnEventOptions must be an object with props, got null; '],
    ['the options of a document', () => CredentialDocument.existing('Apply', undefined as never), 'props of CredentialDocument.existing must be an object with props, got nothing'],
  ])('fails without %s', (_, misuse, message) => {
    expect(misuse).toThrow(message);
  });
});
