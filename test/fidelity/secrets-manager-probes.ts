import { ROTATION } from './account';
import { administer, describeSecret, FIRST, get, move, probe, put, rotationBegins, rotationEnds, SECOND, SECRET, secrets, THIRD } from './probes';

const ARN = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${SECRET}-??????`;
const deleteSecret = administer('secretsmanager', 'DeleteSecret', { SecretId: SECRET });
const listVersions = secrets('ListSecretVersionIds');
const missing = { SecretId: 'missing' };
const PENDING = ['AWSPENDING'];

/** Every rule that the world's Secrets Manager keeps, tried from both sides of the rule. */
export const SECRETS_MANAGER_PROBES = [
  // Which secret
  probe('a secret is found by ARN', secrets('DescribeSecret', { SecretId: ARN })),
  probe('a secret is found by ARN without the random end', secrets('DescribeSecret', { SecretId: ARN.slice(0, -7) })),
  probe('a secret is found by name', describeSecret),
  probe('a secret that does not exist is described', secrets('DescribeSecret', missing)),
  probe('a secret that does not exist is read', get(missing)),
  probe('a secret that does not exist is written', secrets('PutSecretValue', { ...missing, SecretString: 'one' })),
  probe('a label of a secret that does not exist is moved', secrets('UpdateSecretVersionStage', { ...missing, VersionStage: 'A', MoveToVersionId: FIRST })),
  probe('the versions of a secret that does not exist are listed', secrets('ListSecretVersionIds', missing)),
  probe('a secret that does not exist is rotated', secrets('RotateSecret', missing)),
  probe('the rotation of a secret that does not exist is cancelled', secrets('CancelRotateSecret', missing)),
  probe('a secret is created a second time', administer('secretsmanager', 'CreateSecret', { Name: SECRET })),
  probe('no secret is named', secrets('DescribeSecret', { SecretId: undefined })),

  // Deleted secrets
  probe('a deleted secret is described', deleteSecret, describeSecret),
  probe('a deleted secret is read', put(FIRST, 'one'), deleteSecret, get()),
  probe('a deleted secret is written', deleteSecret, put(FIRST, 'one')),
  probe('a label of a deleted secret is moved', put(FIRST, 'one'), deleteSecret, move('A', FIRST)),
  probe('the versions of a deleted secret are listed', put(FIRST, 'one'), deleteSecret, listVersions),
  probe('a deleted secret is rotated', deleteSecret, secrets('RotateSecret')),
  probe('the rotation of a deleted secret is cancelled', deleteSecret, secrets('CancelRotateSecret')),

  // Reading
  probe('an empty secret is read', get()),
  probe('an empty secret is read by version', get({ VersionId: FIRST })),
  probe('a value is read', put(FIRST, 'one'), get(), get({ VersionStage: 'AWSCURRENT' }), get({ VersionId: FIRST })),
  probe('a version and a label of it are read', put(FIRST, 'one'), get({ VersionId: FIRST, VersionStage: 'AWSCURRENT' })),
  probe('a version and a label of another one are read', put(FIRST, 'one'), put(SECOND, 'two'), get({ VersionId: FIRST, VersionStage: 'AWSCURRENT' })),
  probe('a version that does not exist is read', put(FIRST, 'one'), get({ VersionId: SECOND })),
  probe('a version that does not exist is read with a label', put(FIRST, 'one'), get({ VersionId: SECOND, VersionStage: 'AWSCURRENT' })),
  probe('a label that no version has is read', put(FIRST, 'one'), get({ VersionStage: 'AWSPENDING' })),
  probe('a version that has lost its labels is read', put(FIRST, 'one'), put(SECOND, 'two'), put(THIRD, 'three'), get({ VersionId: FIRST })),
  probe('bytes are stored and read', secrets('PutSecretValue', { ClientRequestToken: FIRST, SecretBinary: new Uint8Array([0, 255]) }), get()),
  probe('a promoted version is read without naming it', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, FIRST), get()),

  // Writing
  probe('neither text nor bytes are put', secrets('PutSecretValue', { ClientRequestToken: FIRST })),
  probe('text and bytes are put at once', secrets('PutSecretValue', { SecretString: 'one', SecretBinary: new Uint8Array([1]) })),
  probe('an empty text is put', put(FIRST, '')),
  probe('the longest text is put', put(FIRST, 'x'.repeat(65_536))),
  probe('a text that is too long is put', put(FIRST, 'x'.repeat(65_537))),
  probe('a token of 31 characters is used', put('x'.repeat(31), 'one')),
  probe('a token of 32 characters is used', put('x'.repeat(32), 'one')),
  probe('a token of 64 characters is used', put('x'.repeat(64), 'one')),
  probe('a token of 65 characters is used', put('x'.repeat(65), 'one')),
  probe('no token is given', secrets('PutSecretValue', { SecretString: 'one' }), get({ VersionId: '<version 1>' })),
  probe('the current value is put again', put(FIRST, 'one'), put(FIRST, 'one'), describeSecret),
  probe('the pending value is put again', put(FIRST, 'one'), put(SECOND, 'two', PENDING), put(SECOND, 'two', PENDING), describeSecret),
  probe('the current token is used for another value', put(FIRST, 'one'), put(FIRST, 'two')),
  probe('the pending token is used for another value', put(FIRST, 'one'), put(SECOND, 'two', PENDING), put(SECOND, 'three', PENDING)),
  probe('values follow one another', put(FIRST, 'one'), put(SECOND, 'two'), describeSecret, put(THIRD, 'three'), describeSecret),
  probe('the first value gets a label other than AWSCURRENT', put(FIRST, 'one', PENDING), describeSecret),
  probe('a value gets a label of the user', put(FIRST, 'one'), put(SECOND, 'two', ['MINE']), describeSecret),
  probe('a label goes to the next value', put(FIRST, 'one'), put(SECOND, 'two', ['MINE']), put(THIRD, 'three', ['MINE']), describeSecret),
  probe('a value gets two labels', put(FIRST, 'one'), put(SECOND, 'two', ['AWSCURRENT', 'MINE']), describeSecret),

  // Labels
  probe('a version is promoted', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, FIRST), describeSecret),
  probe('the previous version is promoted again', put(FIRST, 'one'), put(SECOND, 'two'), move('AWSCURRENT', FIRST, SECOND), describeSecret),
  probe('a third version is promoted', put(FIRST, 'one'), put(SECOND, 'two'), put(THIRD, 'three', PENDING), move('AWSCURRENT', THIRD, SECOND), describeSecret),
  probe('a version is promoted without naming the current one', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND)),
  probe('a version is promoted in place of one that is not current', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, SECOND)),
  probe('a version is promoted in place of one that does not exist', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, THIRD)),
  probe('a version that does not exist is promoted', put(FIRST, 'one'), move('AWSCURRENT', THIRD, FIRST)),
  probe('the current version is promoted once more', put(FIRST, 'one'), move('AWSCURRENT', FIRST), describeSecret),
  probe('the current version is promoted in place of itself', put(FIRST, 'one'), move('AWSCURRENT', FIRST, FIRST), describeSecret),
  probe('AWSCURRENT is taken off', put(FIRST, 'one'), move('AWSCURRENT', undefined, FIRST)),
  probe('AWSPENDING is taken off', put(FIRST, 'one'), put(SECOND, 'two', PENDING), move('AWSPENDING', undefined, SECOND), describeSecret),
  probe('a label is taken off a version that does not have it', put(FIRST, 'one'), move('MINE', undefined, FIRST)),
  probe('a label is taken off a version that does not exist', put(FIRST, 'one'), move('MINE', undefined, SECOND)),
  probe('a label is moved from nowhere to nowhere', put(FIRST, 'one'), move('MINE')),
  probe('AWSCURRENT is moved from nowhere to nowhere', put(FIRST, 'one'), move('AWSCURRENT')),
  probe('no label is named', put(FIRST, 'one'), secrets('UpdateSecretVersionStage', { MoveToVersionId: FIRST })),
  probe('a new label is put on a version', put(FIRST, 'one'), move('MINE', FIRST), describeSecret),
  probe('a new label is put on a version that does not exist', put(FIRST, 'one'), move('MINE', SECOND)),
  probe('a label is put on a version that has it', put(FIRST, 'one'), move('MINE', FIRST), move('MINE', FIRST), describeSecret),
  probe('a label is moved', put(FIRST, 'one'), put(SECOND, 'two', ['MINE']), move('MINE', FIRST, SECOND), describeSecret),
  probe('a label is moved without naming where it is', put(FIRST, 'one'), put(SECOND, 'two', ['MINE']), move('MINE', FIRST)),
  probe('the first version of a secret without AWSCURRENT is promoted', rotationBegins(FIRST), move('AWSCURRENT', FIRST)),

  // Listing
  probe('versions are listed', put(FIRST, 'one'), put(SECOND, 'two'), listVersions),
  probe('versions without labels are listed only on demand', put(FIRST, 'one'), put(SECOND, 'two'), put(THIRD, 'three'),
    listVersions, secrets('ListSecretVersionIds', { IncludeDeprecated: true })),
  probe('an empty secret is listed', listVersions),

  // Rotations
  probe('a rotation begins in an empty secret', rotationBegins(FIRST), get({ VersionId: FIRST }), put(FIRST, 'one', PENDING), describeSecret),
  probe('a pending version has no value', put(FIRST, 'one'), rotationBegins(SECOND), get({ VersionId: SECOND }), get({ VersionStage: 'AWSPENDING' }),
    get({ VersionId: SECOND, VersionStage: 'AWSPENDING' }), listVersions),
  probe('a pending version is filled', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), get({ VersionId: SECOND }), describeSecret),
  probe('a filled version is filled again', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), put(SECOND, 'two', PENDING)),
  probe('a filled version is filled with another value', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), put(SECOND, 'three', PENDING)),
  probe('a value is put by hand during a rotation', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), put(THIRD, 'three'), describeSecret),
  probe('a value is put by hand before the pending version has one', put(FIRST, 'one'), rotationBegins(SECOND), put(THIRD, 'three'), describeSecret),
  probe('a rotation ends', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, FIRST), rotationEnds(SECOND),
    describeSecret, get()),
  probe('a value is put by hand after a rotation', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING), move('AWSCURRENT', SECOND, FIRST),
    rotationEnds(SECOND), put(THIRD, 'three'), describeSecret),
  probe('a secret without a function is rotated', put(FIRST, 'one'), secrets('RotateSecret')),
  probe('a secret is rotated by a function that does not exist', put(FIRST, 'one'),
    secrets('RotateSecret', { RotationLambdaARN: 'arn:aws:lambda:eu-west-1:111122223333:function:missing' })),
  probe('a secret is rotated while a version is pending', put(FIRST, 'one'), rotationBegins(SECOND), secrets('RotateSecret', { ClientRequestToken: THIRD })),
  probe('a secret is rotated while AWSPENDING is still on the current version', put(FIRST, 'one'), put(SECOND, 'two', PENDING),
    move('AWSCURRENT', SECOND, FIRST), secrets('RotateSecret', { ClientRequestToken: THIRD, RotationLambdaARN: ROTATION.lambdaArn })),
  probe('a value is put while AWSPENDING is still on the current version', put(FIRST, 'one'), put(SECOND, 'two', PENDING),
    move('AWSCURRENT', SECOND, FIRST), put(THIRD, 'three'), describeSecret),
  probe('the rotation of a secret without one is cancelled', put(FIRST, 'one'), secrets('CancelRotateSecret')),
  probe('a rotation is cancelled', put(FIRST, 'one'), rotationBegins(SECOND), secrets('CancelRotateSecret'), describeSecret),
  probe('a rotation is cancelled, and its version is cleaned up', put(FIRST, 'one'), rotationBegins(SECOND), put(SECOND, 'two', PENDING),
    secrets('CancelRotateSecret'), move('AWSPENDING', undefined, SECOND), describeSecret),
];
