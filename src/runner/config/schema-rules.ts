/** Parts of schema/pipeline.schema.json, for messages. */
import schema from '../../../schema/pipeline.schema.json' with { type: 'json' };

/** The part of the schema that describes one value. */
export interface Rule {
  readonly title?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Rule | boolean>>;
  readonly additionalProperties?: Rule | boolean;
  readonly items?: Rule;
}

/** The rule for the value at a path of a pipeline file. */
export function ruleAt(path: readonly string[]): Rule {
  let rule = schema as Rule;
  for (const key of path) {
    const next =
      rule.properties?.[key] ??
      (/^\d+$/.test(key) ? (rule.items ?? rule.additionalProperties) : rule.additionalProperties);
    rule = typeof next === 'object' ? resolved(next) : {};
  }
  return rule;
}

/** Words for the values that a rule allows: `a list of values`. */
export function titleOf(rule: Rule | boolean | undefined): string {
  return (typeof rule === 'object' ? resolved(rule).title : undefined) ?? 'something else';
}

function resolved(rule: Rule): Rule {
  if (rule.$ref === undefined) return rule;
  const name = rule.$ref.replace('#/definitions/', '') as keyof typeof schema.definitions;
  return schema.definitions[name];
}
