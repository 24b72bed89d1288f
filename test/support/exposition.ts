/** Reads the Prometheus text format as a scraper does. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error for a line that is neither a sample nor a comment */
export function samplesOf(exposition: string): Sample[] {
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] =
        /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`Expected a sample: ${line}`);
      return { name, labels: labelsOf(labels), value: Number(value.replace('Inf', 'Infinity')) };
    });
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)",?/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

/** Returns the value of the one sample with exactly these labels, or `null`. */
export function valueOf(
  exposition: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found = samplesOf(exposition).filter(
    (sample) =>
      sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  );
  if (found.length > 1) throw new Error(`Expected ${name} once, found it ${found.length} times`);
  return found[0]?.value ?? null;
}

/** Returns the types of the declared metric families by name: `counter`, `gauge`, `histogram`, … */
export function typesOf(exposition: string): Map<string, string> {
  return new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [
      name,
      type,
    ]),
  );
}
