import { finished, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';

/**
 * Before the tests of a file, starts a browser and a service that has a request with failed images.
 *
 * @param envOf returns settings of the service, which may depend on what an earlier `beforeAll` started
 */
export function startViewStage(envOf: () => Record<string, string> = () => ({})) {
  let visitor: Visitor;
  let origin: Origin;
  let service: Service;
  let id: string;
  beforeAll(async () => {
    visitor = await startVisitor();
    origin = await startOrigin();
    origin.on('/mug.jpg', bytes(await photo()));
    service = await startService({ env: envOf() });
    id = await uploaded(service.url, sheetOf([`${origin.url}/mug.jpg`, `${origin.url}/none.jpg`]));
    await finished(service.url, id);
  });
  afterAll(async () => {
    await visitor.close();
    await service.stop();
    await origin.stop();
  });
  return {
    get visitor() {
      return visitor;
    },
    get origin() {
      return origin;
    },
    get service() {
      return service;
    },
    /** Of the request. */
    get id() {
      return id;
    },
  };
}
