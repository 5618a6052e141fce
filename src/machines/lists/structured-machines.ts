import { isMap, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { machineFileSchema } from '../../model/config-schema.ts';
import { messageOf } from '../../model/errors.ts';
import { parseMac } from '../../protocol/addresses.ts';
import type { ListedMachine, ListProblem, MachineList } from './machine-list.ts';

/** YAML or JSON: a list of machines as in pxectl.yaml, or a map with `machines`. */
export function readStructuredMachines(text: string): MachineList {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const what = broken.message.split('\n')[0] ?? 'it cannot be read';
    return { machines: [], problems: [{ line: counter.linePos(broken.pos[0]).line, what }] };
  }
  const list = isMap(document.contents) ? document.get('machines') : document.contents;
  if (!isSeq(list)) {
    const why = 'a list of machines is wanted, or a map with machines:';
    return { machines: [], problems: [{ line: 1, what: 'there are no machines in it', why }] };
  }
  const machines: ListedMachine[] = [];
  const problems: ListProblem[] = [];
  for (const item of list.items) {
    const line = counter.linePos((item as Partial<YAMLMap>).range?.[0] ?? 0).line;
    let raw: unknown;
    try {
      // its aliases are of the whole document; a bomb of them is refused
      raw = isMap(item) ? item.toJS(document, { maxAliasCount: 100 }) : item;
    } catch (error) {
      problems.push({ line, what: messageOf(error) });
      continue;
    }
    const parsed = machineFileSchema.safeParse(raw);
    if (parsed.success) {
      const mac = parseMac(parsed.data.mac ?? '');
      machines.push({ line, entry: mac === undefined ? parsed.data : { ...parsed.data, mac } });
    }
    for (const issue of parsed.error?.issues ?? []) {
      const at = issue.path.map(String).join('.');
      problems.push({ line, what: at === '' ? issue.message : `${at}: ${issue.message}` });
    }
  }
  return { machines, problems };
}
