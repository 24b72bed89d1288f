import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createInspector, type TextFindings, type TextInspector } from '../../sheet/textFindings';

/** Inspects a file chunk by chunk, while it is received. */
export function createTextInspector(): TextInspector {
  return createInspector({ isAscii, isUtf8 });
}

/**
 * Inspects a complete file.
 *
 * @throws Refusal `not_csv`
 */
export async function inspectText(file: string): Promise<TextFindings> {
  const inspector = createTextInspector();
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) inspector.add(chunk);
  return inspector.findings();
}
