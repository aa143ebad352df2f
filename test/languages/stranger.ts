import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cdk } from './cdk';
import { Output, run } from './program';

/** What a validation found. */
export interface Finding {
  /** The validation's name: a rule pack's, or CDK's own. */
  readonly validation: string;
  readonly rule: string;
  readonly construct: string;
}

interface ValidationReport {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly violations: { readonly ruleName: string; readonly violatingConstructs: { readonly constructPath: string }[] }[];
  }[];
}

/** An app outside of the repository, which has the package from npm. */
export class Stranger {
  public static async install(directory: string, packages: string[]): Promise<Stranger> {
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'stranger', private: true }));
    cpSync(join(__dirname, 'stranger'), directory, { recursive: true });
    await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: directory });
    return new Stranger(directory);
  }

  private constructor(private readonly directory: string) {}

  /** Calls the real CLI for an app; fails if it reports a warning or an error. */
  public async synth(app: string): Promise<Output> {
    return cdk(this.directory, ['synth', '--strict', '--app', `node ${app}`, '--output', `${app}.out`]);
  }

  /** What validations find in an app; the CLI fails if they find anything. */
  public async findings(app: string): Promise<Finding[]> {
    await this.synth(app).catch(() => undefined);
    return this.report(app) ?? [];
  }

  public template(app: string): unknown {
    return JSON.parse(readFileSync(join(this.directory, `${app}.out`, 'Mail.template.json'), 'utf8'));
  }

  /** Older versions of CDK do not write one, nor do they validate. */
  public report(app: string): Finding[] | undefined {
    const file = join(this.directory, `${app}.out`, 'validation-report.json');
    if (!existsSync(file)) return undefined;
    const { pluginReports } = JSON.parse(readFileSync(file, 'utf8')) as ValidationReport;
    return pluginReports.flatMap(({ pluginName, violations }) => violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ validation: pluginName, rule: ruleName, construct: constructPath }))));
  }
}
