import { AsynchronousInvocations } from './asynchronous-invocations';
import { acceptedAnswer, CustomResourceAnswer, CustomResourceFailure } from './custom-resource-answer';
import { CustomResourceOrder, CustomResourceRequest } from './custom-resource-request';
import { Environment } from '../environment';
import { Functions } from './deployed-functions';
import { RecordedResponse, ResponseUrls } from './response-urls';

const DEFAULT_TIMEOUT = 3600;
/** Milliseconds between two looks for an answer. */
const POLL = 1000;

/** CloudFormation's side of custom resources: requests to functions, and their answers. */
export class CustomResources {
  /** Everything that was sent, oldest first. */
  public readonly requests: CustomResourceRequest[] = [];
  /** What invocations failed with: to CloudFormation, that is no answer. */
  public readonly failures: unknown[] = [];
  public readonly urls: ResponseUrls;

  constructor(
    private readonly environment: Environment,
    private readonly functions: Functions,
    private readonly invocations: AsynchronousInvocations,
  ) {
    this.urls = new ResponseUrls(environment);
  }

  /** Every answer as it arrived. */
  public get responses(): RecordedResponse[] {
    return this.urls.responses;
  }

  /** What functions in this process do in place of a PUT to the ResponseURL. */
  public answer(url: string, body: string): void {
    this.urls.put(url, body);
  }

  /**
   * Invokes the function and waits for its answer; rejects with a CustomResourceFailure when it fails, is invalid or does not come, or
   * when the stack is cancelled. In that case nobody waits for the function any more, and it runs on.
   */
  public async send(order: CustomResourceOrder, cancellation?: AbortSignal): Promise<CustomResourceAnswer> {
    const request = this.requestFor(order);
    const fn = this.functions.find(request.ServiceToken);
    if (!fn) throw new CustomResourceFailure(`Function not found: ${request.ServiceToken}`);
    this.requests.push(request);
    void this.invocations.send(fn, request, this.failures);
    return acceptedAnswer(request, await this.waitForAnswer(request, cancellation));
  }

  private requestFor(order: CustomResourceOrder): CustomResourceRequest {
    const RequestId = this.environment.random.uuid();
    const old = order.oldProperties && { OldResourceProperties: asTexts(order.oldProperties) as Record<string, unknown> };
    return {
      RequestType: order.requestType,
      ServiceToken: String(order.properties.ServiceToken),
      ResponseURL: this.urls.create(`${order.stackId}|${order.logicalId}|${RequestId}`),
      StackId: order.stackId,
      RequestId,
      LogicalResourceId: order.logicalId,
      ResourceType: order.type,
      ...order.physicalId !== undefined && { PhysicalResourceId: order.physicalId },
      ResourceProperties: asTexts(order.properties) as Record<string, unknown>,
      ...old,
    };
  }

  private async waitForAnswer(request: CustomResourceRequest, cancellation?: AbortSignal): Promise<string> {
    const { RequestId, RequestType, ResourceProperties, ResponseURL } = request;
    const { clock } = this.environment;
    const deadline = clock.now() + Number(ResourceProperties.ServiceTimeout ?? DEFAULT_TIMEOUT) * 1000;
    for (;;) {
      const body = this.urls.answerAt(ResponseURL);
      if (body !== undefined) return body;
      if (cancellation?.aborted) throw new CustomResourceFailure(cancelled(RequestType));
      if (clock.now() >= deadline) throw new CustomResourceFailure(noResponse(RequestId));
      await clock.sleep(POLL);
    }
  }
}

/** AWS's own words. */
function cancelled(requestType: CustomResourceRequest['RequestType']): string {
  return `Resource ${requestType === 'Create' ? 'creation' : 'update'} cancelled`;
}

/** AWS's own words. */
function noResponse(requestId: string): string {
  return `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. `
    + 'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.';
}

function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asTexts(entry)]));
}
