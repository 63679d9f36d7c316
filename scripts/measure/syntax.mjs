/** Measures of the syntax of one TypeScript file. */
import ts from 'typescript';

/** `{ functions: [{ name, line, lines }], assertions, exports: [name] }`; assertions are the non-null `!`. */
export function measureSyntax(file, text) {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const found = { functions: [], assertions: 0, exports: source.statements.flatMap(exportedNames) };
  visit(source, source, found);
  return found;
}

function visit(node, source, found) {
  if (ts.isNonNullExpression(node)) found.assertions += 1;
  if (ts.isFunctionLike(node) && node.body !== undefined) {
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.end).line;
    found.functions.push({ name: nameOf(node), line: first + 1, lines: last - first + 1 });
  }
  ts.forEachChild(node, (child) => visit(child, source, found));
}

/** The function's own name, or the name of its variable or property. */
function nameOf(node) {
  const { parent } = node;
  const named = node.name ?? (parent.initializer === node ? parent.name : undefined);
  return named?.getText() ?? '(anonymous)';
}

/** Names that a statement declares and exports. Names passed on from another file are declared there. */
function exportedNames(statement) {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const has = (kind) => modifiers.some((modifier) => modifier.kind === kind);
  if (!has(ts.SyntaxKind.ExportKeyword) || has(ts.SyntaxKind.DefaultKeyword)) return [];
  if (!ts.isVariableStatement(statement)) return statement.name === undefined ? [] : [statement.name.text];
  return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
}

function boundNames(name) {
  return ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((element) => boundNames(element.name));
}
