import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Objects, Settings } from './windows-node';
import { CredentialDocument, CredentialFormat, SmtpEndpoint } from '../../src';

export const HOST = 'email-smtp.eu-west-1.amazonaws.com';
export const VERSION = '01234567-89ab-cdef-0123-456789abcdef';
export const OTHER_VERSION = '76543210-89ab-cdef-0123-456789abcdef';

/** Names of 200 characters: together, they are longer than what Run Command keeps. */
export const MANY_HOSTS = Array.from({ length: 15 }, (_, index) => `host-${index}.${'a-long-name.'.repeat(16)}example.com`);

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export const OLD: Credential = { username: 'AKIAIOSFODNN7EXAMPLE', password: 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS' };
export const NEW: Credential = { username: 'AKIAI44QH8DHBEXAMPLE', password: 'BEXAMPLEpassword/with+44characters0000000001' };

export interface DocumentOptions {
  readonly format?: CredentialFormat;
  readonly endpoint?: SmtpEndpoint;
}

/** The lines of a document as the agent gets them. */
export function scriptOf(document: CredentialDocument, options: DocumentOptions = {}): string {
  const { format = CredentialFormat.json(), endpoint = SmtpEndpoint.custom({ host: HOST }) } = options;
  const stack = new Stack(new App(), 'Mail');
  document._bind(stack, { endpoint: endpoint._bind(stack), regions: ['eu-west-1'], format: format._bind() });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Document'));
  const lines: unknown[] = (Properties as { Content: { mainSteps: { inputs: { runCommand: unknown[] } }[] } }).Content.mainSteps[0].inputs.runCommand;
  return lines.map(line => typeof line === 'string' ? line : 'a line with a token').join('\n');
}

export const IIS = scriptOf(CredentialDocument.iisSmtp());

/** A version of the secret whose value is that text. */
export function version(value: string, stages = 'AWSPENDING', id = VERSION): Objects {
  return { [`version:${id}`]: { value, stages } };
}

export function json(credential: Credential, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...credential, host: HOST, port: 587, region: 'eu-west-1', ...more });
}

/** Basic authentication, and TLS. */
export const ROUTE_ACTION = 0x104;

export function virtualServer(number = 1, settings: Settings = {}): Objects {
  return {
    [`IIsSmtpServerSetting:SmtpSvc/${number}`]: {
      SmartHost: HOST, RouteAction: ROUTE_ACTION, RouteUserName: OLD.username, RoutePassword: OLD.password, ...settings,
    },
  };
}

export function remoteDomain(name: string, settings: Settings = {}): Objects {
  return {
    [`IIsSmtpDomainSetting:SmtpSvc/1/Domain/${name}`]: {
      RouteActionString: HOST, RouteAction: ROUTE_ACTION, RouteUserName: OLD.username, RoutePassword: OLD.password, ...settings,
    },
  };
}

/** A Windows with the features that the document needs, the secret, and what else there is. */
export function windows(...objects: Objects[]): Objects {
  return Object.assign({ wmi: { installed: true } }, ...objects);
}
