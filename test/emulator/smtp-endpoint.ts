import { ACCOUNT, DNS_SUFFIX, REGION } from './account';
import { AccessKeyRecord, SesSmtp } from '../world/services/ses-smtp';
import { SesSmtpServer } from '../world/services/ses-smtp-server';
import { RealClock } from '../world/time/clock';


type KeyOnTheWire = Omit<AccessKeyRecord, 'createDate'> & { readonly createDate: string };

/** The SMTP endpoint of the local AWS. It asks LocalEmu for the access key of every login. */
export class SmtpEndpoint {
  public readonly server: SesSmtpServer;
  public readonly ses: SesSmtp;
  private readonly keys = new Map<string, AccessKeyRecord>();

  /** @param emulator the URL of LocalEmu, as soon as it runs */
  constructor(private readonly emulator: () => string) {
    const ses = new SesSmtp({ clock: new RealClock(), credentials: { findAccessKey: id => this.keys.get(id) } });
    this.ses = ses;
    this.server = new SesSmtpServer({
      login: async (username, ...rest) => {
        await this.learn(username);
        return ses.login(username, ...rest);
      },
      accept: mail => ses.accept(mail),
    }, { region: REGION, dnsSuffix: DNS_SUFFIX });
  }

  private async learn(id: string): Promise<void> {
    this.keys.delete(id);
    const answer = await fetch(`${this.emulator()}/_emulator/access-keys/${ACCOUNT}/${id}`);
    for (const key of await answer.json() as KeyOnTheWire[]) this.keys.set(id, { ...key, createDate: new Date(key.createDate) });
  }
}
