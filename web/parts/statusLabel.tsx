import type { RequestStatus } from '../../contract/statuses';
import { REQUEST_LABELS } from '../logic/statuses';

export function StatusLabel({ status }: { readonly status: RequestStatus }) {
  return <span class={`status ${status}`}>{REQUEST_LABELS[status]}</span>;
}
