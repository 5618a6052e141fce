// An HTTP receiver in another network namespace: prints each request as one JSON line, answers as its arguments say.
// node receiver-process.mjs PORT [STATUS…]: the statuses in order, then 200
import { createServer } from 'node:http';
import process from 'node:process';

const [port, ...statuses] = process.argv.slice(2).map(Number);
createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    process.stdout.write(`${JSON.stringify({ path: request.url, headers: request.headers, body })}\n`);
    response.writeHead(statuses.shift() ?? 200).end();
  });
}).listen(port, '127.0.0.1', () => process.stdout.write('{"path":"ready"}\n'));
