import { TARGET_COUNT } from './commands';
import { SMTP_HOSTS } from './hosts';
import { FAILED_LOGINS, NEW_KEY, USER_WITH_KEYS } from './keys';
import { EMPTY_SECRET, LABEL_EVENTS, MARKED_FOR_DELETION } from './secrets';
import { Step } from '../steps/step';

/** What answers the open questions. A probe that finds no answer has failed. */
export const PROBES: readonly Step[] = [
  NEW_KEY, TARGET_COUNT, EMPTY_SECRET, LABEL_EVENTS, MARKED_FOR_DELETION, SMTP_HOSTS, FAILED_LOGINS, USER_WITH_KEYS,
];
