/** What AWS does not document and the suite looks at: the open facts that the code has to be right about either way. */
export const QUESTIONS: Record<string, string> = {
  'retries': 'How often does Secrets Manager retry a failed rotation, and when?',
  'pending-after-failure': 'Does `AWSPENDING` stay after a failed rotation?',
  'pending-after-success': 'Does `AWSPENDING` stay beside `AWSCURRENT` after a rotation?',
  'new-key': 'How long does SES refuse a new key?',
  'failed-logins': 'Does SES throttle failed logins?',
  'last-used': 'Does IAM count a login at SES\'s SMTP endpoint as a use of the key, and when does it show it?',
  'empty-secret': 'Does the first version of an empty secret get `AWSCURRENT`, if it is put as `AWSPENDING`?',
  'label-events': 'For which labels does Secrets Manager send `Secret Label Updated`?',
  'marked-for-deletion': 'What does Secrets Manager say of a secret that is marked for deletion?',
  'target-count': 'What does Run Command count if a command meets no server?',
  'cancelled-update': 'What does CloudFormation do to a custom resource whose update is canceled?',
  'user-with-keys': 'Does CloudFormation delete an IAM user that has access keys?',
  'smtp-hosts': 'Which Regions have an SMTP endpoint, by its name?',
  'fips-hosts': 'Which Regions have a FIPS endpoint, by its name?',
};
