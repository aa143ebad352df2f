import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CredentialDocument, CredentialFormat, SmtpEndpoint } from '../../../src';
import { DocumentContent, StepResult } from '../../world';
import { ScriptNode, ScriptNodeOptions } from '../../world/nodes';

export const VERSION = '01234567-89ab-cdef-0123-456789abcdef';
export const USERNAME = 'AKIAIOSFODNN7EXAMPLE';
export const PASSWORD = 'BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS';
export const HOST = 'email-smtp.eu-west-1.amazonaws.com';

/** Looks names up as Exim does in a file for nwildlsearch, one expression a line, and notes that it ran its queue. */
const EXIM = `#!/bin/sh
case $1 in -qf) echo run >>"$HOME/root/queue-runs"; exit ;; -bP) [ "$2" = exim_user ] && echo "exim_user = $(id -un)"; exit ;; esac
while IFS= read -r line; do
  name=\${line#'\${lookup{'}
  file=\${line#*'nwildlsearch{'}
  printf '> %s\\n' "$(awk -F: -v name="\${name%%'}'*}" '$1 == name || ($1 ~ /^[*]/ && substr(name, length(name) - length($1) + 2) == substr($1, 2)) { print $2 ":" $3; exit }' "\${file%%'}'*}")"
done
`;

/** Answers with what the map has for the name, or for all names, and notes that it ran its queue. */
const SENDMAIL = `#!/bin/sh
[ "$1" = -bt ] || { echo run >>"$HOME/root/queue-runs"; exit; }
while read -r ruleset name; do
  [ "$ruleset" = authinfo ] || continue
  printf '> authinfo         returns: $# %s\\n' "$(awk -v name="authinfo:$name" '
    tolower($1) == name { found = $0 } tolower($1) == "authinfo:" { other = $0 }
    END { print found == "" ? other : found }' "$HOME/root/etc/mail/authinfo.db")"
done
`;

const POSTFIX = join(__dirname, '..', '..', 'world', 'nodes', 'bin', 'postfix');

/** A document of the library, synthesized, on a node whose `aws` answers what the test says. */
export class DocumentOnNode {
  public readonly node: ScriptNode;
  private content!: DocumentContent;

  constructor(document: CredentialDocument, format = CredentialFormat.json(), options: Partial<ScriptNodeOptions> = {}) {
    this.node = new ScriptNode({ instanceId: 'i-00000001', ...options });
    this.use(document, format);
  }

  /** The next runs are of this document. */
  public use(document: CredentialDocument, format = CredentialFormat.json(), regions = ['eu-west-1']): void {
    const stack = new Stack(new App(), 'Mail', { env: { region: 'eu-west-1', account: '111122223333' } });
    document._bind(stack, { endpoint: SmtpEndpoint.custom({ host: HOST })._bind(stack), regions, format: format._bind() });
    const [resource] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Document'));
    this.content = (resource.Properties as { Content: DocumentContent }).Content;
  }

  /** What Secrets Manager gives: the labels of the version, and its value. */
  public async answer(value: string, stages = 'AWSPENDING'): Promise<void> {
    await this.node.write('answer', `${stages}\t${value}\n`);
    await this.node.install('aws', '#!/bin/sh\necho "$@" >>"$HOME/root/aws-calls"\ncase $2 in describe-secret) cat "$HOME/root/labels" ;; *) cat "$HOME/root/answer" ;; esac\n');
    await this.node.install('sleep', '#!/bin/sh\n');
  }

  public async answerWithCredential(): Promise<void> {
    await this.answer(JSON.stringify({ username: USERNAME, password: PASSWORD, host: HOST, port: 587, region: 'eu-west-1' }));
  }

  /** Makes `aws` fail, after having worked so many times. */
  public async refuse(message: string): Promise<void> {
    await this.node.install('aws', `#!/bin/sh\necho x >>"$HOME/root/aws-calls"\necho "${message}" >&2\nexit 254\n`);
    await this.node.install('sleep', '#!/bin/sh\n');
  }

  /** For a document that names a path of the machine, which only the node is to change. */
  public replace(text: string, by: string): void {
    const [step] = this.content.mainSteps;
    const runCommand = step.inputs.runCommand.map(line => line.replaceAll(text, by));
    this.content = { ...this.content, mainSteps: [{ ...step, inputs: { ...step.inputs, runCommand } }] };
  }

  public async installPostfix(maps: string, programs = ['postconf', 'postmap', 'postmulti']): Promise<void> {
    for (const program of programs) await this.node.install(program, await readFile(join(POSTFIX, program), 'utf8'));
    // It does not run.
    await this.node.install('postfix', '#!/bin/sh\nexit 1\n');
    await this.node.write('etc/postfix/main.cf', `smtp_sasl_password_maps = ${maps}\n`);
  }

  public async installExim(): Promise<void> {
    await this.node.install('exim4', EXIM);
    await this.installResolver();
  }

  public async installSendmail(): Promise<void> {
    await this.installResolver();
    // A map with the very text.
    await this.node.install('makemap', '#!/bin/sh\ncase $1 in -u) cat "$3.db" ;; *) cat >"$2.db" ;; esac\n');
    await this.node.install('sendmail', SENDMAIL);
  }

  /** An address stands for no other name than that of the endpoint. */
  private async installResolver(): Promise<void> {
    await this.node.install('getent', '#!/bin/sh\nexit 2\n');
  }

  public async installMsmtp(): Promise<void> {
    await this.node.install('msmtp', '#!/bin/sh\nsed -n "s/^user /user = /p" "$2"\n');
  }

  /** The labels of all versions, as the AWS CLI prints them. */
  public async label(stages: Record<string, string[]>): Promise<void> {
    await this.node.write('labels', `${JSON.stringify(stages)}\n`);
  }

  /** Runs as Run Command does; without a version, as State Manager does. */
  public async run(versionId = VERSION): Promise<StepResult> {
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:smtp-AbCdEf';
    const [result] = await this.node.run({
      commandId: crypto.randomUUID(),
      documentName: 'Document',
      content: this.content,
      parameters: { SecretArn: [secretArn], VersionId: [versionId], Region: ['eu-west-1'] },
    });
    return result;
  }
}
