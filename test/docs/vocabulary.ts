import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import notYet from './not-yet.json';
import { ROOT } from './page';
import words from './words.json';

/** Words that a native technical writer would not use, what to write instead, and an example that the expression finds. */
export interface Word {
  readonly avoid: string;
  readonly write: string;
  readonly example: string;
}

export const WORDS: Word[] = words;
/** Files, and folders with a slash at the end, whose turn comes later, each with the reason. */
export const NOT_YET: Record<string, string> = notYet;

/** The files whose prose is looked at: pages, and code with docstrings, comments, errors and log lines. */
export function proseFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'README.md', 'CONTRIBUTING.md', 'docs/*.md', 'src', 'lambda-src'],
    { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\n').filter(path => /\.(md|ts|sh|ps1)$/.test(path));
}

export function isNotYet(path: string): boolean {
  return Object.keys(NOT_YET).some(entry => entry.endsWith('/') ? path.startsWith(entry) : path === entry);
}

export function textOf(path: string): string {
  return inOneLine(readFileSync(join(ROOT, path), 'utf8'));
}

/** A phrase may continue in the next line, after the mark of a comment. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*(\*\/?|\/\/|#)?\s*/g, ' ');
}

/** Each of the words in a text, in its surroundings, and what to write instead. */
export function findWords(text: string): string[] {
  return WORDS.flatMap(({ avoid, write }) => [...text.matchAll(new RegExp(avoid, 'gi'))].map(({ 0: found, index }) => {
    const surroundings = text.slice(Math.max(0, index - 30), index + 40);
    return `'${found}' in '…${surroundings}…': ${write}`;
  }));
}
