// One attack after the other on the server of the virtual LAN: tsx attacker-process.ts '[["discoverFlood",3000],["askOften",10000]]'.
// The number is for how long (ms), for those at the end how often. Prints a line of JSON when each begins and when it ends.
import * as http from './http-attacks.ts';
import * as udp from './udp-attacks.ts';

const lasting: Readonly<Record<string, (untilMs: number) => Promise<number | void>>> = {
  sendAhead: http.sendAhead,
  readNothing: http.readNothing,
  sendHalf: http.sendHalf,
  reportOften: http.reportOften,
  sendRubbish: http.sendRubbish,
  escapeByHttp: http.escapeByHttp,
  discoverFlood: udp.discoverFlood,
  takePool: udp.takePool,
  malformedDhcp: udp.malformedDhcp,
  tftpAndSilence: udp.tftpAndSilence,
  blindAcks: udp.blindAcks,
  asks40InName: (untilMs) => udp.asksInName(40, untilMs),
  asks300InName: (untilMs) => udp.asksInName(300, untilMs),
  asks1000InName: (untilMs) => udp.asksInName(1000, untilMs),
  malformedTftp: udp.malformedTftp,
  escapeByTftp: udp.escapeByTftp,
};
const counted: Readonly<Record<string, (count: number) => Promise<number>>> = {
  askOften: http.askOften,
  fetchOften: udp.fetchOften,
  exchangeOften: udp.exchangeOften,
};

const tell = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

for (const [attack, number] of JSON.parse(process.argv[2] ?? '[]') as [string, number][]) {
  tell({ attack, beganAtMs: Date.now() });
  const result = await (lasting[attack]?.(performance.now() + number) ?? counted[attack]?.(number));
  tell({ attack, endedAtMs: Date.now(), result });
}
// what is still open is nobody's any more
process.exit(0);
