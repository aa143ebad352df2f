import { readFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { ConcurrentClock } from '../index';

let clock: ConcurrentClock;
let start: number;
let diary: string[];

beforeEach(() => {
  clock = new ConcurrentClock();
  start = clock.now();
  diary = [];
});

const seconds = () => (clock.now() - start) / 1000;

async function poll(name: string, pause: number, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await clock.sleep(pause * 1000);
    diary.push(`${name} ${seconds()}`);
  }
}

it('lets two sleepers share the time that passes', async () => {
  await Promise.all([poll('a', 10, 3), poll('b', 7, 4)]);
  expect(diary).toEqual(['b 7', 'a 10', 'b 14', 'a 20', 'b 21', 'b 28', 'a 30']);
});

it('wakes those who sleep until the same moment in the order in which they fell asleep', async () => {
  await Promise.all([poll('a', 5, 2), poll('b', 10, 1), poll('c', 5, 2)]);
  expect(diary).toEqual(['a 5', 'c 5', 'b 10', 'a 10', 'c 10']);
});

it('stands still while whoever woke up has something to do', async () => {
  const work = async () => {
    await clock.sleep(1000);
    for (let count = 0; count < 1000; count += 1) await Promise.resolve();
    for (let count = 0; count < 200; count += 1) await readFile(__filename);
    diary.push(`worked ${seconds()}`);
  };
  await Promise.all([work(), poll('poll', 2, 1)]);
  expect(diary).toEqual(['worked 1', 'poll 2']);
});

it('goes on while somebody waits for ever', async () => {
  void new Promise(() => undefined).then(() => diary.push('never'));
  await poll('poll', 1, 2);
  expect(diary).toEqual(['poll 1', 'poll 2']);
});

it('calls what is due on the way, and nothing that is due later', async () => {
  clock.after(1000, () => { diary.push(`due ${seconds()}`); });
  clock.after(3000, () => { diary.push('too late'); });
  await poll('poll', 2, 1);
  expect(diary).toEqual(['due 1', 'poll 2']);
});

it('takes a sleep into the past for one that ends now', async () => {
  await clock.sleep(-5);
  expect(seconds()).toBe(0);
});

it('can be slept on again when everybody has been awake', async () => {
  await poll('one', 1, 1);
  await poll('two', 1, 1);
  expect(diary).toEqual(['one 1', 'two 2']);
});
