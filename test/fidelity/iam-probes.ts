import { administer, iam, key, OTHER_USER, probe, USER } from './probes';

const createKey = iam('CreateAccessKey');
const listKeys = iam('ListAccessKeys');
const nobody = { UserName: 'nobody' };
const AccessKeyId = key(1);
const MISSING_KEY = 'AKIAIOSFODNN7EXAMPLE';
const update = (Status: string) => iam('UpdateAccessKey', { AccessKeyId, Status });

/** Every rule that the world's IAM keeps, tried from both sides of the rule. */
export const IAM_PROBES = [
  // Creating keys
  probe('a key is created and listed', createKey, listKeys),
  probe('two keys are created and listed', createKey, createKey, listKeys),
  probe('a third key is created', createKey, createKey, createKey, listKeys),
  probe('a third key is created while one is inactive', createKey, createKey, update('Inactive'), createKey),
  probe('a key is created in a slot that was freed', createKey, createKey, iam('DeleteAccessKey', { AccessKeyId }), createKey, listKeys),
  probe('two users have keys of their own', createKey, iam('CreateAccessKey', { UserName: OTHER_USER }), listKeys),
  probe('a key is created for a user who does not exist', iam('CreateAccessKey', nobody)),
  probe('a key is created for no user', iam('CreateAccessKey', { UserName: undefined })),

  // Listing keys
  probe('no keys are listed', listKeys),
  probe('the keys of a user who does not exist are listed', iam('ListAccessKeys', nobody)),
  probe('the keys of no user are listed', iam('ListAccessKeys', { UserName: undefined })),
  probe('keys are listed one at a time', createKey, createKey, iam('ListAccessKeys', { MaxItems: 1 })),
  probe('as many keys as fit are listed', createKey, createKey, iam('ListAccessKeys', { MaxItems: 2 })),

  // Deleting keys
  probe('a key is deleted', createKey, iam('DeleteAccessKey', { AccessKeyId }), listKeys),
  probe('a key is deleted twice', createKey, iam('DeleteAccessKey', { AccessKeyId }), iam('DeleteAccessKey', { AccessKeyId })),
  probe('an inactive key is deleted', createKey, update('Inactive'), iam('DeleteAccessKey', { AccessKeyId }), listKeys),
  probe('a key that never existed is deleted', iam('DeleteAccessKey', { AccessKeyId: MISSING_KEY })),
  probe('a key of another user is deleted', createKey, iam('DeleteAccessKey', { UserName: OTHER_USER, AccessKeyId })),
  probe('a key of a user who does not exist is deleted', createKey, iam('DeleteAccessKey', { ...nobody, AccessKeyId })),
  probe('a key of no user is deleted', createKey, iam('DeleteAccessKey', { UserName: undefined, AccessKeyId })),

  // Changing keys
  probe('a key is deactivated', createKey, update('Inactive'), listKeys),
  probe('a key is activated again', createKey, update('Inactive'), update('Active'), listKeys),
  probe('a key gets a status that there is not', createKey, update('Paused')),
  probe('a key is made to expire', createKey, update('Expired')),
  probe('a key that does not exist is deactivated', iam('UpdateAccessKey', { AccessKeyId: MISSING_KEY, Status: 'Inactive' })),
  probe('a key of another user is deactivated', createKey, iam('UpdateAccessKey', { UserName: OTHER_USER, AccessKeyId, Status: 'Inactive' })),
  probe('a key of a user who does not exist is deactivated', createKey, iam('UpdateAccessKey', { ...nobody, AccessKeyId, Status: 'Inactive' })),

  // Using keys
  probe('the last use of a key that was never used', createKey, iam('GetAccessKeyLastUsed', { UserName: undefined, AccessKeyId })),
  probe('the last use of a key that does not exist', iam('GetAccessKeyLastUsed', { UserName: undefined, AccessKeyId: MISSING_KEY })),

  // Users
  probe('a user is described', iam('GetUser')),
  probe('a user who does not exist is described', iam('GetUser', nobody)),
  probe('a user is created a second time', administer('iam', 'CreateUser', { UserName: USER })),
  probe('a user gets a name that IAM does not take', administer('iam', 'CreateUser', { UserName: 'a b' })),
  probe('a user gets a permissions boundary that does not exist',
    administer('iam', 'CreateUser', { UserName: 'new', PermissionsBoundary: 'arn:aws:iam::111122223333:policy/missing' })),
  probe('a user without keys is deleted', administer('iam', 'DeleteUser', { UserName: USER }), listKeys),
  probe('a user with a key is deleted', createKey, administer('iam', 'DeleteUser', { UserName: USER })),
  probe('a user who does not exist is deleted', administer('iam', 'DeleteUser', nobody)),

  // Groups and roles
  probe('a group is created a second time', administer('iam', 'CreateGroup', { GroupName: 'senders' }), administer('iam', 'CreateGroup', { GroupName: 'senders' })),
  probe('a role is created a second time', ...[1, 2].map(() => administer('iam', 'CreateRole', { RoleName: 'rotation', AssumeRolePolicyDocument: '{}' }))),
  probe('a user is put into a group that does not exist', administer('iam', 'AddUserToGroup', { UserName: USER, GroupName: 'missing' })),
  probe('a user in a group is deleted', administer('iam', 'CreateGroup', { GroupName: 'senders' }),
    administer('iam', 'AddUserToGroup', { UserName: USER, GroupName: 'senders' }), administer('iam', 'DeleteUser', { UserName: USER })),
];
