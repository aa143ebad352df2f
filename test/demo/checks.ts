/** Something that must be true, in words. */
export interface Check {
  readonly sentence: string;
  readonly passed: boolean;
}

export class Checks {
  public readonly all: Check[] = [];

  public get passed(): boolean {
    return this.all.every(check => check.passed);
  }

  public add(sentence: string, passed: boolean): void {
    this.all.push({ sentence, passed });
  }
}
