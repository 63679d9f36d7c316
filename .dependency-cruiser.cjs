// Who may import whom; the reasons stand in CONTRIBUTING.md.
/** Tests, their helpers, and the suites that several implementations pass. */
const TESTS = '\\.(test|test-support|contract)\\.tsx?$';
const room = (name) => `^src/${name}/`;
const only = (from, allowed) => ({
  name: `${from}-imports-only-${allowed.join('-and-') || 'itself'}`,
  severity: 'error',
  from: { path: room(from), pathNot: TESTS },
  to: {
    path: '^(src|stages|test|bench)/',
    pathNot: [
      room(from),
      room('util'),
      ...(from === 'util' ? [] : [room('formats')]),
      ...allowed.map((a) => (a.includes('/') ? `^src/${a}` : room(a))),
    ],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('util', []),
    only('formats', []),
    only('runner', ['stage/protocol.ts', 'stage/definition/']),
    only('stage', []),
    only('tensor', []),
    only('report', []),
    only('learn', ['tensor']),
    only('serve', ['runner', 'report']),
    only('cli', ['runner', 'serve', 'tensor', 'report', 'learn/dataset']),
    {
      name: 'the-live-page-only-reads',
      comment: 'The page of pipeline serve changes nothing, so it needs nothing that does.',
      severity: 'error',
      from: { path: '^src/serve/', pathNot: TESTS },
      to: { path: '^src/runner/(transfer|archive|maintenance|remote|slurm|data-versions)/' },
    },
    {
      name: 'the-script-of-the-page-runs-in-a-browser',
      severity: 'error',
      from: { path: '^src/serve/page/', pathNot: TESTS },
      to: { path: '^src/(runner|cli)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'plan-decides-only',
      comment: 'Files are moved by src/runner/transfer.',
      severity: 'error',
      from: { path: '^src/runner/plan/', pathNot: TESTS },
      to: { path: '^src/runner/(transfer|execution|archive|maintenance|results)/' },
    },
    {
      name: 'stages-never-import-each-other',
      severity: 'error',
      from: { path: '^stages/', pathNot: TESTS },
      to: { path: '^(stages|src/(runner|cli|tensor))/', pathNot: '^stages/shared/' },
    },
    {
      name: 'the-command-starts-instantly',
      comment: 'Nothing heavy may be reachable from the command line without a dynamic import.',
      severity: 'error',
      from: { path: '^src/(cli|runner)/', pathNot: TESTS },
      to: {
        path: '(src/serve/|vendor/onnxruntime|node_modules/(@tensorflow|@aws-sdk|koffi|sharp|preact|esbuild))',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-command-knows-formats-by-their-types',
      comment: 'The schemas load TypeBox. src/formats/validation.ts and the compiled validators do without.',
      severity: 'error',
      from: { path: '^src/(cli|runner)/', pathNot: TESTS },
      to: {
        path: '^src/formats/',
        pathNot: '^src/formats/(validation\\.ts|validators/)',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nothing-of-tests-is-shipped',
      severity: 'error',
      from: { path: '^(src|stages)/', pathNot: TESTS },
      to: { path: TESTS },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.(d\\.ts|test\\.tsx?)$' }, to: {} },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^(src|stages)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
