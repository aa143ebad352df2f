import { Page } from './page';

/** A cell of a table with fewer words is a label, not a sentence. */
const SHORTEST_SENTENCE_IN_CELL = 8;
const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu;

export interface Sentence {
  readonly text: string;
  readonly words: number;
}

export interface Figures {
  readonly page: string;
  readonly lines: number;
  readonly words: number;
  readonly sentences: number;
  readonly median: number;
  readonly longest: number;
  /** Flesch reading ease: 60 and more is plain English, below 30 is for graduates. */
  readonly readingEase: number;
  /** The percentage of sentences with a verb in the passive. */
  readonly passive: number;
}

export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

export function sentencesOf(page: Page): Sentence[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  return page.passages
    .flatMap(({ kind, text }) => [...segmenter.segment(text)].map(({ segment }) => ({ kind, text: segment.trim(), words: wordsOf(segment).length })))
    .filter(({ kind, words }) => words > 0 && (kind === 'paragraph' || words >= SHORTEST_SENTENCE_IN_CELL));
}

export async function figuresOf(page: Page): Promise<Figures> {
  const { flesch } = await import('flesch');
  const { syllable } = await import('syllable');
  const { default: passiveVoice } = await import('passive-voice');
  const sentences = sentencesOf(page);
  const words = sentences.flatMap(({ text }) => wordsOf(text));
  const lengths = sentences.map(sentence => sentence.words).sort((a, b) => a - b);
  const syllables = words.reduce((sum, word) => sum + syllable(word), 0);
  return {
    page: page.path,
    lines: page.lines,
    words: wordsOf(page.prose).length,
    sentences: sentences.length,
    median: lengths[Math.floor(lengths.length / 2)] ?? 0,
    longest: lengths.at(-1) ?? 0,
    readingEase: Math.round(flesch({ sentence: sentences.length, word: words.length, syllable: syllables })),
    passive: Math.round(100 * sentences.filter(({ text }) => passiveVoice(text).length > 0).length / Math.max(1, sentences.length)),
  };
}
