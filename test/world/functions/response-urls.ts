import { Environment } from '../environment';
import { AwsError } from '../services/aws-error';
import { WireRequest } from '../services/wire';

/** Seconds for which S3 takes what is put to a presigned URL of CloudFormation. */
const EXPIRES = 7200;

export interface RecordedResponse {
  readonly url: string;
  /** As it arrived. */
  readonly body: string;
}

interface OpenUrl {
  readonly url: string;
  /** The object and its signature, without the host. */
  readonly object: string;
  readonly expiresAt: number;
}

/** The presigned URLs to which the functions of custom resources put their answers. */
export class ResponseUrls {
  /** Everything that was put anywhere, for tests that look for secrets. */
  public readonly responses: RecordedResponse[] = [];
  /** Where the world listens; without it the URLs are AWS's. */
  public baseUrl?: string;

  private readonly open: OpenUrl[] = [];

  constructor(private readonly environment: Environment) {}

  public create(objectKey: string): string {
    const { region, urlSuffix, clock } = this.environment;
    const bucket = `cloudformation-custom-resource-response-${region.replace(/-/g, '')}`;
    const object = `${objectKey.split('/').map(encodeURIComponent).join('/')}?${this.signature()}`;
    const url = this.baseUrl === undefined ? `https://${bucket}.s3.${region}.${urlSuffix}/${object}` : `${this.baseUrl}/${bucket}/${object}`;
    this.open.push({ url, object, expiresAt: clock.now() + EXPIRES * 1000 });
    return url;
  }

  /** Takes an answer as S3 does. CloudFormation reads the first one. */
  public put(url: string, body: string): void {
    const found = this.open.find(({ object }) => url.endsWith(object));
    if (!found) throw new AwsError('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.', 403);
    if (this.environment.clock.now() > found.expiresAt) throw new AwsError('AccessDenied', 'Request has expired', 403);
    this.responses.push({ url: found.url, body });
  }

  /**
   * Takes an answer from the wire. S3 wants to know its length, and URLs of the older kind sign an empty content type, which
   * is why AWS's own `cfn-response` sends one: so whoever answers has to do both.
   */
  public upload({ path, headers, body }: WireRequest): void {
    if (headers['transfer-encoding'] !== undefined) {
      throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
    }
    if (headers['content-length'] === undefined) throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
    if (headers['content-type']) throw new AwsError('SignatureDoesNotMatch', `Content-Type ${headers['content-type']} is not signed`, 403);
    this.put(path, body);
  }

  public answerAt(url: string): string | undefined {
    return this.responses.find(response => response.url === url)?.body;
  }

  private signature(): string {
    const { clock, random, region } = this.environment;
    const date = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    return new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': date,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': String(EXPIRES),
      'X-Amz-Credential': `AKIA${random.upper(16)}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
      'X-Amz-Signature': random.hex(64),
    }).toString();
  }
}
