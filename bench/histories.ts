import { Client, Connection } from '@temporalio/client';
import { until } from './until';

const POLL_MS = 500;

/** Returns the number of events of each run of a request, once all runs are closed. */
export async function historyEvents(address: string, requestId: string): Promise<number[]> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const query = `WorkflowId = "image-request/${requestId}"`;
    let events: number[] = [];
    await until(`the runs of ${requestId} to be closed`, POLL_MS, async () => {
      events = [];
      let open = 0;
      for await (const { status, historyLength } of client.workflow.list({ query })) {
        events.push(historyLength);
        if (status.name === 'RUNNING') open += 1;
      }
      return events.length > 0 && open === 0;
    });
    return events;
  } finally {
    await connection.close();
  }
}
