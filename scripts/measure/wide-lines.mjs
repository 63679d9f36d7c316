/** Lines that are wider than a limit, by their cause. */
import ts from 'typescript';

const PARSED = /\.(?:tsx?|mjs|cjs|js|json)$/;

/**
 * Line numbers, from 1: `{ code, literals }`. A line is among `literals` if it is narrow enough without a string, a
 * template or a regular expression. Prettier breaks none of them: people search for messages by their text.
 */
export function wideLinesOf(file, text, columns) {
  const wide = text.split('\n').flatMap((line, index) => ([...line].length > columns ? [{ line, index }] : []));
  const number = ({ index }) => index + 1;
  if (wide.length === 0 || !PARSED.test(file)) return { code: wide.map(number), literals: [] };
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const starts = source.getLineStarts();
  const ranges = literalRanges(source);
  const fitsWithoutLiteral = ({ line, index }) => {
    const from = starts[index];
    const shares = ranges.map(({ start, end }) => Math.min(end, from + line.length) - Math.max(start, from));
    return line.length - Math.max(0, ...shares) <= columns;
  };
  return {
    code: wide.filter((each) => !fitsWithoutLiteral(each)).map(number),
    literals: wide.filter(fitsWithoutLiteral).map(number),
  };
}

function literalRanges(source) {
  const ranges = [];
  const visit = (node) => {
    if (isLiteral(node)) ranges.push({ start: node.getStart(source), end: node.end });
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return ranges;
}

function isLiteral(node) {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    ts.isRegularExpressionLiteral(node) ||
    ts.isJsxText(node)
  );
}
