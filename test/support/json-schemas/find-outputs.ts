import { join, relative } from 'node:path';
import ts from 'typescript';
import { anyOf, schemaOfType, type JsonSchema } from './schema-of-type.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Where what others read is made. */
const PRINTING = ['src/cli/', 'src/engine/reporting/'];

/** What has no `schema` of its own: one object a line. */
const LINES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  'pxectl.event/1': ['src/model/boot-event.ts', 'BootEvent'],
};

/**
 * The JSON Schema of everything that is printed with --json, by the word of its `schema`: read from the types of what the source
 * hands to `output.json`, which is where it comes from.
 */
export function findOutputs(): ReadonlyMap<string, JsonSchema> {
  const configPath = join(ROOT, 'tsconfig.json');
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configPath, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    ROOT,
  );
  const sources = fileNames.filter((file) => file.startsWith(join(ROOT, 'src/')));
  const program = ts.createProgram(sources, options);
  const checker = program.getTypeChecker();
  const found = new Map<string, JsonSchema[]>();
  const add = (id: string, schema: JsonSchema): void =>
    void found.set(id, [...(found.get(id) ?? []), schema]);
  for (const source of program.getSourceFiles()) {
    if (!PRINTING.some((folder) => source.fileName.startsWith(join(ROOT, folder)))) continue;
    visit(source, (value) => {
      const where = `${relative(ROOT, source.fileName)}:${source.getLineAndCharacterOfPosition(value.getStart()).line + 1}`;
      const ids = idsOf(value, checker);
      if (ids.length === 0 && !isLine(value)) throw new Error(`${where}: what is printed has no schema`);
      const schema = ids.length === 0 ? {} : schemaOfType(checker.getTypeAtLocation(value), checker, where);
      for (const id of ids) add(id, withId(schema, id));
    });
  }
  for (const [id, [file, name]] of Object.entries(LINES)) {
    const source = program.getSourceFile(join(ROOT, file));
    const declared = source?.statements.find(
      (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
    );
    if (declared === undefined) throw new Error(`${file} has no ${name}`);
    add(id, schemaOfType(checker.getTypeAtLocation(declared), checker, name));
  }
  return new Map(
    [...found].sort(([one], [other]) => one.localeCompare(other)).map(([id, all]) => [id, anyOf(all)]),
  );
}

/** Calls `take` with each value that is printed: `output.json(value)`, and what is written as JSON by hand. */
function visit(node: ts.Node, take: (value: ts.Expression) => void): void {
  if (ts.isCallExpression(node)) {
    const [value] = node.arguments;
    const callee = node.expression.getText();
    const isByHand = /^JSON\.stringify$|^safeJson$/.test(callee) && value?.getText().includes("'pxectl.");
    if (value !== undefined && (/(?:^|\.)output\.json$/.test(callee) || isByHand === true)) take(value);
  }
  node.forEachChild((child) => visit(child, take));
}

/** An event of the stream: the text of the argument says so. */
const isLine = (value: ts.Expression): boolean => value.getText() === 'event';

/** The words of `schema`, which the type of an object that is being made does not hold. */
function idsOf(value: ts.Expression, checker: ts.TypeChecker): readonly string[] {
  const property = checker.getPropertyOfType(checker.getTypeAtLocation(value), 'schema');
  if (property === undefined) return [];
  const type = checker.getTypeOfSymbol(property);
  if (type.isStringLiteral()) return [type.value];
  const initializer = schemaInitializer(value);
  if (initializer === undefined) return [];
  if (ts.isStringLiteral(initializer)) return [initializer.text];
  if (!ts.isTemplateExpression(initializer)) return [];
  const [span] = initializer.templateSpans;
  const filled = span === undefined ? undefined : checker.getTypeAtLocation(span.expression);
  const words = filled?.isUnion() === true ? filled.types : [];
  return words.flatMap((word) =>
    word.isStringLiteral() ? [`${initializer.head.text}${word.value}${span?.literal.text ?? ''}`] : [],
  );
}

function schemaInitializer(node: ts.Node): ts.Expression | undefined {
  if (ts.isIdentifier(node)) return undefined;
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'schema') return node.initializer;
  return ts.forEachChild(node, schemaInitializer);
}

function withId(schema: JsonSchema, id: string): JsonSchema {
  const properties = { ...(schema['properties'] as object), schema: { const: id } };
  return { ...schema, properties };
}
