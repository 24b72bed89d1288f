import { ApiError, type Fault } from '../../client/errors';

/** A refused upload, by where its faults are shown. */
export interface UploadFaults {
  /** Messages by the name of the form field. */
  readonly fields: Readonly<Record<string, string>>;
  /** The rest of the error: about the file, its rows, or the service. `null`: there is no more. */
  readonly error: unknown;
}

export const NO_FAULTS: UploadFaults = { fields: {}, error: null };

/** Separates the faults of form fields from those of the file. */
export function uploadFaultsOf(error: unknown): UploadFaults {
  if (!(error instanceof ApiError) || !Array.isArray(error.detail)) return { fields: {}, error };
  const faults = error.detail as readonly Fault[];
  const others = faults.filter((fault) => fieldOf(fault) === null);
  return {
    fields: messagesByField(faults),
    error: others.length === 0 ? null : new ApiError(error.status, others, error.retryAfter),
  };
}

/** Returns the messages of faults that are about a form field, by its name. */
export function messagesByField(faults: readonly Fault[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    faults.flatMap((fault) => {
      const field = fieldOf(fault);
      return field === null ? [] : [[field, fault.msg] as const];
    }),
  );
}

/** @returns `null` for a fault of the file or of a row in it */
function fieldOf({ loc }: Fault): string | null {
  const [part, field] = loc;
  return part === 'body' && typeof field === 'string' && field !== 'file' ? field : null;
}
