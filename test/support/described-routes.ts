/**
 * The portal's routes from its own description (OpenAPI), each with an example of what it is asked with, made from the
 * schemas that validate it. So a test that walks them takes in new routes by itself, and fails where it can't fill one.
 */
export interface DescribedRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for what varies. */
  readonly path: string;
  /** Names of the ids that it takes: `messages/{id}` in the path, by what stands before it; `draftId` in the body. */
  readonly ids: readonly string[];
  /** A request with these ids, each by its name. */
  fill(ids: Readonly<Record<string, string>>): {
    readonly url: string;
    readonly body: Record<string, unknown>;
  };
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** `plain`: what stands for the parts of a path, or for properties, that are no ids. */
export function describedRoutes(
  { paths }: ApiDescription,
  plain: Readonly<Record<string, unknown>>,
): DescribedRoute[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema ?? {};
      const inPath = [...path.matchAll(/([^/]+)\/(\{\w+\})/gu)]
        .map(([, before = '', name = '']) => `${before}/${name}`)
        .filter((id) => !(id in plain));
      const inBody = Object.keys(schema.properties ?? {}).filter((name) => /id$/iu.test(name));
      return {
        method: method.toUpperCase() as 'GET',
        path,
        ids: [...inPath, ...inBody],
        fill: (ids) => ({
          url: path.replaceAll(/([^/]+)\/(\{\w+\})/gu, (_, before: string, name: string) => {
            const known = ids[`${before}/${name}`] ?? plain[`${before}/${name}`];
            if (typeof known !== 'string') throw new Error(`no example for ${before}/${name} of ${path}`);
            return `${before}/${known}`;
          }),
          body: exampleOf('', schema, { ...plain, ...ids }) as Record<string, unknown>,
        }),
      };
    }),
  );
}

/** The first of these that fits stands for a string. */
const STRINGS = ['text', 'AAAA', '0', '1', 'en', 'a@b.test', '2026-12-01', 'A'.repeat(22), 'A'.repeat(87)];

function exampleOf(name: string, schema: Schema, given: Readonly<Record<string, unknown>>): unknown {
  if (name in given) return given[name];
  if (schema.anyOf !== undefined) return exampleOf(name, schema.anyOf[0] ?? {}, given);
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 0;
  if (schema.type === 'boolean') return true;
  if (schema.type === 'null') return null;
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(name, schema.items ?? {}, given));
  if (schema.type === 'string') {
    const { pattern = '', minLength = 0, maxLength = Infinity } = schema;
    const fits = STRINGS.find(
      (text) => new RegExp(pattern, 'u').test(text) && text.length >= minLength && text.length <= maxLength,
    );
    if (fits === undefined) throw new Error(`no example for ${name}: give one`);
    return fits;
  }
  const properties = Object.entries(schema.properties ?? {});
  return Object.fromEntries(properties.map(([key, value]) => [key, exampleOf(key, value, given)]));
}
