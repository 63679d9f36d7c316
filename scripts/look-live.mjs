/**
 * Looks at the live page as a person would, during a real run and after the death of its runner: screenshots wide and
 * narrow, light and dark, and the rules of axe-core. It measures how much of a core the server and the page take.
 *
 *     node scripts/look-live.mjs <folder for the screenshots>
 *
 * Needs a Chromium, as scripts/look.mjs does. Fails when a rule is broken, when the page is wider than the window, when
 * it asks another server, when the console has an error, or when the server and the page take a tenth of a core. Their
 * aim is 2 %, on a machine like that of docs/benchmarks.md: a slower processor is no fault of the page.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { chromiumPath } from './look/chromium-path.mjs';
import { addressOf, busySeconds } from './look/served.mjs';

const AIM = 0.02;
const MOST_OF_A_CORE = 0.1;
const MEASURED_SECONDS = 12;

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('Say where the screenshots go: node scripts/look-live.mjs <folder for the screenshots>');
await mkdir(folder, { recursive: true });
const command = path.resolve(import.meta.dirname, '../dist/cli/main.js');
const project = await mkdtemp(path.join(tmpdir(), 'look-live-'));
await cp(path.join(import.meta.dirname, 'look/live-study'), project, { recursive: true });
const faults = [];
const started = [];
const browser = await chromium.launch({ executablePath: await chromiumPath(), args: ['--no-sandbox'] });
try {
  const served = start('serve');
  const address = await addressOf(served);
  const run = start('run', '--keep-going', '--slots', 'cpu=5', '--jobs', '5');
  await until(address, /[45] running/);
  await sleep(9000);
  await lookAtAll(address, 'running');
  faults.push(...(await measure(served.pid, address)));
  run.kill('SIGKILL');
  await until(address, /The runner died/);
  await lookAtAll(address, 'died');
  await trainLess();
  const last = start('run', '--keep-going', '--slots', 'cpu=12', '--jobs', '12');
  await new Promise((ended) => last.on('exit', ended));
  await until(address, /13 of 14 done/);
  await lookAtAll(address, 'ended');
} finally {
  await browser.close();
  for (const child of started) child.kill();
  await rm(project, { recursive: true, force: true, maxRetries: 10 });
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function start(...words) {
  const child = spawn('node', [command, ...words], { cwd: project, stdio: ['ignore', 'pipe', 'ignore'] });
  if (words[0] !== 'serve') child.stdout.resume();
  started.push(child);
  return child;
}

/** As a user would, in the pipeline file. The plan of the page follows. */
async function trainLess() {
  const file = path.join(project, 'pipeline.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"epochs": 200', '"epochs": 12'));
}

async function lookAtAll(address, state) {
  for (const colorScheme of ['light', 'dark'])
    for (const width of [1280, 390]) faults.push(...(await look(address, { colorScheme, width, state })));
}

async function look(address, { colorScheme, width, state }) {
  const name = `${state}-${width}-${colorScheme}`;
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 900 },
    deviceScaleFactor: width < 500 ? 2 : 1,
  });
  const page = await context.newPage();
  const found = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(address)) found.push(`${name}: the page asks for ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`${name}: console: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    found.push(`${name}: ${error.message}`);
  });
  await page.goto(address);
  await page.locator('#plan svg:visible').first().waitFor();
  await page.evaluate(() => {
    for (const image of globalThis.document.images) image.loading = 'eager';
  });
  await sleep(1500);
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  await page.evaluate(() => {
    for (const details of globalThis.document.querySelectorAll('details')) details.open = true;
  });
  const wider = await page.evaluate(() => globalThis.document.documentElement.scrollWidth - globalThis.innerWidth);
  if (wider > 0) found.push(`${name}: the page is ${wider} pixels wider than the window`);
  // By the protocol of the browser, which the policy of the page does not concern.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, help, nodes } of violations)
    found.push(`${name}: ${id}: ${help} (${nodes.length} times, first ${nodes[0].html.slice(0, 200)})`);
  await context.close();
  return found;
}

/** With one page open, while four instances report ten times a second each. */
async function measure(pid, address) {
  const page = await browser.newPage();
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable');
  await page.goto(address);
  await sleep(2000);
  const before = { server: busySeconds(pid), page: await pageSeconds(protocol) };
  await sleep(1000 * MEASURED_SECONDS);
  const share = (busySeconds(pid) - before.server) / MEASURED_SECONDS;
  const shown = ((await pageSeconds(protocol)) - before.page) / MEASURED_SECONDS;
  await page.close();
  console.log(
    `The server takes ${percent(share)} of a core while a page is open; the page, in its browser, ${percent(shown)}. ` +
      `The aim for both is ${percent(AIM)}.`,
  );
  return share + shown > MOST_OF_A_CORE
    ? [`The server and the page take more than ${100 * MOST_OF_A_CORE} % of a core.`]
    : [];
}

function percent(part) {
  return `${(100 * part).toFixed(2)} %`;
}

/** Processor time of the browser's process for the page. */
async function pageSeconds(protocol) {
  const { metrics } = await protocol.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ProcessTime').value;
}

/** Waits until the page says so. */
async function until(address, words) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction(
    ([source]) => new RegExp(source).test(globalThis.document.body.textContent),
    [words.source],
    { timeout: 60_000 },
  );
  await page.close();
}
