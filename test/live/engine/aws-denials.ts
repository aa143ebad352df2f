import { CloudTrailClient, Event, paginateLookupEvents } from '@aws-sdk/client-cloudtrail';
import { Denial } from './engine';

/** What is read of an event. */
interface TrailRecord {
  readonly errorCode?: string;
  readonly eventName: string;
  readonly eventSource: string;
}

const DENIED = /AccessDenied|UnauthorizedOperation/;

/** Denials in a Region's event history, which knows a role's session by its name. */
export async function denialsIn(client: CloudTrailClient, sessions: readonly string[], since: number): Promise<Denial[]> {
  const denials: Denial[] = [];
  for (const session of sessions) {
    const lookup = { StartTime: new Date(since), LookupAttributes: [{ AttributeKey: 'Username' as const, AttributeValue: session }] };
    for await (const { Events = [] } of paginateLookupEvents({ client }, lookup)) denials.push(...Events.flatMap(event => denialIn(event, session)));
  }
  return denials;
}

export function denialIn({ CloudTrailEvent = '{}' }: Pick<Event, 'CloudTrailEvent'>, caller: string): Denial[] {
  const { errorCode = '', eventName, eventSource } = JSON.parse(CloudTrailEvent) as TrailRecord;
  return DENIED.test(errorCode) ? [{ caller, action: `${eventSource.split('.')[0]}:${eventName}` }] : [];
}
