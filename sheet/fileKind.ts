/** Types that no client uses for a CSV; what browsers, curl and Excel send is accepted. */
const OTHER_TYPES =
  /^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|json|xml|x-tar|vnd\.openxml)/i;

/** Whether name and media type of a file are those of a CSV. */
export function isNamedCsv(name: string, type: string): boolean {
  return /\.csv$/i.test(name) && !OTHER_TYPES.test(type);
}
