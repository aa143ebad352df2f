import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { Input, Operation } from './operation';
import { Principal } from './permissions';

export type ServiceName = 'secretsmanager' | 'ssm' | 'iam' | 'sts';

/** An API call that has arrived: its caller is known, nothing has been decided. */
export interface ApiCall {
  readonly service: ServiceName;
  readonly action: string;
  readonly input: Input;
  /** The ARN of the user or of the role's session. */
  readonly principal: string;
}

/**
 * Stands around every call. Throw an AwsError before `proceed` and the service refuses or throttles; throw
 * ConnectionLost before it and the request never arrived, after it and only the reply is lost.
 */
export type Interceptor = (call: ApiCall, proceed: () => Promise<unknown>) => Promise<unknown>;

export interface RecordedCall extends ApiCall {
  readonly at: number;
  /** The error that the caller got, or would have got. */
  readonly error?: string;
}

export interface WireRequest {
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Takes what is put to a presigned URL; throws an AwsError when it refuses it. */
export type Upload = (request: WireRequest) => void;

export type Authenticator = (accessKeyId: string) => Principal | undefined;

/** What the AWS SDK's clients take as their `requestHandler`, without a socket. */
export interface InProcessHandler {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' };
  handle(request: SdkRequest): Promise<{ response: SdkResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

interface SdkRequest {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

interface ParsedRequest {
  readonly service: ServiceName;
  readonly action: string;
  readonly input: Input;
  readonly protocol: Protocol;
}

interface Protocol {
  success(action: string, output: unknown, requestId: string): WireResponse;
  failure(error: AwsError, requestId: string): WireResponse;
  unknownCaller(): AwsError;
  unknownAction(action: string): AwsError;
}

const JSON_TARGETS: Record<string, ServiceName> = { secretsmanager: 'secretsmanager', AmazonSSM: 'ssm' };
const XML_NAMESPACES: Record<string, string> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** The services behind their wire protocols. */
export class Wire {
  public readonly calls: RecordedCall[] = [];
  public intercept?: Interceptor;

  private server?: Server;

  constructor(
    private readonly environment: Environment,
    private readonly services: Record<ServiceName, Record<string, Operation>>,
    private readonly authenticate: Authenticator,
    private readonly upload: Upload,
  ) {}

  /** Rejects only when the connection is lost; every other failure is a response. */
  public async handle(request: WireRequest): Promise<WireResponse> {
    const requestId = this.environment.random.uuid();
    const { protocol, ...call } = parse(request);
    try {
      const output = await this.perform(call, accessKeyIdOf(request));
      return protocol.success(call.action, output, requestId);
    } catch (error) {
      if (error instanceof AwsError) return protocol.failure(error, requestId);
      throw error;
    }
  }

  /** For SDK clients in this process. Clients sign as usual: the access key id says who calls. */
  public requestHandler(): InProcessHandler {
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async request => ({ response: await this.handleForSdk(request) }),
      destroy: () => undefined,
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    };
  }

  /** Serves on loopback; resolves with the base URL, the same for every service. */
  public async listen(port = 0): Promise<string> {
    const server = createServer((request, response) => void this.serve(request, response));
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    if (server) await new Promise(resolve => server.close(resolve));
  }

  /** A call without its wire format. Rejects with an AwsError, or when the connection is lost. */
  public async perform(call: Pick<ApiCall, 'service' | 'action' | 'input'>, accessKeyId: string): Promise<unknown> {
    const at = this.environment.clock.now();
    const caller = this.authenticate(accessKeyId);
    const recorded = { ...call, principal: caller?.arn ?? 'unknown', at };
    const proceed = async () => {
      if (!caller) throw protocolOf(call.service).unknownCaller();
      const operation = this.services[call.service]?.[call.action];
      if (!operation) throw protocolOf(call.service).unknownAction(call.action);
      return operation(call.input, caller);
    };
    try {
      const output = await (this.intercept ? this.intercept(recorded, proceed) : proceed());
      this.calls.push(recorded);
      return output;
    } catch (error) {
      this.calls.push({ ...recorded, error: error instanceof Error ? error.name : String(error) });
      throw error;
    }
  }

  private async handleForSdk(request: SdkRequest): Promise<SdkResponse> {
    const response = await this.handle({ path: request.path, headers: lowerCase(request.headers), body: bodyText(request.body) });
    return { ...response, body: new TextEncoder().encode(response.body) };
  }

  private store(request: WireRequest): WireResponse {
    try {
      this.upload(request);
      return { statusCode: 200, headers: {}, body: '' };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const body = `<Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
      return { statusCode: error.status, headers: { 'content-type': 'application/xml' }, body };
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const received = { path: request.url ?? '/', headers, body: await text(request) };
      const reply = request.method === 'PUT' ? this.store(received) : await this.handle(received);
      response.writeHead(reply.statusCode, reply.headers).end(reply.body);
    } catch {
      request.socket.destroy();
    }
  }
}

function bodyText(body: unknown): string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw new Error('the world reads only texts and bytes as request bodies');
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function accessKeyIdOf(request: WireRequest): string {
  return /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function parse(request: WireRequest): ParsedRequest {
  const [prefix, action] = (request.headers['x-amz-target'] ?? '').split('.');
  if (action !== undefined) {
    return { service: JSON_TARGETS[prefix], action, input: JSON.parse(request.body || '{}') as Input, protocol: JSON_PROTOCOL };
  }
  const { Action, Version, ...input } = Object.fromEntries(new URLSearchParams(request.body));
  const service = Version === '2011-06-15' ? 'sts' : 'iam';
  return { service, action: Action ?? '', input, protocol: protocolOf(service) };
}

function protocolOf(service: ServiceName): Protocol {
  return service === 'iam' || service === 'sts' ? queryProtocol(service) : JSON_PROTOCOL;
}

const JSON_PROTOCOL: Protocol = {
  success: (_action, output, requestId) => jsonResponse(200, requestId, output ?? {}),
  failure: (error, requestId) => ({
    ...jsonResponse(error.status, requestId, { __type: error.code, message: error.message, Message: error.message }, error.code),
  }),
  unknownCaller: () => new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  unknownAction: action => new AwsError('UnknownOperationException', `The world does not know ${action}`),
};

function jsonResponse(statusCode: number, requestId: string, output: unknown, errorType?: string): WireResponse {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
  const body = JSON.stringify(withEpochSeconds(output));
  return { statusCode, headers: errorType === undefined ? headers : { ...headers, 'x-amzn-errortype': errorType }, body };
}

function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withEpochSeconds(entry)]));
}

function queryProtocol(service: 'iam' | 'sts'): Protocol {
  const namespace = XML_NAMESPACES[service];
  return {
    success: (action, output, requestId) => xmlResponse(200, requestId,
      `<${action}Response xmlns="${namespace}">`
      + (output === undefined ? '' : `<${action}Result>${toXml(output)}</${action}Result>`)
      + `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`),
    failure: (error, requestId) => xmlResponse(error.status, requestId,
      `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>`
      + `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`),
    unknownCaller: () => new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
    unknownAction: action => new AwsError('InvalidAction', `The world does not know ${action}`),
  };
}

function xmlResponse(statusCode: number, requestId: string, body: string): WireResponse {
  return { statusCode, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

function toXml(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(entry => `<member>${toXml(entry)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => `<${key}>${toXml(entry)}</${key}>`).join('');
}

function escapeXml(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
