#!/usr/bin/env node
'use strict';
/*
 * Simulates a Temporal server whose database gets stuck, which a real one does not do on demand: at its first start
 * it is stuck after ANSWERS, at later starts it works. It writes its answers to its database file.
 */
const { Buffer } = require('node:buffer');
const { appendFileSync, existsSync } = require('node:fs');
const { createServer } = require('node:http2');

const ANSWERS = ['well', 'interrupted', 'interrupted', 'well'];
const option = (name) => process.argv[process.argv.indexOf(name) + 1];

const database = option('--db-filename');
const isStuck = !existsSync(database);
appendFileSync(database, 'start\n');
let asked = 0;

function answer(method) {
  // Calls that clients make on connecting do not read the database.
  if (method !== 'DescribeNamespace') return 'well';
  const given = isStuck ? (ANSWERS[asked++] ?? 'interrupted') : 'well';
  appendFileSync(database, `${given}\n`);
  return given;
}

createServer()
  .on('stream', (stream, headers) => {
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    if (answer(headers[':path'].split('/').at(-1)) === 'interrupted') {
      const message = 'GetNamespace operation failed. Error interrupted (9)';
      stream.respond(
        { ...head, 'grpc-status': '14', 'grpc-message': message },
        { endStream: true },
      );
      return;
    }
    stream.respond(head, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    // One empty message.
    stream.end(Buffer.alloc(5));
  })
  .listen(Number(option('--port')), '127.0.0.1');
