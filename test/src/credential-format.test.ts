import { App, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { configOf, defineRotation } from './define-rotation';
import { CredentialFormat } from '../../src';

it('writes user name, password, host, port and region as JSON by default', () => {
  const fields = { username: 'username', password: 'password', host: 'host', port: 'port', region: 'region' };
  expect(CredentialFormat.json()._bind()).toEqual({ fields });
  expect(configOf(defineRotation().stack).format).toEqual({ fields });
});

it('writes the fields that are named, under their names, and no others', () => {
  const fields = { username: 'SMTP_USER', password: 'smtp.password', port: 'smtp-port' };
  expect(configOf(defineRotation(() => ({ credentialFormat: CredentialFormat.json({ fields }) })).stack).format).toEqual({ fields });
});

it('has no fields as username:password', () => {
  expect(configOf(defineRotation(() => ({ credentialFormat: CredentialFormat.usernameColonPassword() })).stack).format).toEqual({});
});

it.each([
  [{}, 'none'],
  [{ username: 'u' }, 'username'],
  [{ password: 'p', host: 'h' }, 'password and host'],
  [{ username: '', password: 'p' }, 'password'],
])('fails when user name or password is dropped: %o', (fields, text) => {
  expect(() => CredentialFormat.json({ fields })).toThrow(`credentialFormat fields must name username and password, got ${text}; name both`);
});

it.each(['', 'smtp user', 'user"', "user'", 'ü', '{{ user }}'])('fails on the field name "%s"', host => {
  expect(() => CredentialFormat.json({ fields: { username: 'u', password: 'p', host } }))
    .toThrow(`credentialFormat fields must have names of letters, digits, "_", "-" and ".", got '${host}'`);
});

it('fails when two fields have the same name', () => {
  expect(() => CredentialFormat.json({ fields: { username: 'credential', password: 'credential', region: 'r' } }))
    .toThrow('credentialFormat fields must have different names, got credential, credential, r');
});

it('leaves out a field that is undefined', () => {
  expect(CredentialFormat.json({ fields: { username: 'u', password: 'p', host: undefined } })._bind()).toEqual({ fields: { username: 'u', password: 'p' } });
});

it('takes field names that are not known yet', () => {
  const stack = new Stack(new App());
  const username = new CfnParameter(stack, 'Field').valueAsString;
  const format = CredentialFormat.json({ fields: { username, password: Lazy.string({ produce: () => 'p' }) } });
  expect(stack.resolve(format._bind())).toEqual({ fields: { username: { Ref: 'Field' }, password: 'p' } });
});
