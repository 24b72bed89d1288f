import { useHistoryState } from 'wouter-preact/use-browser-location';

/** What a view leaves behind for the next one: `navigate(path, { state: { notice } })`. */
export interface NoticeState {
  readonly notice: string;
}

/** Says what was done on the view before this one. */
export function Notice() {
  const state = useHistoryState<NoticeState | null>();
  return (
    <div role="status">{state?.notice !== undefined && <p class="notice">{state.notice}</p>}</div>
  );
}
