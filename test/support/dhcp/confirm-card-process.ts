/** Asks whose an address is, as its argument says, and prints the answer: runs inside a namespace. */
import { confirmCard, type ConfirmCardOptions } from '../../../src/net/confirm-card.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ConfirmCardOptions;
process.stdout.write(`${JSON.stringify({ answer: await confirmCard(options) })}\n`);
