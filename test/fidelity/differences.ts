import { Shown } from './comparison';

/** What the world and moto do differently, and who does it as AWS does. */
export interface Difference {
  readonly what: string;
  /** Where it shows. */
  readonly at: Place[];
  /** It explains what is seen in other sequences, too. */
  readonly everywhere?: boolean;
  /** How it shows; each of these does somewhere. */
  readonly shows: Show[];
  /** Never moto: then the world is wrong, and is mended. */
  readonly right: 'world' | 'unknown';
  readonly source: string;
}

export interface Place {
  /** What happens in the sequence. */
  readonly when: string;
  readonly step: string;
}

export interface Show {
  /** A `*` is any action. */
  readonly action: string;
  /** A `*` is any one part of the path. */
  readonly field: string;
  /** Undefined is a field that is not there, or a call that is not refused. */
  readonly world?: unknown;
  readonly moto?: unknown;
}

const MODEL = 'API model of Secrets Manager in botocore 1.44.5';
const IAM_MODEL = 'API model of IAM in botocore 1.44.5';
/** Its snapshots are answers of AWS, recorded by people who build another emulator. */
const SNAPSHOT = 'localstack/localstack, tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json';
const IAM_SNAPSHOT = 'localstack/localstack, tests/aws/services/iam/test_iam_users.snapshot.json';
const [FIRST, SECOND] = ['first-version-------------------', 'second-version------------------'];

export const DIFFERENCES: Difference[] = [
  // Answers
  {
    what: 'the HTTP status of ResourceNotFoundException',
    at: [{ when: 'a secret that does not exist is read', step: '1: GetSecretValue' }],
    everywhere: true,
    shows: [{ action: '*', field: 'status', world: 400, moto: 404 }],
    right: 'world',
    source: `${SNAPSHOT}: test_secret_not_found, test_get_secret_value_errors`,
  },
  {
    what: 'whether DescribeSecret shows versions without labels',
    at: [{ when: 'values follow one another', step: '5: DescribeSecret' }, { when: 'three rotations follow one another', step: 'rotation 2 ends' }],
    everywhere: true,
    shows: [{ action: 'DescribeSecret', field: 'VersionIdsToStages.*', moto: [] }],
    right: 'world',
    source: `${MODEL}, DescribeSecretResponse: VersionIdsToStages is "a list of the versions of the secret that have staging labels attached"`,
  },
  {
    what: 'whether a rotation of a secret that has never had a value begins with a pending version',
    at: [
      { when: 'a rotation begins in an empty secret', step: '1: rotation begins' },
      { when: 'an imported, empty secret is rotated', step: 'rotation 1, createSecret: DescribeSecret' },
      { when: 'the first version of a secret without AWSCURRENT is promoted', step: '1: rotation begins' },
    ],
    shows: [{ action: 'DescribeSecret', field: 'VersionIdsToStages.*', world: ['AWSPENDING'] }],
    right: 'world',
    source: 'the log in aws-samples/aws-secrets-manager-rotation-lambdas#16 shows such a version before createSecret, and no other',
  },
  {
    what: 'the ARN in the answer of ListSecretVersionIds',
    at: [{ when: 'versions are listed', step: '3: ListSecretVersionIds' }],
    everywhere: true,
    shows: [{ action: 'ListSecretVersionIds', field: 'ARN', world: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-??????', moto: 'smtp' }],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_previous`,
  },
  {
    what: 'whether ListSecretVersionIds has a NextToken when there is no next page',
    at: [{ when: 'versions are listed', step: '3: ListSecretVersionIds' }],
    everywhere: true,
    shows: [{ action: 'ListSecretVersionIds', field: 'NextToken', moto: '' }],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_previous`,
  },
  {
    what: 'whether ListSecretVersionIds names the keys of versions',
    at: [{ when: 'versions are listed', step: '3: ListSecretVersionIds' }],
    everywhere: true,
    shows: [{ action: 'ListSecretVersionIds', field: 'Versions.*.KmsKeyIds', world: ['DefaultEncryptionKey'] }],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_previous`,
  },
  {
    what: 'whether versions that nobody has read have a LastAccessedDate',
    at: [{ when: 'versions are listed', step: '3: ListSecretVersionIds' }],
    everywhere: true,
    shows: [{ action: 'ListSecretVersionIds', field: 'Versions.*.LastAccessedDate', moto: '<date>' }],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_previous; only versions that were read have it in test_update_secret_version_stages_current_pending_cycle`,
  },
  {
    what: 'whether ListSecretVersionIds leaves versions without labels out unless it is asked for them',
    at: [{ when: 'versions without labels are listed only on demand', step: '4: ListSecretVersionIds' }],
    shows: [
      { action: 'ListSecretVersionIds', field: 'Versions.*.VersionId', moto: FIRST },
      { action: 'ListSecretVersionIds', field: 'Versions.*.VersionStages', moto: [] },
      { action: 'ListSecretVersionIds', field: 'Versions.*.CreatedDate', moto: '<date>' },
    ],
    right: 'world',
    source: `${SNAPSHOT}: test_deprecated_secret_version_stage; there, a version without labels has no VersionStages`,
  },
  {
    what: 'whether ListSecretVersionIds shows a pending version without a value',
    at: [{ when: 'a pending version has no value', step: '6: ListSecretVersionIds' }],
    shows: [
      { action: 'ListSecretVersionIds', field: 'Versions.*.VersionId', moto: SECOND },
      { action: 'ListSecretVersionIds', field: 'Versions.*.VersionStages', moto: ['AWSPENDING'] },
      { action: 'ListSecretVersionIds', field: 'Versions.*.CreatedDate', moto: '<date>' },
    ],
    right: 'world',
    source: `${MODEL}: "ListSecretVersionIds only returns versions that contain a secret value"`,
  },
  {
    what: 'whether there is a next rotation after the rotation was cancelled',
    at: [
      { when: 'a rotation is cancelled', step: '4: DescribeSecret' },
      { when: 'a rotation is cancelled, and its version is cleaned up', step: '6: DescribeSecret' },
    ],
    shows: [{ action: 'DescribeSecret', field: 'NextRotationDate', moto: '<date>' }],
    right: 'world',
    source: `${MODEL}, NextRotationDate: "if the secret isn't configured for rotation or rotation has been disabled, Secrets Manager returns null"`,
  },
  {
    what: 'which version CancelRotateSecret names',
    at: [
      { when: 'a rotation is cancelled', step: '3: CancelRotateSecret' },
      { when: 'a rotation is cancelled, and its version is cleaned up', step: '4: CancelRotateSecret' },
    ],
    shows: [{ action: 'CancelRotateSecret', field: 'VersionId', world: SECOND, moto: FIRST }],
    right: 'world',
    source: `${MODEL}, CancelRotateSecretResponse: "the unique identifier of the version of the secret created during the rotation"`,
  },

  // Reading and writing
  {
    what: 'which version GetSecretValue gives without being told one, after AWSCURRENT was moved',
    at: [{ when: 'a promoted version is read without naming it', step: '4: GetSecretValue' }, { when: 'a rotation ends', step: '7: GetSecretValue' }],
    shows: [
      { action: 'GetSecretValue', field: 'VersionId', world: SECOND, moto: FIRST },
      { action: 'GetSecretValue', field: 'SecretString', world: 'two', moto: 'one' },
      { action: 'GetSecretValue', field: 'VersionStages', world: ['AWSCURRENT', 'AWSPENDING'], moto: ['AWSPREVIOUS'] },
      { action: 'GetSecretValue', field: 'VersionStages', world: ['AWSCURRENT'], moto: ['AWSPREVIOUS'] },
    ],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_pending_cycle`,
  },
  {
    what: 'where AWSCURRENT and AWSPREVIOUS go with a new value, after AWSCURRENT was moved',
    at: [
      { when: 'a value is put by hand after a rotation', step: '7: DescribeSecret' },
      { when: 'a value is put while AWSPENDING is still on the current version', step: '5: DescribeSecret' },
      { when: 'a manual PutSecretValue abandons a rotation', step: 'rotation 3, createSecret: DescribeSecret' },
    ],
    shows: [
      { action: 'DescribeSecret', field: 'VersionIdsToStages.*', moto: ['AWSPREVIOUS'] },
      { action: 'DescribeSecret', field: 'VersionIdsToStages.*', moto: ['AWSCURRENT'] },
      { action: 'DescribeSecret', field: 'VersionIdsToStages.*', world: ['AWSPREVIOUS'], moto: ['AWSCURRENT'] },
      { action: 'DescribeSecret', field: 'VersionIdsToStages.*', world: ['AWSPREVIOUS'], moto: ['AWSCURRENT', 'AWSPENDING'] },
      { action: 'GetSecretValue', field: 'VersionStages', world: ['AWSPREVIOUS'], moto: ['AWSCURRENT'] },
    ],
    right: 'world',
    source: `${SNAPSHOT}: test_update_secret_version_stages_current_pending`,
  },
  {
    what: 'whether a new value during a rotation takes AWSPENDING off the version of the rotation',
    at: [
      { when: 'a value is put by hand during a rotation', step: '5: DescribeSecret' },
      { when: 'a value is put by hand before the pending version has one', step: '4: DescribeSecret' },
    ],
    shows: [{ action: 'DescribeSecret', field: 'VersionIdsToStages.*', moto: ['AWSPENDING'] }],
    right: 'world',
    source: 'Secrets Manager User Guide, retrieve-ct-entries.md: RotationAbandoned',
  },
  {
    what: 'whether a pending value can be replaced under its token',
    at: [
      { when: 'the pending token is used for another value', step: '3: PutSecretValue' },
      { when: 'a filled version is filled with another value', step: '4: PutSecretValue' },
    ],
    shows: [{ action: 'PutSecretValue', field: 'error', world: 'ResourceExistsException' }],
    right: 'world',
    source: `${MODEL}, PutSecretValue: "if the secret data is different, then the operation fails because you can't modify an existing version"; `
      + 'floci-io/floci#1467 for the error, which moto gives for a version that is not pending',
  },
  {
    what: 'whether a text and bytes may come together',
    at: [{ when: 'text and bytes are put at once', step: '1: PutSecretValue' }],
    shows: [{ action: 'PutSecretValue', field: 'error', world: 'InvalidParameterException' }],
    right: 'world',
    source: 'aws/aws-sdk-java#1556',
  },
  {
    what: 'whether a value may be longer than 65,536 bytes',
    at: [{ when: 'a text that is too long is put', step: '1: PutSecretValue' }],
    shows: [{ action: 'PutSecretValue', field: 'error', world: 'ValidationException' }],
    right: 'world',
    source: `${MODEL}, SecretStringType; kubernetes-sigs/cluster-api-provider-aws#1531 for the error, of SecretBinary and an earlier limit`,
  },
  {
    what: 'whether a deleted secret can be written',
    at: [{ when: 'a deleted secret is written', step: '2: PutSecretValue' }],
    shows: [{ action: 'PutSecretValue', field: 'error', world: 'InvalidRequestException' }],
    right: 'world',
    source: `${MODEL}, InvalidRequestException: "the secret is scheduled for deletion"; PutSecretValue declares it`,
  },
  {
    what: 'whether a label of a deleted secret can be moved',
    at: [{ when: 'a label of a deleted secret is moved', step: '3: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'InvalidRequestException' }],
    right: 'world',
    source: `${MODEL}, InvalidRequestException: "the secret is scheduled for deletion"; UpdateSecretVersionStage declares it`,
  },
  {
    what: 'whether the versions of a deleted secret can be listed',
    at: [{ when: 'the versions of a deleted secret are listed', step: '3: ListSecretVersionIds' }],
    shows: [{ action: 'ListSecretVersionIds', field: 'error', world: 'InvalidRequestException' }],
    right: 'unknown',
    source: 'nobody says; the API model does not declare InvalidRequestException for ListSecretVersionIds, as it does not for DescribeSecret, which works',
  },
  {
    what: 'how ListSecretVersionIds refuses a secret that does not exist (moto fails with a page of HTML)',
    at: [{ when: 'the versions of a secret that does not exist are listed', step: '1: ListSecretVersionIds' }],
    shows: [{ action: 'ListSecretVersionIds', field: 'error', world: 'ResourceNotFoundException', moto: 'SyntaxError' }],
    right: 'world',
    source: `${SNAPSHOT}: test_secret_not_found`,
  },
  {
    what: 'how a request without a secret is refused (moto fails with a page of HTML)',
    at: [{ when: 'no secret is named', step: '1: DescribeSecret' }],
    shows: [{ action: 'DescribeSecret', field: 'error', world: 'InvalidParameterException', moto: 'SyntaxError' }],
    right: 'unknown',
    source: 'nobody says which error it is; SecretId is required in the API model',
  },

  // Labels
  {
    what: 'whether the version that has AWSCURRENT must be named to give AWSCURRENT to it once more',
    at: [{ when: 'the current version is promoted once more', step: '2: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', moto: 'InvalidParameterException' }],
    right: 'world',
    source: `${MODEL}, RemoveFromVersionId: required "if the staging label [...] is already attached to a different version"`,
  },
  {
    what: 'whether AWSCURRENT can be moved when no version has it (moto fails with a page of HTML)',
    at: [{ when: 'the first version of a secret without AWSCURRENT is promoted', step: '2: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', moto: 'SyntaxError' }],
    right: 'world',
    source: `${MODEL}, RemoveFromVersionId: required only where the label is attached; getmoto/moto#9451`,
  },
  {
    what: 'whether AWSCURRENT can be taken off',
    at: [{ when: 'AWSCURRENT is taken off', step: '2: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'InvalidParameterException' }],
    right: 'world',
    source: 'hashicorp/terraform-provider-aws, internal/service/secretsmanager/secret_version.go, which quotes the error',
  },
  {
    what: 'whether a label of the user can be moved without naming where it is',
    at: [{ when: 'a label is moved without naming where it is', step: '3: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'InvalidParameterException' }],
    right: 'world',
    source: `${MODEL}, RemoveFromVersionId: "if the label is attached and you either do not specify this parameter, or the version ID does not match, then the operation fails"`,
  },
  {
    what: 'how often a version has a label that was put on it twice',
    at: [{ when: 'a label is put on a version that has it', step: '4: DescribeSecret' }],
    shows: [{ action: 'DescribeSecret', field: 'VersionIdsToStages.*', world: ['AWSCURRENT', 'MINE'], moto: ['AWSCURRENT', 'MINE', 'MINE'] }],
    right: 'world',
    source: `${MODEL}, UpdateSecretVersionStage: labels are "added to the existing list of staging labels for the version", which names each label once`,
  },
  {
    what: 'how a version that does not exist is refused when a label is moved',
    at: [
      { when: 'a version is promoted in place of one that does not exist', step: '3: UpdateSecretVersionStage' },
      { when: 'a version that does not exist is promoted', step: '2: UpdateSecretVersionStage' },
      { when: 'a label is taken off a version that does not exist', step: '2: UpdateSecretVersionStage' },
      { when: 'a new label is put on a version that does not exist', step: '2: UpdateSecretVersionStage' },
    ],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'ResourceNotFoundException', moto: 'InvalidParameterException' }],
    right: 'unknown',
    source: 'nobody says; the API model declares both errors for UpdateSecretVersionStage, and GetSecretValue gives ResourceNotFoundException for such a version',
  },
  {
    what: 'whether a label can be moved from nowhere to nowhere',
    at: [{ when: 'a label is moved from nowhere to nowhere', step: '2: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'InvalidParameterException' }],
    right: 'unknown',
    source: 'nobody says; in the API model, neither version is required',
  },
  {
    what: 'whether a label must be named',
    at: [{ when: 'no label is named', step: '2: UpdateSecretVersionStage' }],
    shows: [{ action: 'UpdateSecretVersionStage', field: 'error', world: 'InvalidParameterException' }],
    right: 'unknown',
    source: 'VersionStage is required in the API model, so that the world is right to refuse; nobody says with which error',
  },

  // Rotations
  {
    what: 'whether a secret can be rotated without a function',
    at: [{ when: 'a secret without a function is rotated', step: '2: RotateSecret' }],
    shows: [{ action: 'RotateSecret', field: 'error', world: 'InvalidRequestException' }],
    right: 'world',
    source: 'getmoto/moto#3912, which quotes the error and says that moto is more lenient',
  },
  {
    what: 'how a function that does not exist is refused',
    at: [{ when: 'a secret is rotated by a function that does not exist', step: '2: RotateSecret' }],
    shows: [{ action: 'RotateSecret', field: 'error', world: 'AccessDeniedException', moto: 'ResourceNotFoundException' }],
    right: 'world',
    source: `${SNAPSHOT}: test_rotate_secret_invalid_lambda_arn`,
  },
  {
    what: 'whether a rotation can be started while another one has not finished',
    at: [{ when: 'a secret is rotated while a version is pending', step: '3: RotateSecret' }],
    shows: [{ action: 'RotateSecret', field: 'error', world: 'InvalidRequestException' }],
    right: 'world',
    source: `${MODEL}, RotateSecret: "if the AWSPENDING staging label is present but not attached to the same version as AWSCURRENT, then any later invocation [...] returns an error"; `
      + 'aws/aws-cdk#28539 for the error',
  },
  {
    what: 'whether a rotation can be started while AWSPENDING is still on the current version',
    at: [{ when: 'a secret is rotated while AWSPENDING is still on the current version', step: '4: RotateSecret' }],
    shows: [{ action: 'RotateSecret', field: 'error', moto: 'InvalidRequestException' }],
    right: 'world',
    source: `${MODEL}, RotateSecret: "when rotation is successful, the AWSPENDING staging label might be attached to the same version as the AWSCURRENT version"`,
  },
  {
    what: 'whether a rotation can be cancelled that was never configured',
    at: [{ when: 'the rotation of a secret without one is cancelled', step: '2: CancelRotateSecret' }],
    shows: [{ action: 'CancelRotateSecret', field: 'error', moto: 'InvalidRequestException' }],
    right: 'unknown',
    source: 'nobody says; the API model declares InvalidRequestException for CancelRotateSecret, in the words for RotateSecret',
  },

  // Access keys and users
  {
    what: 'whether ListAccessKeys says that there is no next page',
    at: [{ when: 'no keys are listed', step: '1: ListAccessKeys' }],
    everywhere: true,
    shows: [{ action: 'ListAccessKeys', field: 'IsTruncated', world: false }],
    right: 'world',
    source: `${IAM_SNAPSHOT}: test_access_key_lifecycle`,
  },
  {
    what: 'whether ListAccessKeys keeps to MaxItems',
    at: [{ when: 'keys are listed one at a time', step: '3: ListAccessKeys' }],
    shows: [
      { action: 'ListAccessKeys', field: 'IsTruncated', world: true },
      { action: 'ListAccessKeys', field: 'Marker', world: '1' },
      { action: 'ListAccessKeys', field: 'AccessKeyMetadata.*.AccessKeyId', moto: 'AKIA????????????????#2' },
      { action: 'ListAccessKeys', field: 'AccessKeyMetadata.*.UserName', moto: 'newsletter' },
      { action: 'ListAccessKeys', field: 'AccessKeyMetadata.*.Status', moto: 'Active' },
      { action: 'ListAccessKeys', field: 'AccessKeyMetadata.*.CreateDate', moto: '<date>' },
    ],
    right: 'world',
    source: `${IAM_MODEL}, ListAccessKeys: MaxItems, IsTruncated, Marker`,
  },
  {
    what: 'how a role is refused that does not name the user',
    at: [{ when: 'a key is created for no user', step: '1: CreateAccessKey' }, { when: 'the keys of no user are listed', step: '1: ListAccessKeys' }],
    shows: [
      { action: 'CreateAccessKey', field: 'error', world: 'ValidationError', moto: 'NoSuchEntityException' },
      { action: 'ListAccessKeys', field: 'error', world: 'ValidationError', moto: 'NoSuchEntityException' },
    ],
    right: 'world',
    source: 'dcoker/awsmfa#9 for ListAccessKeys',
  },
  {
    what: 'whether a role may delete a key without naming the user',
    at: [{ when: 'a key of no user is deleted', step: '2: DeleteAccessKey' }],
    shows: [{ action: 'DeleteAccessKey', field: 'error', world: 'ValidationError' }],
    right: 'world',
    source: `${IAM_SNAPSHOT}: test_access_key_errors`,
  },
  {
    what: 'whether a key may have a status that there is not',
    at: [{ when: 'a key gets a status that there is not', step: '2: UpdateAccessKey' }],
    shows: [{ action: 'UpdateAccessKey', field: 'error', world: 'ValidationError' }],
    right: 'world',
    source: `${IAM_MODEL}, statusType; app-sre/qontract-reconcile#2640 shows how IAM refuses a value that the model does not have`,
  },
  {
    what: 'whether a key can be made to expire',
    at: [{ when: 'a key is made to expire', step: '2: UpdateAccessKey' }],
    shows: [{ action: 'UpdateAccessKey', field: 'error', world: 'ValidationError' }],
    right: 'unknown',
    source: 'nobody says; the API model has the status Expired, and says that UpdateAccessKey changes keys "from Active to Inactive, or vice versa"',
  },
  {
    what: 'how GetAccessKeyLastUsed refuses a key that does not exist',
    at: [{ when: 'the last use of a key that does not exist', step: '1: GetAccessKeyLastUsed' }],
    shows: [{ action: 'GetAccessKeyLastUsed', field: 'error', world: 'AccessDenied', moto: 'NoSuchEntityException' }],
    right: 'world',
    source: `${IAM_SNAPSHOT}: test_access_key_errors`,
  },
  {
    what: 'what the id of a user looks like',
    at: [{ when: 'a user is described', step: '1: GetUser' }],
    shows: [{ action: 'GetUser', field: 'User.UserId', world: 'AIDA?????????????????', moto: '?' }],
    right: 'world',
    source: 'IAM User Guide, reference_identifiers.md: AIDA is the prefix of users',
  },
  {
    what: 'whether a user may have a name with a space',
    at: [{ when: 'a user gets a name that IAM does not take', step: '1: CreateUser' }],
    shows: [{ action: 'CreateUser', field: 'error', world: 'ValidationError' }],
    right: 'world',
    source: `${IAM_MODEL}, userNameType; app-sre/qontract-reconcile#2640 for the error`,
  },
  {
    what: 'whether a permissions boundary must exist',
    at: [{ when: 'a user gets a permissions boundary that does not exist', step: '1: CreateUser' }],
    shows: [{ action: 'CreateUser', field: 'error', world: 'NoSuchEntityException' }],
    right: 'world',
    source: 'hashicorp/boundary#4255',
  },
  {
    what: 'whether a user with a key can be deleted',
    at: [{ when: 'a user with a key is deleted', step: '2: DeleteUser' }],
    shows: [{ action: 'DeleteUser', field: 'error', world: 'DeleteConflictException' }],
    right: 'world',
    source: `${IAM_MODEL}, DeleteUser; aws-controllers-k8s/community#2229`,
  },
  {
    what: 'whether a user in a group can be deleted',
    at: [{ when: 'a user in a group is deleted', step: '3: DeleteUser' }],
    shows: [{ action: 'DeleteUser', field: 'error', world: 'DeleteConflictException' }],
    right: 'world',
    source: `${IAM_MODEL}, DeleteUser; mozilla-services/userplex#17`,
  },
];

/** Whether what was seen is the listed difference. */
export function explains({ at, everywhere, shows }: Difference, seen: Shown): boolean {
  const isThere = everywhere === true || at.some(({ when }) => when === seen.sequence);
  return isThere && shows.some(show => looksLike(show, seen));
}

export function looksLike(show: Show, seen: Shown): boolean {
  const same = (key: 'world' | 'moto') => JSON.stringify(show[key]) === JSON.stringify(seen[key]);
  return (show.action === '*' || show.action === seen.action) && matchesPath(show.field, seen.field) && same('world') && same('moto');
}

function matchesPath(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split('.'), path.split('.')];
  return expected.length === actual.length && expected.every((part, index) => part === '*' || part === actual[index]);
}
