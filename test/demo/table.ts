/** Lines of columns that stand below one another, under a title. */
export function table(title: string, head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column].length)));
  const line = (row: string[]) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd();
  return [title, line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
