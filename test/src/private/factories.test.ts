import { expect, it } from 'vitest';
import { CredentialDocument, CredentialFormat, MailServerTargets, SmtpEndpoint } from '../../../src';

// In C#, the constructors are protected: a class that extends one of these compiles, and the runtime constructs it without arguments.
it.each([CredentialDocument, CredentialFormat, MailServerTargets, SmtpEndpoint])('a class that extends %o fails with what to call instead', type => {
  expect(() => Reflect.construct(type, []))
    .toThrow(`${type.name} must be made by its static methods, got a class that extends it; call one of ${type.name}'s methods instead`);
});
