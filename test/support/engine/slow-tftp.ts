// Reads a file over TFTP slowly: tsx slow-tftp.ts SERVER PATH DELAY_MS. Prints the number of bytes, or what failed.
import { createSocket } from 'node:dgram';

const [server = '', path = '', delayText = '0'] = process.argv.slice(2);
const socket = createSocket('udp4');
let expected = 1;
let sizeBytes = 0;
const timeout = setTimeout(() => end('no answer for 5 s'), 5_000);
function end(words: string): void {
  process.stdout.write(words);
  process.exit(0);
}
socket.on('message', (bytes, from) => {
  timeout.refresh();
  const opcode = bytes.readUInt16BE(0);
  if (opcode === 5) end(`error ${bytes.subarray(4).toString()}`);
  if (opcode !== 3 || bytes.readUInt16BE(2) !== (expected & 0xffff)) return;
  sizeBytes += bytes.length - 4;
  const ack = Buffer.from([0, 4, (expected >> 8) & 255, expected & 255]);
  expected++;
  setTimeout(() => {
    socket.send(ack, from.port, server, () => {
      if (bytes.length < 516) end(String(sizeBytes));
    });
  }, Number(delayText));
});
socket.send(Buffer.from(`\0\x01${path}\0octet\0`, 'latin1'), 69, server);
