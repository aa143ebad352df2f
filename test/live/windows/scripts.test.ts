import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { script } from './scripts';

let parser: Parser;
beforeAll(async () => {
  await Parser.init();
  parser = new Parser().setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));
});

describe('the scripts for Windows', () => {
  it.each(readdirSync(__dirname).filter(name => name.endsWith('.ps1')))('the grammar of PowerShell knows every line of %s', name => {
    expect(parser.parse(script(name.replace('.ps1', ''), { Value: "it's" }))!.rootNode.hasError).toBe(false);
  });

  it('get their values in quotes', () => {
    expect(script('ready', { From: "it's" })).toMatch(/^\$From = 'it''s'\n/);
  });
});
