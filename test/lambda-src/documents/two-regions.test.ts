import { afterEach, describe, expect, it } from 'vitest';
import { DocumentOnNode, PASSWORD } from './document-on-node';
import { CredentialDocument } from '../../../src';
import { StepResult } from '../../world';

type Region = 'eu-west-1' | 'eu-central-1';
type Credential = [user: string, password: string];

const [WEST, CENTRAL]: Region[] = ['eu-west-1', 'eu-central-1'];
const HOSTS = { [WEST]: 'email-smtp.eu-west-1.amazonaws.com', [CENTRAL]: 'email-smtp.eu-central-1.amazonaws.com' };
const FIPS_IN_WEST = 'email-smtp-fips.eu-west-1.amazonaws.com';
const OLD: Credential = ['AKIAOLDOLDOLDOLDOLD1', 'old+pass/word'];
const OTHER: Credential = ['AKIAOLDOLDOLDOLDOLD2', 'other+pass/word'];

/** A server whose file has entries for regions, and others for none. */
interface Server {
  readonly file: string;
  document(host: string): CredentialDocument;
  install(): Promise<void>;
  /** What is for a region: under the name of the endpoint, or another one. */
  entry(region: Region, credential: Credential, name?: string): string;
  /** What is for no region, if the server has such. */
  follower?(credential: Credential): string;
}

let onNode: DocumentOnNode;
afterEach(async () => onNode.node.remove());

const SERVERS: Record<string, Server> = {
  Postfix: {
    file: 'etc/postfix/sasl_passwd',
    document: relayHost => CredentialDocument.postfix({ relayHost }),
    install: async () => onNode.installPostfix('hash:$config_directory/sasl_passwd'),
    entry: (region, [user, password], name = HOSTS[region]) => `[${name.toUpperCase()}]:587 ${user}:${password}\n`,
    follower: ([user, password]) => `@example.com ${user}:${password}\n`,
  },
  Exim: {
    file: 'etc/exim4/passwd.client',
    document: relayHost => CredentialDocument.exim({ relayHost }),
    install: async () => onNode.installExim(),
    entry: (region, [user, password], name = HOSTS[region]) => `${name}:${user}:${password}\n*.${region}.elb.amazonaws.com:${user}:${password}\n`,
    follower: ([user, password]) => `*.amazonaws.com:${user}:${password}\n`,
  },
  sendmail: {
    file: 'etc/mail/authinfo',
    document: relayHost => CredentialDocument.sendmail({ relayHost }),
    install: async () => onNode.installSendmail(),
    entry: (region, [user, password], name = HOSTS[region]) => [`ses-smtp-prod-1.${region}.elb.amazonaws.com`, name]
      .map(server => `AuthInfo:${server} "U:root" "I:${user}" "P:${password}"\n`).join(''),
    follower: ([user, password]) => `AuthInfo: "U:root" "I:${user}" "P:${password}"\n`,
  },
  OpenSMTPD: {
    file: 'etc/mail/secrets',
    document: relayHost => CredentialDocument.openSmtpd({ relayHost }),
    install: async () => {
      await configureOpenSmtpd([['west', HOSTS[WEST]], ['central', HOSTS[CENTRAL]], ['fips', FIPS_IN_WEST]]);
      // The machine may have OpenSMTPD's user.
      await onNode.node.install('id', '#!/bin/sh\n[ $# -eq 1 ] || exit 1\nPATH=${PATH#*:} exec id "$1"\n');
      for (const program of ['smtpd', 'smtpctl']) await onNode.node.install(program, `#!/bin/sh\n[ ${program} = smtpd ]\n`);
    },
    entry: (region, [user, password], name) => `${name ? 'fips' : region.split('-')[1]} ${user}:${password}\n`,
    follower: ([user, password]) => `older ${user}:${password}\n`,
  },
  msmtp: {
    file: 'etc/msmtprc',
    document: relayHost => CredentialDocument.msmtp({ relayHost }),
    install: async () => onNode.installMsmtp(),
    entry: (region, [user, password]) => `account ${region}\nhost ${HOSTS[region]}\nuser ${user}\npassword ${password}\n`,
  },
};

async function configureOpenSmtpd(relays: [label: string, host: string][]): Promise<void> {
  const actions = relays.map(([label, host]) => `action "${host}" relay host smtp+tls://${label}@${host}:587 auth <secrets>\n`);
  await onNode.node.write('etc/smtpd.conf', `table secrets file:${onNode.node.root}/etc/mail/secrets\n${actions.join('')}`);
}

/** As in mawk before 1.3.4, which takes a character class for the characters in its name. */
const AWK_WITHOUT_CLASSES = `#!/bin/sh
case "$*" in *'[[:'*) echo 'awk: a character class' >&2; exit 2 ;; esac
PATH=\${PATH#*:} exec awk "$@"
`;

async function begin(server: Server, text: string): Promise<void> {
  onNode = new DocumentOnNode(server.document(HOSTS[WEST]));
  await onNode.node.install('awk', AWK_WITHOUT_CLASSES);
  await server.install();
  for (const suffix of ['', '.db']) await onNode.node.write(`${server.file}${suffix}`, text);
}

/** One access key serves both regions. */
function credentialOf(region: Region, rotation: number): Credential {
  return [`AKIAROTATION${rotation}EXAMPLE`, `${PASSWORD.slice(0, -2)}${rotation}${region === WEST ? 'w' : 'c'}`];
}

async function apply(document: CredentialDocument, [username, password]: Credential, regions = [WEST, CENTRAL]): Promise<StepResult> {
  onNode.use(document, undefined, regions);
  for (const path of ['/etc/exim4/', '/etc/mail/', '/etc/smtpd.conf', '/etc/msmtprc']) onNode.replace(`='${path}`, `='${onNode.node.root}${path}`);
  await onNode.answer(JSON.stringify({ username, password }));
  return onNode.run();
}

/** Runs both fleets in several rotations, the last of which is repeated; the file is to be as the function says. */
async function expectAfterRotations(server: Server, fleets: Region[], text: (of: (region: Region) => Credential) => string): Promise<void> {
  for (const rotation of [1, 2, 2]) {
    for (const region of fleets) await run(server, region, rotation);
    expect(await onNode.node.read(server.file)).toBe(text(region => credentialOf(region, rotation)));
  }
}

async function run(server: Server, region: Region, rotation: number): Promise<void> {
  expect(await apply(server.document(HOSTS[region]), credentialOf(region, rotation))).toMatchObject({ status: 'Success' });
}

type Order = [Region, Region];

const ORDERS: Order[] = [[WEST, CENTRAL], [CENTRAL, WEST]];

/** Every order on Postfix. The scripts share what decides, so that the others need only one. */
function ordersOn(server: string, order: Order): Order[] {
  return server === 'Postfix' ? ORDERS : [order];
}

describe.each(Object.entries(SERVERS))('%s with entries for two regions', (name, server) => {
  const { entry, follower = () => '' } = server;

  describe.each(ordersOn(name, [CENTRAL, WEST]))('first that of %s, then that of %s, with one copied credential', (first, second) => {
    // A mistake shows in one order on Exim, and in the other one on sendmail.
    it.each(ORDERS)('has the password of each region when the fleets run as %s, %s; all else follows the first entry', async (...fleets) => {
      const text = (of: (region: Region) => Credential) => entry(first, of(first)) + entry(second, of(second)) + follower(of(first));
      await begin(server, text(() => OLD));
      await expectAfterRotations(server, fleets, text);
    });
  });

  it.each(ordersOn(name, [WEST, CENTRAL]))('changes what has the credential of %s with that, and nothing of %s', async (leader, other) => {
    const text = (of: (region: Region) => Credential) => entry(other, of(other)) + entry(leader, of(leader)) + follower(of(leader));
    await begin(server, text(region => region === leader ? OLD : OTHER));
    await expectAfterRotations(server, [other, leader], text);
  });
});

describe.each(Object.entries(SERVERS).filter(([name]) => name !== 'msmtp'))('%s with an entry for the FIPS endpoint', (name, server) => {
  it.each(ordersOn(name, [CENTRAL, WEST]))('that has the same credential as the other one of the region: follows that, whichever of %s and %s comes first', async (...fleets) => {
    const { entry } = server;
    const text = (of: (region: Region) => Credential) => entry(CENTRAL, of(CENTRAL)) + entry(WEST, of(WEST), FIPS_IN_WEST) + entry(WEST, of(WEST));
    await begin(server, text(() => OLD));
    await expectAfterRotations(server, fleets, text);
  });
});

describe('Postfix with a table for each region', () => {
  it.each(ORDERS)('gives a sender in a third one the password of the first, whichever of %s and %s comes first', async (...fleets) => {
    const server = SERVERS.Postfix;
    await begin(server, server.entry(CENTRAL, OLD));
    await onNode.installPostfix('hash:$config_directory/sasl_passwd, hash:$config_directory/senders, hash:$config_directory/west');
    for (const suffix of ['', '.db']) {
      await onNode.node.write(`etc/postfix/senders${suffix}`, server.follower!(OLD));
      await onNode.node.write(`etc/postfix/west${suffix}`, server.entry(WEST, OLD));
    }
    for (const rotation of [1, 2]) {
      for (const region of fleets) await run(server, region, rotation);
      expect(await onNode.node.read(server.file)).toBe(server.entry(CENTRAL, credentialOf(CENTRAL, rotation)));
      expect(await onNode.node.read('etc/postfix/senders')).toBe(server.follower!(credentialOf(CENTRAL, rotation)));
      expect(await onNode.node.read('etc/postfix/west')).toBe(server.entry(WEST, credentialOf(WEST, rotation)));
    }
  });
});

describe('Postfix with names of VPC endpoints', () => {
  it('changes those of the region, and of no other', async () => {
    const server = SERVERS.Postfix;
    const vpcHost = (region: Region) => `vpce-0a1b2c3d4e5f67890-k1l2m3n4.email-smtp.${region}.vpce.amazonaws.com`;
    const text = (ofWest: Credential) => server.entry(CENTRAL, OLD) + server.entry(WEST, ofWest, vpcHost(WEST))
      + server.entry(CENTRAL, OLD, vpcHost(CENTRAL)) + server.entry(WEST, ofWest);
    await begin(server, text(OLD));
    expect(await apply(server.document(vpcHost(WEST)), credentialOf(WEST, 1))).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(server.file)).toBe(text(credentialOf(WEST, 1)));
  });
});

describe.each(Object.entries(SERVERS))('%s with an entry of a region that the credential is not for', (_name, server) => {
  it('leaves that, and gives all else that has the same credential the new one, wherever it stands', async () => {
    const { entry, follower = () => '' } = server;
    const text = (ofWest: Credential) => entry(CENTRAL, OLD) + entry(WEST, ofWest) + follower(ofWest);
    await begin(server, text(OLD));
    expect(await apply(server.document(HOSTS[WEST]), credentialOf(WEST, 1), [WEST])).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(server.file)).toBe(text(credentialOf(WEST, 1)));
  });
});

describe('a server of two regions is refused', () => {
  async function expectRefusal(server: Server, text: string, message: string): Promise<void> {
    expect(await apply(server.document(HOSTS[WEST]), credentialOf(WEST, 1)))
      .toMatchObject({ status: 'Failed', output: expect.stringContaining(`SES_SMTP_CREDENTIAL_FAILED ${message}`) });
    expect(await onNode.node.read(server.file)).toBe(text);
  }

  it('if OpenSMTPD has one label for both', async () => {
    const text = 'ses user:password\n';
    await begin(SERVERS.OpenSMTPD, text);
    await configureOpenSmtpd(Object.values(HOSTS).map(host => ['ses', host]));
    await expectRefusal(SERVERS.OpenSMTPD, text, `label 'ses' in ${onNode.node.root}/etc/smtpd.conf is for ${HOSTS[WEST]} and for another region, `
      + 'whose password differs: give each host a label and an entry of its own');
  });

  it.each(['Exim', 'sendmail'])('if %s has nothing for one of them but what has the other one\'s credential', async name => {
    const server = SERVERS[name];
    const text = server.entry(CENTRAL, OLD) + server.follower!(OLD);
    await begin(server, text);
    await expectRefusal(server, text, `${onNode.node.root}/${server.file} has no entry for ${HOSTS[WEST]}: add a line`);
  });

  it('if a pattern that follows the other one stands above the entry in Exim\'s file', async () => {
    const text = SERVERS.Exim.follower!(OLD) + SERVERS.Exim.entry(CENTRAL, OLD) + SERVERS.Exim.entry(WEST, OLD);
    await begin(SERVERS.Exim, text);
    await expectRefusal(SERVERS.Exim, text, `a lookup in the new ${onNode.node.root}/etc/exim4/passwd.client does not give the credential under ${HOSTS[WEST]}: `
      + 'Exim takes the first line that covers it, so put its own above wider patterns; ');
  });

  it('if Exim finds the credential of the other one by the name that it takes', async () => {
    const text = `${HOSTS[WEST]}:user:password\n${HOSTS[CENTRAL]}:${OTHER.join(':')}\n*.amazonaws.com:${OTHER.join(':')}\n`;
    await begin(SERVERS.Exim, text);
    await onNode.node.install('getent', '#!/bin/sh\necho "127.0.0.87 ses-smtp-prod-1.eu-west-1.elb.amazonaws.com"\n');
    await expectRefusal(SERVERS.Exim, text, `a lookup in the new ${onNode.node.root}/etc/exim4/passwd.client does not give the credential under the name that Exim takes, `
      + 'ses-smtp-prod-1.eu-west-1.elb.amazonaws.com, but another one: add a line \'*.eu-west-1.elb.amazonaws.com:user:password\' above, '
      + `with user and password as for ${HOSTS[WEST]}; `);
  });
});

describe('a label that OpenSMTPD is given', () => {
  it('is changed, whichever hosts it is for', async () => {
    const server = SERVERS.OpenSMTPD;
    await begin(server, 'central user:password\n');
    const document = CredentialDocument.openSmtpd({ label: 'central', relayHost: HOSTS[WEST] });
    expect(await apply(document, credentialOf(WEST, 1))).toMatchObject({ status: 'Success' });
    expect(await onNode.node.read(server.file)).toBe(server.entry(CENTRAL, credentialOf(WEST, 1)));
  });
});
