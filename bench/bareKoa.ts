import Koa from 'koa';

/** The least that an HTTP service with Koa does for a status: it serves one constant JSON answer. */
const app = new Koa();

process.once('message', (answer) => {
  app.use((context) => {
    context.body = answer;
  });
  const server = app.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') {
      process.send?.(`http://127.0.0.1:${address.port}`);
    }
  });
});
