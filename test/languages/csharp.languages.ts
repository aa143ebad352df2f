import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TargetLanguage, Translator } from 'jsii-rosetta';
import { expect, inject, it } from 'vitest';
import { ROOT } from './clean-tree';
import { mistakesIn } from '../csharp/source';
import { Program, programsOf } from '../docs/examples';
import { Page, pagePaths } from '../docs/page';

/** What a stranger's app would have, for the translator's compiler. */
function installPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of ['aws-cdk-lib', 'constructs', '@types']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(join(inject('workshop'), 'tree'), join(folder, 'node_modules', 'cdk-ses-smtp-credential-rotation'));
}

function translate(programs: Program[]): string[] {
  const snippets = programs.map(({ name, code }) => ({ visibleSource: code, completeSource: code, location: { api: { api: 'file' as const, fileName: name } } }));
  const translated = new Translator(false).translateSnippets(snippets, [TargetLanguage.CSHARP]);
  return translated.map((snippet, index) => `${programs[index].name}\n${snippet.get(TargetLanguage.CSHARP)!.source}`);
}

it('has examples on every page that can be translated to C#: no loop over a list, and no undefined value', async () => {
  const pages = await Promise.all(pagePaths().map(async path => Page.read(path)));
  const folder = join(inject('workshop'), 'translated');
  installPackages(folder);
  const before = process.cwd();
  process.chdir(folder);
  try {
    const translated = translate(pages.flatMap(programsOf));
    expect(translated.filter(code => code.includes('new SesSmtpCredentialRotationProps {')).length).toBeGreaterThan(20);
    expect(translated.filter(code => mistakesIn(code).length > 0)).toEqual([]);
  } finally {
    process.chdir(before);
  }
});
