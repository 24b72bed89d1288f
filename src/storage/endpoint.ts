import { parseUrl } from '../../contract/url';

/**
 * Reads the URL of the S3 server from the AWS SDK's own variables.
 *
 * @returns `undefined` when none is set: the server is AWS, or no object storage is used
 * @throws Error for a value that is not an http or https URL
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function namedStorageEndpoint(
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  for (const name of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']) {
    const url = environment[name] ?? '';
    if (url === '') continue;
    if (/^https?:/.test(url) && parseUrl(url) !== null) return url;
    throw new Error(`Expected ${name} to be an http or https URL, received ${JSON.stringify(url)}`);
  }
  return undefined;
}
