import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { beforeAll, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation } from '../../../../src';
import { Scenario, withFleet } from '../../../lambda-src/scenario';
import { failsWith } from '../../../world/nodes';
import { defineRotation, onlyResource, textOf } from '../../define-rotation';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly properties: { readonly title?: string; readonly query?: string; readonly region?: string; readonly alarms?: string[] };
}

function bodyOf(stack: Stack): { readonly start: string; readonly widgets: Widget[] } {
  return JSON.parse(textOf(onlyResource(stack, 'AWS::CloudWatch::Dashboard').DashboardBody)) as { start: string; widgets: Widget[] };
}

function queriesOf(stack: Stack): string[] {
  return bodyOf(stack).widgets.flatMap(({ properties: { query } }) => query ?? []);
}

describe('a dashboard', () => {
  it('is defined only on request', () => {
    Template.fromStack(defineRotation().stack).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    Template.fromStack(defineRotation(() => ({ dashboard: false })).stack).resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  });

  it('shows the alarm, the age of the key, rotations, servers, errors and the function, over some rotations', () => {
    const { stack } = defineRotation(() => ({ dashboard: true }));
    const { start, widgets } = bodyOf(stack);
    expect(start).toBe('-P90D');
    expect(widgets.map(({ type, properties: { title = '' } }) => `${type}: ${title.split(/[:,]/)[0]}`)).toEqual([
      'text: ',
      'alarm: Alarm',
      'log: Age of the current access key',
      'log: Last rotations',
      'log: Mail servers that confirmed a credential',
      'log: Last errors',
      'metric: Invocations and errors of the function',
      'metric: Longest duration of the function',
    ]);
    expect(widgets[1].properties.alarms).toEqual([expect.stringMatching(/^<NewsletterAlarm\w+\.Arn>$/)]);
    expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
    expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).toBe(widgets.length);
  });

  it('takes several credentials, one below the other', () => {
    const { stack, rotation } = defineRotation();
    const other = new SesSmtpCredentialRotation(stack, 'Billing', { identities: [EmailIdentity.fromEmailIdentityName(stack, 'BillingDomain', 'example.org')] });
    const dashboard = new Dashboard(stack, 'Mail');
    for (const credential of [rotation, other]) credential.addToDashboard(dashboard);
    const texts = bodyOf(stack).widgets.filter(({ type }) => type === 'text');
    expect(texts.map(({ x, properties }) => [x, properties])).toEqual([
      [0, { markdown: '## SES SMTP credential Stack/Newsletter' }], [0, { markdown: '## SES SMTP credential Stack/Billing' }],
    ]);
    expect(new Set(texts.map(({ y }) => y)).size).toBe(2);
  });

  it('reads only the lines of its secret from a shared log group', () => {
    const { stack } = defineRotation(scope => ({ dashboard: true, logGroup: logs.LogGroup.fromLogGroupName(scope, 'Shared', 'mail') }));
    expect(queriesOf(stack)).toHaveLength(4);
    for (const query of queriesOf(stack)) expect(query).toMatch(/^SOURCE 'mail' \| filter secretArn = "<NewsletterSecret\w+>"\n\| /);
  });

  it('knows the lines of a secret that was imported without the end of its ARN', () => {
    const { stack } = defineRotation(scope => ({ dashboard: true, secret: Secret.fromSecretNameV2(scope, 'Existing', 'prod/smtp') }));
    for (const query of queriesOf(stack)) expect(query).toContain('| filter secretArn like "arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:prod/smtp"\n');
  });

  it('may stand in another region than the credential', () => {
    const { stack, rotation } = defineRotation(undefined, { env: { region: 'eu-west-1', account: '123456789012' } });
    const elsewhere = new Stack(stack.node.root, 'Elsewhere', { env: { region: 'us-east-1', account: '123456789012' }, crossRegionReferences: true });
    rotation.addToDashboard(new Dashboard(elsewhere, 'Mail'));
    const regions = bodyOf(elsewhere).widgets.filter(({ type }) => type === 'log').map(({ properties: { region } }) => region);
    expect(regions).toEqual(['eu-west-1', 'eu-west-1', 'eu-west-1', 'eu-west-1']);
  });
});

describe('the queries of the dashboard', () => {
  const COMMANDS = ['SOURCE', 'filter', 'fields', 'stats', 'sort', 'display', 'limit'];
  const FUNCTIONS = ['ispresent', 'toMillis', 'strcontains', 'concat', 'min', 'max', 'sum', 'earliest', 'bin'];
  const WORDS = ['as', 'by', 'asc', 'desc'];
  const queries = queriesOf(defineRotation(() => ({ dashboard: true })).stack);
  let lines: Record<string, unknown>[];

  beforeAll(async () => {
    const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')) });
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    await scenario.rotateWell({ immediately: false });
    await scenario.watch();
    scenario.addNode('i-00000002', failsWith('disk full'));
    await scenario.rotate();
    lines = scenario.logs.map(line => JSON.parse(line) as Record<string, unknown>);
  });

  it('name no field that the log does not have', () => {
    const logged = new Set(lines.flatMap(line => Object.keys(line)));
    for (const query of queries) {
      const text = query.replace(/"[^"]*"|'[^']*'/g, '').replace(/bin\(\w+\)/g, '');
      const made = [...text.matchAll(/ as (\w+)/g)].map(([, name]) => name);
      const names = [...text.matchAll(/@?\b[a-z]\w*/gi)].map(([name]) => name);
      const unknown = names.filter(name => ![...COMMANDS, ...FUNCTIONS, ...WORDS, ...made, '@timestamp'].includes(name) && !logged.has(name));
      expect([query, unknown]).toEqual([query, []]);
    }
  });

  it('search only for messages that the function logs', () => {
    const said = lines.map(({ step, message }) => `${step as string} ${message as string}`);
    const sought = queries.flatMap(query => [...query.matchAll(/"([a-z][^"]*)"/gi)].map(([, text]) => text)).filter(text => !text.startsWith('<'));
    expect(sought.length).toBeGreaterThan(4);
    expect(sought.filter(text => !said.some(line => line.includes(text)))).toEqual([]);
  });

  it('distinguish a rotation that succeeded from one that failed, and from a mere test of the configuration', () => {
    const [, finished] = /"([^"]+)"\) as finished/.exec(queries.join())!;
    const [, creates] = /"([^"]+)"\) as creates/.exec(queries.join())!;
    const versions = [...new Set(lines.flatMap(({ versionId }) => versionId ?? []))];
    const has = (id: unknown, text: string) =>
      lines.some(({ versionId, step, message }) => versionId === id && `${step as string} ${message as string}`.includes(text));
    expect(versions.map(id => [has(id, creates), has(id, finished)])).toEqual([[true, true], [false, false], [true, false]]);
  });

  it('divide the figures of the log into servers that confirmed and servers that did not', () => {
    const answers = lines.filter(({ message }) => message === 'mail servers answered');
    expect(answers.map(({ confirmed, targets }) => [confirmed, Number(targets) - Number(confirmed)])).toEqual([[1, 0], [1, 1]]);
  });
});
