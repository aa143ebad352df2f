import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cdk } from './cdk';
import { ROOT } from './clean-tree';
import { Language } from './languages';
import { Packages } from './packages';
import { Output, run } from './program';
import { Page } from '../docs/page';

/** The example of a language, copied away from the repository, with the built package. */
export class Example {
  public static async install(language: Language, directory: string, packages: Packages): Promise<Example> {
    cpSync(join(ROOT, 'examples', language.name), directory, { recursive: true, filter: source => !/node_modules|cdk\.out|\/(bin|obj)$/.test(source) });
    await language.install(directory, packages);
    return new Example(language, directory);
  }

  /** It takes a while, and each language is compared with TypeScript. */
  private readme?: Promise<Template>;

  private constructor(private readonly language: Language, public readonly directory: string) {}

  public get assembly(): string {
    return join(this.directory, 'cdk.out');
  }

  public get template(): Template {
    return templateIn(this.assembly, 'Newsletter');
  }

  /** Runs its tests; throws if one fails. */
  public async test(): Promise<Output> {
    return this.run(...this.language.test);
  }

  /** Calls the real CLI, with the command that cdk.json says. */
  public async synth(): Promise<Output> {
    return cdk(this.directory, ['synth'], this.language.environment(this.directory));
  }

  /** Makes mistakes in its language; resolves with what the errors say. */
  public async makeMistakes(): Promise<string> {
    const { file, run: command } = this.language.mistakes;
    cpSync(join(__dirname, 'mistakes', basename(file)), join(this.directory, file));
    return (await this.run(...command)).stdout;
  }

  /** The template of the stack that the first program of the README defines, in the example's language. */
  public async readmeTemplate(): Promise<Template> {
    this.readme ??= this.runReadme();
    return this.readme;
  }

  private async runReadme(): Promise<Template> {
    const { fence, file, run: [program, ...args] } = this.language.readme;
    const { examples } = await Page.read('README.md');
    mkdirSync(dirname(join(this.directory, file)), { recursive: true });
    writeFileSync(join(this.directory, file), examples.find(({ language }) => language === fence)!.code);
    const assembly = join(this.directory, 'readme.out');
    await run(program, args, { cwd: this.directory, env: { ...this.language.environment(this.directory), CDK_OUTDIR: assembly } });
    return templateIn(assembly, 'Mail');
  }

  public async run(program: string, ...args: string[]): Promise<Output> {
    return run(program, args, { cwd: this.directory, env: this.language.environment(this.directory) });
  }
}

function templateIn(assembly: string, stack: string): Template {
  return JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), 'utf8'));
}

export interface Template {
  readonly Resources: Record<string, Resource>;
}

interface Resource {
  readonly Type: string;
  readonly Metadata?: unknown;
  readonly [attribute: string]: unknown;
}

/** Without what is said about it: paths of constructs and assets, and the modules in use. */
export function withoutMetadata({ Resources: resources }: Template): Template {
  const all = Object.entries(resources).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
  return { Resources: Object.fromEntries(all.map(([id, { Metadata: _, ...resource }]) => [id, resource as Resource])) };
}
