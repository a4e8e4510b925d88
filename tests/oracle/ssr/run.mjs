// Evaluates a module of a Docusaurus site as the static build does: bundled for Node, no DOM present.
// usage: node run.mjs FILE [--render]     --render also renders the default export to a string
// Exit code 1 and the error's text if that fails.
// ORACLE_NODE_MODULES names the folder that holds esbuild, react and react-dom.
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const file = process.argv.slice(2).find((word) => !word.startsWith('--'));
const render = process.argv.includes('--render');
const folder = process.env.ORACLE_NODE_MODULES;
if (!file || !folder) {
  console.error('usage: ORACLE_NODE_MODULES=DIR node run.mjs FILE [--render]');
  process.exit(2);
}
const modules = path.resolve(folder);
const require = createRequire(path.join(modules, '_.js'));
const esbuild = require('esbuild');

const SITE_FILES = ['ts', 'js', 'mjs', 'cjs'].map((ending) => `docusaurus.config.${ending}`);

/** The folder of the site that the file belongs to, which `@site/` stands for. */
function siteOf(start) {
  for (let at = path.dirname(start); ; at = path.dirname(at)) {
    if ([...SITE_FILES, 'package.json'].some((name) => existsSync(path.join(at, name)))) return at;
    if (at === path.dirname(at)) return process.cwd();
  }
}

// A module that does nothing, whatever is taken from it. It stands for packages that are not here.
const NOTHING = `
const nothing = new Proxy(function () { return null; }, {
  get: (target, name) => name === '__esModule' ? true
    : name === 'then' || typeof name === 'symbol' || name === 'prototype' ? target[name] : nothing,
  apply: () => null,
  construct: () => ({}),
});
module.exports = Object.create(nothing);`;

// The client modules of Docusaurus whose behaviour on the server matters here.
const CHILDREN = 'export default function Children(props) { return props.children ?? null; }';
const CLIENT = {
  '@docusaurus/BrowserOnly': 'export default function BrowserOnly(props) { return props.fallback ?? null; }',
  '@docusaurus/ExecutionEnvironment':
    'export default {canUseDOM: false, canUseEventListeners: false, canUseIntersectionObserver: false, canUseViewport: false};',
  '@docusaurus/useIsBrowser': 'export default function useIsBrowser() { return false; }',
  '@docusaurus/useDocusaurusContext':
    'export default function useDocusaurusContext() { return {siteConfig: {title: "", tagline: "", url: "", baseUrl: "/", customFields: {}, themeConfig: {}}, siteMetadata: {}, globalData: {}, i18n: {currentLocale: "en", defaultLocale: "en", locales: ["en"], localeConfigs: {}}, codeTranslations: {}}; }',
  '@docusaurus/useBaseUrl':
    'export default function useBaseUrl(url) { return url; } export function useBaseUrlUtils() { return {withBaseUrl: (url) => url}; }',
  '@docusaurus/router':
    'export function useLocation() { return {pathname: "/", search: "", hash: ""}; } export function useHistory() { return {push() {}, replace() {}, listen() {}, location: useLocation()}; } export function useParams() { return {}; } export function Redirect() { return null; }',
  '@docusaurus/Link': CHILDREN,
  '@docusaurus/Head': 'export default function Head() { return null; }',
  '@docusaurus/Translate':
    'export default function Translate(props) { return props.children ?? null; } export function translate(text) { return text.message ?? text.id; }',
};

const site = siteOf(path.resolve(file));
const docusaurus = {
  name: 'docusaurus',
  setup(build) {
    build.onResolve({filter: /^react(-dom)?(\/|$)/}, (ask) => ({path: ask.path, external: true}));
    build.onResolve({filter: /^@site\//}, (ask) => build.resolve(`./${ask.path.slice('@site/'.length)}`, {resolveDir: site, kind: ask.kind}));
    build.onResolve({filter: /^@(docusaurus|theme|theme-original|theme-init|generated)\//}, (ask) => ({path: ask.path, namespace: 'client'}));
    // A package that the tree does not bring does nothing; Node's own modules resolve.
    build.onResolve({filter: /^[^./]/}, async (ask) => {
      if (ask.pluginData === 'asked' || ask.kind === 'entry-point') return undefined;
      const found = await build.resolve(ask.path, {resolveDir: ask.resolveDir, kind: ask.kind, pluginData: 'asked'});
      return found.errors.length ? {path: ask.path, namespace: 'nothing'} : found;
    });
    build.onLoad({filter: /.*/, namespace: 'client'}, (ask) => ({
      contents: CLIENT[ask.path] ?? (ask.path.startsWith('@theme') ? CHILDREN : NOTHING),
      loader: 'js',
    }));
    build.onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: NOTHING, loader: 'js'}));
    // These are components in Docusaurus.
    build.onLoad({filter: /\.(svg|mdx?)$/}, () => ({contents: NOTHING, loader: 'js'}));
  },
};

const ASSETS = ['css', 'module.css', 'scss', 'sass', 'less', 'png', 'jpg', 'jpeg', 'gif', 'webp', 'ico', 'woff', 'woff2'];

try {
  const result = await esbuild.build({
    entryPoints: [path.resolve(file)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    jsx: 'automatic',
    loader: {'.js': 'jsx', ...Object.fromEntries(ASSETS.map((ending) => [`.${ending}`, 'empty']))},
    plugins: [docusaurus],
    define: {'process.env.NODE_ENV': '"production"'},
    tsconfigRaw: '{}',
    logLevel: 'silent',
  });
  const module = {exports: {}};
  new Function('module', 'exports', 'require', result.outputFiles[0].text)(module, module.exports, require);
  if (render) {
    const {createElement} = require('react');
    const {renderToString} = require('react-dom/server');
    if (typeof module.exports.default !== 'function') throw new TypeError('no component is the default export');
    renderToString(createElement(module.exports.default));
  }
  // What the module left for the next turn still belongs to its load.
  await new Promise((done) => setTimeout(done, 10));
  console.log(render ? 'rendered' : 'loaded');
  process.exit(0);
} catch (error) {
  console.log(`${error?.name ?? 'Error'}: ${error?.message ?? error}`);
  process.exit(1);
}
