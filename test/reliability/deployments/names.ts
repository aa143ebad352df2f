/** A region that the stack is not in. */
export const OTHER_REGION = 'eu-central-1';
/** A user and a secret that somebody made before the stack, and that servers send with. */
export const IMPORTED_USER = 'relay';
export const IMPORTED_SECRET = 'relay/smtp';
/** A secret that somebody made, and put nothing into. */
export const EMPTY_SECRET = 'made/smtp';
