/** Defines what the apps have in common, with the modules as they have imported them. */
module.exports = function defineMail({ App, Duration, Stack }, { Schedule }, { Key }, { EmailIdentity }, library) {
  const { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SmtpEndpoint } = library;
  const app = new App();
  const stack = new Stack(app, 'Mail');
  const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
  new SesSmtpCredentialRotation(stack, 'Defaults', { identities });
  new SesSmtpCredentialRotation(stack, 'Fleets', {
    identities,
    dashboard: true,
    encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    schedule: Schedule.rate(Duration.days(7)),
    endpoint: SmtpEndpoint.regional({ region: 'eu-west-1', port: 465 }),
    mailServers: [
      { targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix() },
      { targets: MailServerTargets.resourceGroup('mail-servers'), document: CredentialDocument.iisSmtp() },
      { targets: MailServerTargets.managedNodes('i-12345678'), document: CredentialDocument.shellScript('true') },
    ],
  });
  return app;
};
