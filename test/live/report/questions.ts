/** What AWS does not document and the suite looks at: the open facts that the code has to be right about either way. */
export const QUESTIONS: Record<string, string> = {
  'retries': 'How often does Secrets Manager retry a failed rotation, and when?',
  'pending-after-failure': 'Does `AWSPENDING` stay after a failed rotation?',
  'cancelled-update': 'What does CloudFormation do to a custom resource whose update is canceled?',
};
