import { STATUS_CODES, type Server } from 'node:http';

/** Node's error codes for requests that it could not parse; all others are answered 400. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers requests that never reach the application in the same form as those that do. */
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
