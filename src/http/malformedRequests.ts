import { STATUS_CODES, type Server } from 'node:http';

/** What Node tells of a call that it could not read; everything else is a bad request. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Calls that never reach the application get an answer of the same form as those that do. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = STATUS[error.code ?? ''] ?? 400;
    const phrase = STATUS_CODES[status] ?? 'Error';
    const body = JSON.stringify({ detail: phrase });
    socket.end(
      `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  server.on('checkExpectation', (_request, response) => {
    response
      .writeHead(417, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify({ detail: STATUS_CODES[417] }));
  });
}
