import { parseUrl } from '../../contract/url';

const VARIABLES = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'];

/**
 * Reads the URL of the S3 server from the AWS SDK's own variables.
 *
 * @returns `undefined` when none is set: the server is AWS, or no object storage is used
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function namedStorageEndpoint(
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const url = environment[namedBy(environment) ?? ''];
  return url !== undefined && isHttp(url) ? url : undefined;
}

/** Returns the variable that is used if its value is not an http or https URL. */
export function malformedStorageEndpoint(environment: NodeJS.ProcessEnv): string | undefined {
  const name = namedBy(environment);
  return name !== undefined && !isHttp(environment[name] ?? '') ? name : undefined;
}

function namedBy(environment: NodeJS.ProcessEnv): string | undefined {
  return VARIABLES.find((name) => (environment[name] ?? '') !== '');
}

function isHttp(url: string): boolean {
  return /^https?:/.test(url) && parseUrl(url) !== null;
}
