import { Stack, Stage, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { chosenName, importedName } from './names';

/** What a rotation changes: an existing user and secret, or new ones, which may have names. */
interface Changed {
  readonly user?: iam.IUser;
  readonly userName?: string;
  readonly secret?: secretsmanager.ISecret;
  readonly secretName?: string;
}

/** A user or a secret that belongs to one rotation only. */
interface Claim {
  readonly rotation: IConstruct;
  readonly what: 'user' | 'secret';
  /** The existing construct, if it is not a new one. */
  readonly resource?: IConstruct;
  /** Account, Region and name. Undefined if only the deployment knows the name. */
  readonly address?: string;
}

const CONSEQUENCES = {
  user: "each would treat the other's access keys as stray ones",
  secret: 'one schedule would replace the other',
};

/** The claims of each app or stage. A stage may be another deployment of the same constructs. */
const claims = new WeakMap<IConstruct, Claim[]>();

/** Throws on a user or a secret that another rotation of the same stage already has. Rejects only what is certainly the same. */
export function claimUserAndSecret(rotation: Construct, changed: Changed): void {
  const stage = Stage.of(rotation) ?? rotation.node.root;
  const earlier = (claims.get(stage) ?? []).filter(isInTree);
  const added = [claimedUser(rotation, changed), claimedSecret(rotation, changed)];
  for (const claim of added) {
    const other = earlier.find(candidate => isSame(candidate, claim));
    if (other) throw new Error(refusal(other, claim));
  }
  claims.set(stage, [...earlier, ...added]);
}

/** A construct can be removed from its tree. */
function isInTree({ rotation: { node } }: Claim): boolean {
  return node.scopes.every((construct, index, scopes) => index === 0 || scopes[index - 1].node.tryFindChild(construct.node.id) === construct);
}

/** A user's name is looked up in the account of the function. */
function claimedUser(rotation: Construct, { user, userName: name }: Changed): Claim {
  const userName = user?.userName ?? chosenName(name);
  return { rotation, what: 'user', resource: user, address: userName && `${Stack.of(rotation).account} ${userName}` };
}

function claimedSecret(rotation: Construct, { secret, secretName: name }: Changed): Claim {
  const secretName = secret ? importedName(secret) : chosenName(name);
  const { account, region } = secret?.env ?? Stack.of(rotation);
  return { rotation, what: 'secret', resource: secret, address: secretName && `${account} ${region} ${secretName}` };
}

/** With a token, the same text in two stacks can mean two things. */
function isSame(earlier: Claim, later: Claim): boolean {
  if (earlier.what !== later.what) return false;
  if (later.resource && (later.resource === earlier.resource || later.resource.node.scope === earlier.rotation)) return true;
  if (later.address === undefined || later.address !== earlier.address) return false;
  return !Token.isUnresolved(later.address) || Stack.of(later.rotation) === Stack.of(earlier.rotation);
}

function refusal(earlier: Claim, { rotation, what }: Claim): string {
  return `${what} must belong to one rotation only, got the same one in ${earlier.rotation.node.path} and ${rotation.node.path}: `
    + `${CONSEQUENCES[what]}; give each rotation its own ${what}`;
}
