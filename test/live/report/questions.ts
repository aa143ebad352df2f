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

/** The same about Windows, with `--windows`. */
export const WINDOWS_QUESTIONS: Record<string, string> = {
  'windows-versions': 'What runs on the server?',
  'route-password': 'How does `SYSTEM` see the password that IIS holds?',
  'without-restart': 'Does IIS send with the new credential, without a restart?',
  'empty-route': 'Does a remote domain without a route use the smart host and its credential?',
  'always-use-ssl': 'Does IIS send with `AlwaysUseSsl`, without the TLS flag (`0x4`) of its route?',
  'event-log': 'Does module logging write the password into the event log?',
  'clixml': 'Does `#< CLIXML` come in the output of the documents?',
};
