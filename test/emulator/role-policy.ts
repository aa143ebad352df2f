import { AwsCli } from './aws-cli';

interface PolicyDocument {
  readonly Statement: { readonly Action: string | string[] }[];
}

/** The only inline policy of a role, as LocalEmu's IAM has it. */
export class RolePolicy {
  constructor(private readonly cli: AwsCli, private readonly role: string) {}

  /** Takes an action out of every statement; returns what gives it back. */
  public async without(action: string): Promise<() => Promise<void>> {
    const names = await this.cli.ask<string[]>('iam', 'list-role-policies', '--role-name', this.role, '--query', 'PolicyNames');
    if (names.length !== 1) throw new Error(`the role ${this.role} must have one policy, found ${names.length}`);
    const document = await this.cli.ask<PolicyDocument>(
      'iam', 'get-role-policy', '--role-name', this.role, '--policy-name', names[0], '--query', 'PolicyDocument');
    const Statement = document.Statement.map(statement => ({ ...statement, Action: [statement.Action].flat().filter(other => other !== action) }));
    await this.put(names[0], { ...document, Statement });
    return async () => this.put(names[0], document);
  }

  private async put(name: string, document: PolicyDocument): Promise<void> {
    await this.cli.ask('iam', 'put-role-policy', '--role-name', this.role, '--policy-name', name, '--policy-document', JSON.stringify(document));
  }
}
