import { workflowIdOf } from '../../workflows/names';
import { finished } from '../support/calls';
import { startRequestStage } from '../support/requestStage';

const stage = startRequestStage();

describe('cancelRequest(deps, requestId)', () => {
  it('records an outcome with a note for a request whose run was terminated from outside', async () => {
    const id = await stage.running();
    await stage.service.client.workflow.getHandle(workflowIdOf(id)).terminate('by an operator');
    await stage.service.operations.cancel(id);
    expect(await finished(stage.service.url, id)).toEqual({
      request_id: id,
      status: 'cancelled',
      details:
        '0 of 1 image compressed, 1 cancelled; its run had been ended from outside before it was cancelled',
    });
  });
});
