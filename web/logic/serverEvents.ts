/** Splits a part of a stream of server-sent events into the data of its complete events, and the text behind them. */
export function splitEvents(text: string): { readonly events: string[]; readonly rest: string } {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  // Comments, which keep the connection open, have no data.
  const events = blocks.flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? []);
  return { events, rest };
}
