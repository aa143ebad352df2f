import { MailServers, StackResource } from './engine';
import { World } from '../../world';
import { applicableVersions, appliesCredential, failsWith, SimulatedNode } from '../../world/nodes';
import { SesSmtp } from '../../world/services/ses-smtp';
import { SERVER_TAG } from '../app/names';

/** Servers without a process, one for each instance of a template. */
export class LocalServers implements MailServers {
  private readonly nodes: SimulatedNode[] = [];

  constructor(private readonly world: World, private readonly ses: SesSmtp) {}

  /** An instance has come up. */
  public onCreated({ type }: StackResource, { Tags = [] }: { readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] }): void {
    if (type !== 'AWS::EC2::Instance') return;
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
    const instanceId = `i-${String(this.nodes.length + 1).padStart(17, '0')}`;
    const platformType = tags[SERVER_TAG]?.endsWith('-windows') ? 'Windows' : 'Linux';
    const node = new SimulatedNode({ instanceId, tags, platformType, behaviour: this.applies() });
    this.nodes.push(node);
    this.world.ssm.nodes.push(node);
  }

  public async ready(tag: string): Promise<string[]> {
    return this.nodes.filter(({ tags }) => tags[SERVER_TAG] === tag).map(({ instanceId }) => instanceId);
  }

  public async isSetUp(id: string): Promise<boolean> {
    return this.node(id).online;
  }

  public async send(id: string, { from, to }: { readonly from: string; readonly to: string }): Promise<string> {
    const { heldCredential } = this.node(id);
    if (!heldCredential) return 'the server has no credential';
    const { region } = this.world;
    const { username, password } = heldCredential;
    const login = this.ses.login(username, password, { region });
    const result = login.ok ? this.ses.accept({ username, from, to: [to], raw: '', region }) : login;
    return result.ok ? 'sent' : `${result.code} ${result.message}`;
  }

  public async break(id: string): Promise<void> {
    this.node(id).behaviour = failsWith('Failed');
  }

  public async repair(id: string): Promise<void> {
    this.node(id).behaviour = this.applies();
  }

  /** A stand-in for Windows, which answers each script as one would wish. */
  public async powerShell(id: string, name: string, { From = '', To = '' }: Readonly<Record<string, string>> = {}): Promise<string> {
    const username = this.node(id).heldCredential?.username;
    const answers: Record<string, () => string | Promise<string>> = {
      'send': async () => this.send(id, { from: From, to: To }),
      'held': () => `${username} ${username}`,
      'ready': () => 'ready',
      'event-log': () => '0 events, the password in 0',
    };
    return (answers[name] ?? (() => 'done'))();
  }

  private applies() {
    return appliesCredential(applicableVersions(this.world.secretsManager));
  }

  private node(id: string): SimulatedNode {
    const node = this.nodes.find(({ instanceId }) => instanceId === id);
    if (!node) throw new Error(`there is no server ${id}`);
    return node;
  }
}
