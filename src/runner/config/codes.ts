/** Every code of a fault in a pipeline file, in the order of docs/diagnostics.md, which explains them. */
export const DIAGNOSTIC_CODES = [
  // The file
  'unreadable-file',
  'syntax',
  'duplicate-key',
  'number-range',
  'unknown-extends',
  'extends-cycle',
  // Its shape
  'unknown-key',
  'missing-key',
  'wrong-type',
  'wrong-value',
  'invalid-name',
  // Parameters and placeholders
  'set-syntax',
  'unknown-param',
  'unknown-field',
  'unknown-placeholder',
  'malformed-placeholder',
  'not-text',
  'placeholder-cycle',
  'unused-param',
  // Stages
  'no-body',
  'two-bodies',
  'missing-module',
  'module-type',
  'unknown-template',
  'template-cycle',
  'malformed-reference',
  'unknown-stage',
  'unknown-output',
  'cycle',
  'name-collision',
  // Matrix
  'empty-axis',
  'duplicate-value',
  'axis-value',
  'unknown-axis',
  'unknown-value',
  'incomplete-combination',
  'unbound-axis',
  'unmatched',
  // Outputs and limits
  'output-path',
  'output-collision',
  'publish-path',
  'publish-collision',
  'input-is-published',
  'input-is-internal',
  'metrics-format',
  'duplicate-variable',
  // The command line
  'unknown-target',
  'target-syntax',
  'out-of-scope',
] as const;

export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];
