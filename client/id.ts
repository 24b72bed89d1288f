/** Returns whether a text can be an id. The others would lead to other paths of the service. */
export function isId(text: string): boolean {
  return !/^\.{0,2}$/.test(text);
}
