import ts from 'typescript';

export type JsonSchema = { readonly [key: string]: unknown };

/**
 * The JSON Schema of what JSON.stringify makes of a value of this type. Properties that may be undefined may be missing.
 * @throws Error for what JSON has no word for
 */
export function schemaOfType(
  type: ts.Type,
  checker: ts.TypeChecker,
  path = '',
  within: readonly ts.Type[] = [],
): JsonSchema {
  const inner = (of: ts.Type, step: string): JsonSchema =>
    schemaOfType(of, checker, `${path}${step}`, [...within, type]);
  const has = (flag: ts.TypeFlags): boolean => (type.flags & flag) !== 0;
  // a type that holds itself: anything
  if (within.includes(type) || has(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (type.isUnion()) return unionOf(type, inner);
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (has(ts.TypeFlags.BooleanLiteral)) return { const: checker.typeToString(type) === 'true' };
  if (has(ts.TypeFlags.Null)) return { type: 'null' };
  if (has(ts.TypeFlags.StringLike)) return { type: 'string' };
  if (has(ts.TypeFlags.NumberLike)) return { type: 'number' };
  if (has(ts.TypeFlags.BooleanLike)) return { type: 'boolean' };
  // a branded string is a string
  if (type.isIntersection()) {
    const primitive = type.types.find(
      ({ flags }) => (flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) !== 0,
    );
    if (primitive !== undefined) return inner(primitive, '');
  }
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    const isEmpty = element !== undefined && (element.flags & ts.TypeFlags.Never) !== 0;
    if (isEmpty) return { type: 'array', maxItems: 0 };
    return { type: 'array', items: element === undefined ? {} : inner(element, '[]') };
  }
  if (checker.isTupleType(type)) {
    const elements = checker
      .getTypeArguments(type as ts.TypeReference)
      .map((element) => inner(element, '[]'));
    return { type: 'array', items: elements.length === 1 ? elements[0] : { anyOf: elements } };
  }
  const name = type.symbol?.name ?? '';
  // bytes are objects with a key for each
  if (name === 'Uint8Array' || name === 'Buffer')
    return { type: 'object', additionalProperties: { type: 'number' } };
  if (
    ['Map', 'ReadonlyMap', 'Set', 'ReadonlySet', 'Promise', 'Date'].includes(name) ||
    type.getCallSignatures().length > 0
  ) {
    throw new Error(`${path}: ${checker.typeToString(type)} is no JSON`);
  }
  return objectOf(type, checker, inner);
}

type Inner = (of: ts.Type, step: string) => JsonSchema;

function unionOf(type: ts.UnionType, inner: Inner): JsonSchema {
  const members = type.types.filter(
    ({ flags }) => (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) === 0,
  );
  const literals = members
    .filter((one) => one.isStringLiteral() || one.isNumberLiteral())
    .map(({ value }) => value);
  const booleans = members.filter(({ flags }) => (flags & ts.TypeFlags.BooleanLiteral) !== 0);
  const others = members.filter(
    (one) => !one.isStringLiteral() && !one.isNumberLiteral() && !booleans.includes(one),
  );
  const schemas = [
    ...(literals.length === 0
      ? []
      : [literals.length === 1 ? { const: literals[0] } : { enum: [...new Set(literals)].sort() }]),
    ...(booleans.length === 2 ? [{ type: 'boolean' }] : booleans.map((one) => inner(one, ''))),
    ...others.map((one) => inner(one, '')),
  ];
  return anyOf(schemas);
}

/** One of several, each once; in an order that no compiler decides. */
export function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((one) => [JSON.stringify(one), one]))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, one]) => one);
  const [only = {}] = different;
  if (different.length === 1) return only;
  const words = different.map((one) => (Object.keys(one).length === 1 ? one['type'] : undefined));
  return words.every((word) => typeof word === 'string') ? { type: words } : { anyOf: different };
}

function objectOf(type: ts.Type, checker: ts.TypeChecker, inner: Inner): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const of = checker.getTypeOfSymbol(property);
    // what is undefined always is never there
    if ((of.flags & ts.TypeFlags.Undefined) !== 0) continue;
    properties[property.name] = inner(of, `.${property.name}`);
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const canLack = of.isUnion() && of.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0);
    if (!isOptional && !canLack && (of.flags & ts.TypeFlags.Unknown) === 0) required.push(property.name);
  }
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  return {
    type: 'object',
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required: required.sort() }),
    ...(index === undefined ? {} : { additionalProperties: inner(index.type, '.*') }),
  };
}
