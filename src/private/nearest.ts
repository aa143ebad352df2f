/** The name that was probably meant by another one: it differs in a few characters, or in the style of writing. */
export function nearest(name: string, names: string[]): string | undefined {
  const distances = names.map(candidate => ({ candidate, distance: editDistance(inOneStyle(name), inOneStyle(candidate)) }));
  const [best] = distances.sort((one, other) => one.distance - other.distance);
  return best.distance <= 2 ? best.candidate : undefined;
}

/** In Python, names have underscores instead of capitals. */
function inOneStyle(name: string): string {
  return name.replace(/_/g, '').toLowerCase();
}

/** How many characters must be added, removed or replaced, row by row. */
function editDistance(one: string, other: string): number {
  let row = [...other, ''].map((_, index) => index);
  [...one].forEach((character, index) => {
    const previous = row;
    row = [index + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = previous[column - 1] + (character === other[column - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[column] + 1, row[column - 1] + 1));
    }
  });
  return row[other.length];
}
