import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct, DependencyGroup } from 'constructs';
import { CredentialDocument } from './credential-document';
import { CredentialFormat } from './credential-format';
import { MailServerFleet } from './mail-server-fleet';
import { MailServerTargets } from './mail-server-targets';
import { replicasOf, validateReplicas, warnAboutReplicas } from './private/additional-regions';
import { forConstruct, withPath } from './private/error-path';
import { bindFleets } from './private/fleets/fleet-binding';
import { validateFleets } from './private/fleets/fleet-checks';
import { rotationConfig } from './private/function/function-config';
import { validateLog } from './private/function/function-log';
import { validateNetwork, warnAboutNetwork } from './private/function/function-network';
import { defineRotationFunction } from './private/function/rotation-function';
import { markForPolicies } from './private/mark';
import { defineAlarm, validateAlarm } from './private/monitoring/alarm';
import { DashboardSources, defineDashboard, widgetRows } from './private/monitoring/dashboard';
import { credentialRotated, defineRule, rotationFailed } from './private/monitoring/events';
import { CONFIRMED_SERVERS, FAILED_SERVERS, KEY_AGE, logMetric, ROTATIONS } from './private/monitoring/metrics';
import { defineQuery } from './private/monitoring/query';
import { defineWatchdog } from './private/monitoring/watchdog';
import { validatePlace } from './private/place';
import { EndpointConfig } from './private/rotation-contract';
import { defineCredential } from './private/schedule/credential-resource';
import { defineSchedule, rotationRules } from './private/schedule/rotation-schedule';
import { timingConfig } from './private/schedule/timing';
import { defineSender, validateSender, warnAboutUser } from './private/sending/sending-rights';
import { validateSourceIps } from './private/sending/source-ips';
import { validateTestMessage } from './private/sending/test-message-config';
import { BOOLEAN, checkProps, checkValue, DURATION, instanceOf, like, listOf, memberOf, NUMBER, OBJECT, optional, SECRET, Shape, STRING, struct } from './private/shapes';
import { bindEndpoints, warnAboutPartition, warnAboutPort, warnAboutRegions } from './private/smtp-endpoints';
import { claimUserAndSecret } from './private/user-and-secret/claims';
import { validateNames, warnAboutNames } from './private/user-and-secret/names';
import { defineSecret, validateNewSecret } from './private/user-and-secret/new-secret';
import { readPolicy, unlessWaiting } from './private/user-and-secret/read-policy';
import { ecsSecretOf, grantReadOf } from './private/user-and-secret/readers';
import { ISesSmtpCredential } from './ses-smtp-credential';
import { SmtpEndpoint } from './smtp-endpoint';
import { TestMessage } from './test-message';

/** Properties of `SesSmtpCredentialRotation`. */
export interface SesSmtpCredentialRotationProps {
  /**
   * The SES identities that the credential may send as, at least one.
   *
   * They must exist in the Region of the endpoint and in each of the `additionalRegions`.
   *
   * In the SES sandbox, SES checks the recipients' identities too: list those as well.
   */
  readonly identities: ses.IEmailIdentity[];

  /**
   * The configuration sets that messages may use.
   *
   * If a message uses a configuration set, SES checks the set as well as the identity. Name the default sets of the
   * identities here.
   *
   * @default - none
   */
  readonly configurationSets?: ses.IConfigurationSet[];

  /**
   * The sender addresses that messages may have, for the condition `ses:FromAddress`.
   *
   * `*` stands for any characters. SES compares the bare address, without a name, and the comparison is case-sensitive.
   * Synthesis rejects an entry with a name, and one that belongs to none of the identities.
   *
   * @default - any address of the identities
   */
  readonly fromAddresses?: string[];

  /**
   * The IP addresses that messages may come from, for the condition `aws:SourceIp`.
   *
   * They are addresses or CIDR ranges of IPv4 or IPv6.
   *
   * A leaked credential is useless anywhere else: SES rejects its messages with 554. SES sees public addresses, such as
   * those of a NAT gateway. A request through a VPC endpoint has none, and is rejected.
   *
   * SES checks the permission when a message arrives, not at login. So the function can prove a login from any address.
   * A `testMessage` must come from one of these: then `vpc` is required, with a NAT gateway whose address is in this list.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
   * @default - any address
   */
  readonly allowedSourceIps?: string[];

  /**
   * The IAM user whose access keys are rotated.
   *
   * Reserve both of its access keys for this rotation. A key that the secret doesn't refer to is never deleted, and stops
   * the rotation once its slot is needed.
   *
   * A deployment that changes the user rotates to a key of the new user and waits until every mail server has it. Then it
   * deletes the keys that were made for the former user. Deleting the construct deletes the keys that it has made, and no
   * others.
   *
   * @default - a new user, whose keys only the rotation makes and deletes
   */
  readonly user?: iam.IUser;

  /**
   * The name of the new user.
   *
   * It has 1 to 64 letters, digits and `_+=,.@-`. A changed name replaces the user: the deployment waits until every mail
   * server has a key of the new user, then deletes the old user with its keys. Not with `user`.
   *
   * @default - generated by CloudFormation
   */
  readonly userName?: string;

  /**
   * The secret that holds the credential.
   *
   * It may be empty. Don't configure rotation for it anywhere else.
   *
   * Deleting the construct keeps the secret and its value. The key in that value is deleted if it was made here. To keep
   * the key of an imported `user`, cancel the rotation of the secret first.
   *
   * @default - a new secret
   */
  readonly secret?: secretsmanager.ISecret;

  /**
   * The name of the new secret.
   *
   * It has 1 to 512 letters, digits and `/_+=.@-`. Avoid a name that ends in a hyphen and six characters, because the ARN
   * of every secret ends that way. A changed name replaces the secret: the deployment waits until every mail server has
   * the credential in the new secret, then deletes the keys that the old secret refers to. Not with `secret`.
   *
   * @default - generated by CloudFormation
   */
  readonly secretName?: string;

  /**
   * The KMS key of the new secret.
   *
   * The function's role and every grantee of `grantRead` may use it, through Secrets Manager only. Not with `secret`.
   *
   * @default - the AWS managed key of Secrets Manager, which can't be used across accounts
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * The Regions that the new secret is replicated to, each with its own KMS key if you name one.
   *
   * An empty list replicates to none. A Region need not be one of the `additionalRegions`. A key must be in its Region. The
   * function's role and every grantee of `grantRead` may use it, through Secrets Manager only. Not with `secret`.
   *
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
   * @default - the `additionalRegions`, each with the AWS managed key there
   */
  readonly replicaRegions?: secretsmanager.ReplicaRegion[];

  /**
   * The format in which the credential is written to the secret.
   *
   * @default - JSON, as `CredentialFormat.json` writes it
   */
  readonly credentialFormat?: CredentialFormat;

  /**
   * The schedule of the rotation.
   *
   * It is a rate of whole hours or days, from 4 hours to 1000 days, or a cron expression in UTC. A cron expression has
   * minute 0, no year, and at least 4 hours from one rotation to the next.
   *
   * @default - every 30 days
   */
  readonly schedule?: events.Schedule;

  /**
   * The time within which Secrets Manager starts a scheduled rotation.
   *
   * It is a whole number of hours. It must end on the day on which it begins (UTC), and before the next rotation.
   *
   * @default - that of Secrets Manager: one hour for a schedule in hours, the rest of the day for one in days
   */
  readonly rotationWindow?: Duration;

  /**
   * Whether a change of the schedule rotates at once.
   *
   * The first deployment counts as such a change. If false, Secrets Manager only tests the configuration. The first
   * rotation still comes with the first deployment, unless `waitForFirstRotation` is false too.
   *
   * @default true
   */
  readonly rotateImmediatelyOnUpdate?: boolean;

  /**
   * Whether the deployment waits for the first rotation.
   *
   * It succeeds once the credential works and every mail server has it, or fails within 15 minutes and reports the step,
   * the cause and the remedy. If no rotation comes with the deployment, it starts one. A later deployment that changes
   * Region, format, user or secret does the same.
   *
   * If false, the deployment ends before that, and `alarm` reports a rotation that fails. A deployment that replaces the
   * user or secret always waits.
   *
   * A failed deployment is rolled back, which deletes the new keys. Mail servers that sent with another credential may
   * have taken a new one by then. If `secret` is imported, they get the credential in it back. Otherwise, they can no
   * longer send.
   *
   * @default true
   */
  readonly waitForFirstRotation?: boolean;

  /**
   * How long the previous credential keeps working after a new one has become current.
   *
   * It is for applications that haven't read the secret again. Every server in `mailServers` has confirmed the new
   * credential by then.
   *
   * It is a whole number of seconds, and shorter than the interval if the schedule is a rate. With 0 seconds, it ends at
   * once. Otherwise, the function checks once an hour whether it has ended. Then it deactivates the access key, and
   * deletes it a day later. A rotation that needs the key's slot ends the grace period early, unless the key is still used.
   *
   * @default - 1 day, or half of the rotation interval if that is shorter
   */
  readonly gracePeriod?: Duration;

  /**
   * How long the previous credential keeps working beyond `gracePeriod` while someone still uses it.
   *
   * IAM records when a key was last used. A use counts if it is less than 24 hours old, or less than the grace period if
   * that is shorter. Then the key stays active, and the function checks again every hour. A rotation that needs the key's
   * slot fails before it makes a key, unless the current key is inactive, as after `revoke`. Mail continues.
   *
   * AWS doesn't document whether IAM records logins by SMTP. Where it doesn't, the grace period ends on time. With 0
   * seconds, it always does. It must be 0 if `gracePeriod` is.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
   *
   * @default - 7 days. It is 0 seconds without a grace period, or with a cron expression that runs every day
   */
  readonly holdWhileUsed?: Duration;

  /**
   * The SMTP endpoint that the credential logs in to.
   *
   * A deployment that changes its Region rotates, and the permission to send moves to the new Region. To move without a
   * gap, use `additionalRegions`.
   *
   * @default - the endpoint of SES in the stack's Region, on port 587
   */
  readonly endpoint?: SmtpEndpoint;

  /**
   * Further Regions of SES that the same access key sends in, such as `eu-west-1`.
   *
   * The secret gets a host and a password for each of them and for the Region of the endpoint. Their fields end in the
   * Region's name (`host_eu-west-1`, `password_eu-west-1`). A credential is proven at every endpoint before it is
   * promoted.
   *
   * The endpoints have the port and the FIPS setting of `endpoint`. If that is a custom host, they are the default ones
   * of `SmtpEndpoint.regional`.
   *
   * A new secret is replicated to these Regions, encrypted with the AWS managed key there, unless `replicaRegions` says
   * otherwise. In a stack that doesn't know its Region, that Region can't be one of these.
   *
   * A deployment that changes them rotates. Identities and configuration sets must exist in every Region, and each Region
   * has its own sandbox. Not with `CredentialFormat.usernameColonPassword`.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/regions.html
   * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
   * @default - none
   */
  readonly additionalRegions?: string[];

  /**
   * A message that proves the permission to send, which a login doesn't.
   *
   * Every new credential sends it through every endpoint before it is promoted, and before any mail server has it. The
   * rotation fails if SES doesn't accept it within 5 minutes, the time that a new policy may need to take effect.
   *
   * @see https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
   * @default - none: only the login is proven
   */
  readonly testMessage?: TestMessage;

  /**
   * The mail servers that get the credential before it becomes current.
   *
   * @default - none: applications read the secret
   */
  readonly mailServers?: MailServerFleet[];

  /**
   * The VPC that the function runs in.
   *
   * From there, the function needs a route to IAM, Secrets Manager, S3 (to answer CloudFormation), the SMTP endpoint and,
   * with `mailServers`, Systems Manager. The routes must exist before the first rotation, which waits for everything
   * under `vpc`.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default - none: the function reaches public endpoints
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of `vpc` for the function, which must not be public.
   *
   * Lambda gives a function no public address. IAM has VPC endpoints only in the Region of its control plane (us-east-1
   * in the partition `aws`). In other Regions, the function needs a route to the internet through a NAT gateway.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam_vpc_endpoint_create.html
   * @default - the private subnets of `vpc` or, if none has a route to the internet, its isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function, at least one.
   *
   * They must allow outbound traffic to port 443 and to the port of the endpoint.
   *
   * @default - a new one that allows outbound traffic to these two ports and nothing else
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * What happens to the new secret when it is removed from the stack.
   *
   * Not with `secret`.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The log group of the function.
   *
   * @default - a new one that keeps its events for one year
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * What happens to the new log group when it is removed from the stack.
   *
   * The log is the record of every rotation: which key was made, who confirmed it, and when it was retired. Not with
   * `logGroup`.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * The KMS key of the new log group.
   *
   * Its policy gets a statement that lets CloudWatch Logs use it for the log groups of this stack. The policy of an
   * imported key can't be changed here, and synthesis warns. Not with `logGroup`.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   * @default - CloudWatch Logs encrypts the log group with a key of its own
   */
  readonly logEncryptionKey?: kms.IKey;

  /**
   * Whether to define `alarm`.
   *
   * Without it, watch the metric `metricErrors` yourself. `onRotationFailed` then matches only the event of Secrets
   * Manager, which needs a CloudTrail trail.
   *
   * @default true
   */
  readonly alarm?: boolean;

  /**
   * The period of the alarm, in whole minutes, at least 2 hours.
   *
   * The watchdog runs every hour. In a shorter period, a run that comes late would look like a function that doesn't run.
   * All `alarmEvaluationPeriods` together are at most 7 days.
   *
   * @default - 2 hours
   */
  readonly alarmPeriod?: Duration;

  /**
   * In how many periods in a row the function must fail, or not run, for the alarm to go off, 1 or more.
   *
   * @default 1
   */
  readonly alarmEvaluationPeriods?: number;

  /**
   * Whether to define a CloudWatch dashboard.
   *
   * It shows:
   * - the alarm;
   * - the age of the credential, beside the age that its schedule allows;
   * - the last rotations, with duration and outcome;
   * - the mail servers that confirmed, and those that didn't;
   * - the last errors;
   * - the metrics of the function.
   *
   * It needs no custom metric: it reads what the metrics don't contain from the log, whenever you open it. To show
   * several credentials on one dashboard, use `addToDashboard`.
   *
   * Beyond the free tier, CloudWatch charges 3 USD a month for a dashboard, and 0.005 USD per GB that its queries read.
   * The log grows by about 1 MB a month.
   *
   * @see https://aws.amazon.com/cloudwatch/pricing/
   * @default false
   */
  readonly dashboard?: boolean;

  /**
   * The permissions boundary of the user and of every role that is defined here.
   *
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * The role of the function.
   *
   * It must trust the service principal of Lambda. A role that is defined in this app gets the permissions here. An
   * imported role gets none: it must have those of `functionPolicy` before the deployment, or the first rotation fails.
   *
   * @default - a new role
   */
  readonly role?: iam.IRole;

  /**
   * The IAM path of the user, the group and the role that are defined here, such as `/mail/`.
   *
   * It has 1 to 512 characters, and begins and ends with `/`. Another path replaces the role.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
   * @default '/'
   */
  readonly path?: string;

  /**
   * The name of the function, for policies that are written before the deployment.
   *
   * It has 1 to 64 letters, digits, `_` and `-`. Choose it before the first deployment: CloudFormation rejects a
   * deployment that changes it later, because the custom resource can't change its function.
   *
   * @default - generated by CloudFormation
   */
  readonly functionName?: string;

  /**
   * The processor architecture of the function.
   *
   * The function runs on both. `ARM_64` costs a fifth less where the Region has it.
   *
   * @see https://aws.amazon.com/lambda/pricing/
   * @default Architecture.X86_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * Whether Lambda sends traces of the function's calls to AWS X-Ray.
   *
   * A trace shows when a call began, how long it took, and whether it failed. It doesn't show the calls that the function
   * makes. Other than with `DISABLED`, the role may write traces, which IAM can't limit to a resource.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
   * @default Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The KMS key of the function's environment variables.
   *
   * They hold names, ARNs and settings, and no credential. The role may decrypt them, and nothing else, with the key. The
   * key's policy must let the account's IAM policies decide, as CDK's own keys do.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
   * @default - the AWS managed key of Lambda
   */
  readonly environmentEncryption?: kms.IKey;
}

const FLEET: Shape<MailServerFleet> = {
  targets: instanceOf(MailServerTargets, 'tag'),
  document: instanceOf(CredentialDocument, 'postfix'),
  maxConcurrency: optional(STRING),
  maxErrors: optional(STRING),
  timeout: optional(DURATION),
  minimumTargets: optional(NUMBER),
  applyToNewServers: optional(BOOLEAN),
  region: optional(STRING),
};
const CONFIGURATION_SET = like('an SES configuration set', 'configurationSetName', 'use ConfigurationSet.fromConfigurationSetName');
const TEST_MESSAGE: Shape<TestMessage> = {
  sender: STRING, recipient: optional(STRING), configurationSet: optional(CONFIGURATION_SET), tenantName: optional(STRING),
};
const DASHBOARD = like('a dashboard', 'addWidgets', 'use a Dashboard of aws-cloudwatch');
const KEY = like('a KMS key', 'keyArn', 'use Key.fromKeyArn');
const REPLICA: Shape<secretsmanager.ReplicaRegion> = { region: STRING, encryptionKey: optional(KEY) };
const PROPS: Shape<SesSmtpCredentialRotationProps> = {
  identities: listOf(like('an SES identity', 'emailIdentityName', 'use EmailIdentity.fromEmailIdentityName')),
  configurationSets: optional(listOf(CONFIGURATION_SET)),
  fromAddresses: optional(listOf(STRING)),
  allowedSourceIps: optional(listOf(STRING)),
  user: optional(like('an IAM user', 'userName', 'use User.fromUserName')),
  userName: optional(STRING),
  secret: optional(SECRET),
  secretName: optional(STRING),
  encryptionKey: optional(KEY),
  replicaRegions: optional(listOf(struct('ReplicaRegion', REPLICA))),
  credentialFormat: optional(instanceOf(CredentialFormat, 'json')),
  schedule: optional(like('a schedule', 'expressionString', 'use Schedule.rate, Schedule.cron or Schedule.expression')),
  rotationWindow: optional(DURATION),
  rotateImmediatelyOnUpdate: optional(BOOLEAN),
  waitForFirstRotation: optional(BOOLEAN),
  gracePeriod: optional(DURATION),
  holdWhileUsed: optional(DURATION),
  endpoint: optional(instanceOf(SmtpEndpoint, 'regional')),
  additionalRegions: optional(listOf(STRING)),
  testMessage: optional(struct('TestMessage', TEST_MESSAGE)),
  mailServers: optional(listOf(struct('MailServerFleet', FLEET))),
  vpc: optional(like('a VPC', 'vpcId', 'use Vpc.fromLookup')),
  vpcSubnets: optional(OBJECT),
  securityGroups: optional(listOf(like('a security group', 'securityGroupId', 'use SecurityGroup.fromSecurityGroupId'))),
  removalPolicy: optional(memberOf('RemovalPolicy', RemovalPolicy)),
  logGroup: optional(like('a log group', 'logGroupArn', 'use LogGroup.fromLogGroupName')),
  logRemovalPolicy: optional(memberOf('RemovalPolicy', RemovalPolicy)),
  logEncryptionKey: optional(KEY),
  alarm: optional(BOOLEAN),
  alarmPeriod: optional(DURATION),
  alarmEvaluationPeriods: optional(NUMBER),
  dashboard: optional(BOOLEAN),
  permissionsBoundary: optional(like('a managed policy', 'managedPolicyArn', 'use ManagedPolicy.fromManagedPolicyName')),
  role: optional(like('an IAM role', 'roleArn', 'use Role.fromRoleName')),
  path: optional(STRING),
  functionName: optional(STRING),
  architecture: optional(like('an architecture', 'dockerPlatform', 'use Architecture.ARM_64')),
  tracing: optional(memberOf('Tracing', lambda.Tracing)),
  environmentEncryption: optional(KEY),
};

/**
 * An SMTP credential for Amazon SES that rotates itself.
 *
 * Defines an IAM user that may send as your identities and nothing else, a secret with the credential, a rotation
 * schedule, and the rotation function. At each rotation, the function:
 * - makes a new credential and proves it at the SMTP endpoint;
 * - has every mail server take it, and waits until all of them confirm;
 * - promotes it and retires the old key.
 *
 * Define as many as you like, in the same stack too: no name is fixed.
 *
 * The user, the secret, the function and the role that it defines have the tag `ses-smtp-credential-rotation`, with the
 * value `true`. A service control policy can make an exception by this tag.
 */
export class SesSmtpCredentialRotation extends Construct implements ec2.IConnectable, ISesSmtpCredential {
  /**
   * The secret with the credential.
   *
   * Use its `AWSCURRENT` version.
   */
  public readonly secret: secretsmanager.ISecret;

  /** The IAM user that the access key of the credential belongs to. */
  public readonly user: iam.IUser;

  /** The Lambda function that rotates the credential. */
  public readonly rotationFunction: lambda.IFunction;

  /** The role of the function. */
  public readonly role: iam.IRole;

  /** The log group of the function. */
  public readonly logGroup: logs.ILogGroup;

  /** The host of the SMTP endpoint. */
  public readonly smtpHost: string;

  /** The port of the SMTP endpoint. */
  public readonly smtpPort: number;

  /** The replicas of the new secret. */
  private readonly replicas: secretsmanager.ReplicaRegion[];

  /** The policies that let mail servers read the secret. */
  private readonly readers = new DependencyGroup();

  /** What a dashboard shows. */
  private readonly sources: DashboardSources;

  private readonly definedAlarm?: cloudwatch.Alarm;
  private readonly policyOfFunction: () => iam.PolicyDocument;

  constructor(scope: Construct, id: string, props: SesSmtpCredentialRotationProps) {
    super(scope, id);
    try {
      checkProps('SesSmtpCredentialRotation', props, PROPS);
      const {
        additionalRegions = [], credentialFormat = CredentialFormat.json(), endpoint = SmtpEndpoint.regional(), mailServers = [],
        rotateImmediatelyOnUpdate = true, schedule = events.Schedule.rate(Duration.days(30)), testMessage, waitForFirstRotation = true,
      } = props;
      const format = credentialFormat._bind();
      const endpoints = bindEndpoints(this, endpoint, additionalRegions, format);
      validate(this, props, mailServers, endpoints);
      claimUserAndSecret(this, props);
      const rules = rotationRules(schedule, props.rotationWindow);
      const timing = timingConfig(schedule, props, rotateImmediatelyOnUpdate);
      warnAbout(this, props, additionalRegions, endpoints);

      const sender = defineSender(this, props, endpoints);
      this.user = sender.user;
      this.replicas = replicasOf(this, props);
      this.secret = props.secret ?? defineSecret(this, props, this.replicas);
      const { secret, user } = this;
      const fleets = bindFleets(this, mailServers, { secret, endpoints, format });
      const owned = { secretOwned: props.secret === undefined, userOwned: props.user === undefined };
      const config = rotationConfig({ secret, user, ...owned, endpoints, testMessage, format, fleets, timing });
      const subject = { secret, user, fleets, config, replicas: this.replicas, fips: endpoint._fips };
      const { logGroup, policy, prerequisites, role, rotationFunction } = defineRotationFunction(this, props, subject);
      this.rotationFunction = rotationFunction;
      this.logGroup = logGroup;
      this.role = role;
      this.policyOfFunction = policy;
      const rotationSchedule = defineSchedule(this, secret, rotationFunction, rules, rotateImmediatelyOnUpdate);
      // The first rotation starts the moment the schedule exists.
      rotationSchedule.node.addDependency(...sender.rights, ...prerequisites, this.readers);
      const credential = defineCredential(this, rotationFunction, config, owned.secretOwned, waitForFirstRotation);
      credential.node.addDependency(rotationSchedule);
      // Before the first rotation, there is no credential to give to new servers, or to watch.
      for (const { association } of fleets) association?.node.addDependency(credential);
      defineWatchdog(this, rotationFunction).node.addDependency(credential);
      markForPolicies(this, [user, secret, rotationFunction, role]);
      this.definedAlarm = defineAlarm(this, rotationFunction, props);
      defineQuery(this, logGroup);
      this.sources = { secret, rotationFunction, logGroup, alarm: this.definedAlarm };
      if (props.dashboard) this.addToDashboard(defineDashboard(this));

      this.smtpHost = endpoints[0].host;
      this.smtpPort = endpoints[0].port;
    } catch (error) {
      throw withPath(this, error);
    }
  }

  /**
   * The alarm that covers failed rotations, a current credential that doesn't work, and rotations that never ran.
   *
   * It goes off when:
   * - a step of a rotation fails;
   * - the hourly watchdog finds a problem: the current credential doesn't work or is older than its schedule allows, a
   *   rotation is stuck, or there is a stray access key;
   * - a rotation needs the slot of an access key that is still used;
   * - the function doesn't run at all.
   *
   * It stays in `ALARM` until `alarmPeriod` has passed without a failure. It may also be in `ALARM` for its first
   * minutes. It has no action until you add one. Fails if the prop `alarm` is false.
   */
  public get alarm(): cloudwatch.Alarm {
    if (!this.definedAlarm) throw new Error(`alarm must not be false where the alarm is used, got ${this.node.path} without an alarm; use metricErrors`);
    return this.definedAlarm;
  }

  /**
   * The policy that the role of the function needs.
   *
   * A role that is defined here or in your app has it. Give it to whoever makes an imported `role`. For such a role, the
   * policy names ARNs that are known before the deployment wherever the props name things: `secretName` or `secret`,
   * `userName` or `user`, `functionName`, `logGroup`. Documents have generated names that begin with the stack's name. Any
   * other generated name is a reference that only the deployment resolves.
   */
  public get functionPolicy(): iam.PolicyDocument {
    return this.policyOfFunction();
  }

  /**
   * The network connections of the function, for security groups that must let it in.
   *
   * Fails without `vpc`.
   */
  public get connections(): ec2.Connections {
    if (!this.rotationFunction.isBoundToVpc) {
      throw new Error(`connections must belong to a function in a VPC, got ${this.node.path} without vpc; add vpc`);
    }
    return this.rotationFunction.connections;
  }

  /**
   * Lets a principal read the secret, and use its key for that.
   *
   * It is for mail servers, which read the credential by its version, and for applications that log in with it. It covers
   * the replicas and their keys too.
   *
   * In this stack, the grant takes effect before the first rotation starts, unless you made the grantee, or what
   * the role itself names, depend on this construct with `node.addDependency`.
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const { replicas, secret } = this;
    return forConstruct(this, () => grantReadOf(this, { secret, replicas, policyOf: reader => this.policyOfReader(reader) }, grantee));
  }

  /** The policy of a reader, which the first rotation waits for. */
  private policyOfReader(reader: iam.IGrantable): iam.Policy | undefined {
    const policy = readPolicy(this, reader);
    if (policy) this.readers.add(unlessWaiting(policy, this));
    return policy;
  }

  /**
   * The whole value of the secret, for one environment variable of a container.
   *
   * ECS reads each of a container's secrets by itself. In one variable, user name and password belong to the same version.
   * The container gets a new value only when its task starts again: redeploy the service after each rotation, with
   * `onCredentialRotated`. The service must depend on this construct, so that its first task finds a credential.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
   */
  public ecsSecret(): ecs.Secret {
    return ecsSecretOf(this);
  }

  /**
   * Defines a rule that matches when another credential becomes current.
   *
   * That happens in every rotation, the first one included, or by hand. Secrets Manager sends this event itself, without
   * a CloudTrail trail.
   */
  public onCredentialRotated(id: string, options: events.OnEventOptions = {}): events.Rule {
    return defineRule(this, id, credentialRotated(this.secret), options);
  }

  /**
   * Defines a rule that matches when `alarm` goes off, or when Secrets Manager reports a failed rotation.
   *
   * - The event of the alarm needs no CloudTrail trail. The alarm can go off once in the first minutes after the
   *   deployment, and doesn't go off again while it is in `ALARM`.
   * - The event of Secrets Manager comes only if a trail logs the management events of the account and Region. With such
   *   a trail, a failed rotation has two events.
   */
  public onRotationFailed(id: string, options: events.OnEventOptions = {}): events.Rule {
    return defineRule(this, id, rotationFailed(this.secret, this.definedAlarm), options);
  }

  /**
   * The failed calls of the function, as its alarm counts them.
   *
   * They are failed steps of rotations, and hourly runs of the watchdog that found a problem.
   *
   * By default, it is the sum over 5 minutes.
   */
  public metricErrors(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.rotationFunction.metricErrors(options);
  }

  /**
   * The calls of the function: at least one an hour, unless it doesn't run.
   *
   * By default, it is the sum over 5 minutes.
   */
  public metricInvocations(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.rotationFunction.metricInvocations(options);
  }

  /**
   * How long the function runs, in milliseconds.
   *
   * By default, it is the average over 5 minutes.
   */
  public metricDuration(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.rotationFunction.metricDuration(options);
  }

  /**
   * The age of the current access key in seconds, once an hour.
   *
   * The first call defines a metric filter on the log group. CloudWatch bills its metric as a custom metric. Fails if
   * the secret was imported by its name.
   *
   * By default, it is the maximum over an hour.
   *
   * @see https://aws.amazon.com/cloudwatch/pricing/
   */
  public metricKeyAge(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return logMetric(this, this.sources, KEY_AGE, options);
  }

  /**
   * The rotations that ended with a new current credential.
   *
   * It has no value while there is none. Defined and billed as `metricKeyAge` is.
   *
   * By default, it is the sum over an hour.
   */
  public metricRotations(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return logMetric(this, this.sources, ROTATIONS, options);
  }

  /**
   * The mail servers that confirmed a credential, in each push to a fleet.
   *
   * Defined and billed as `metricKeyAge` is.
   *
   * By default, it is the sum over an hour.
   */
  public metricConfirmedServers(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return logMetric(this, this.sources, CONFIRMED_SERVERS, options);
  }

  /**
   * The mail servers that didn't confirm a credential, in each push to a fleet.
   *
   * Defined and billed as `metricKeyAge` is.
   *
   * By default, it is the sum over an hour.
   */
  public metricFailedServers(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return logMetric(this, this.sources, FAILED_SERVERS, options);
  }

  /**
   * Adds rows with this credential to a dashboard, below the existing ones.
   *
   * Give the dashboard a time range (`defaultInterval`) that covers some rotations, such as 90 days. A dashboard in
   * another Region shows the Region of the credential, and its own stack needs `crossRegionReferences`.
   */
  public addToDashboard(dashboard: cloudwatch.Dashboard): void {
    forConstruct(this, () => checkValue('dashboard', dashboard, DASHBOARD));
    for (const row of widgetRows(this, this.sources)) dashboard.addWidgets(...row);
  }
}

/** Throws on invalid props, before any resource exists. */
function validate(scope: Construct, props: SesSmtpCredentialRotationProps, mailServers: MailServerFleet[], endpoints: EndpointConfig[]): void {
  const { gracePeriod, testMessage } = props;
  validateSender(props);
  validateNewSecret(props, props.secret);
  validateNames(props);
  if (testMessage) validateTestMessage(testMessage, props);
  validateSourceIps(props);
  validateNetwork(props);
  validateLog(props);
  validateAlarm(props);
  validateReplicas(scope, props);
  validatePlace(scope, props);
  validateFleets(mailServers, { gracePeriod, regions: endpoints.map(({ region }) => region) });
}

/** Warns about what is legal but risky. */
function warnAbout(scope: Construct, props: SesSmtpCredentialRotationProps, additionalRegions: string[], endpoints: EndpointConfig[]): void {
  warnAboutNames(scope, props);
  warnAboutNetwork(scope, props);
  warnAboutPort(scope, endpoints);
  warnAboutUser(scope, props);
  warnAboutReplicas(scope, props.secret, additionalRegions);
  warnAboutPartition(scope, endpoints);
  warnAboutRegions(scope, endpoints);
}
