// Runs as a worker thread with an environment of its own: vite.build sets NODE_ENV=production in its process, where
// whatever the caller starts meanwhile would inherit it, and bundles React for development where it finds another one.

import { parentPort, workerData } from 'node:worker_threads'
import { build, type PluginOption } from 'vite'

export type BundleRequest = { readonly directory: string }
/** The message of each report: how many modules have been read so far. */
export type BundleProgress = { readonly modules: number }

/** Reports now and then how many modules have been read: the only progress that a bundler can tell. */
const MODULES_PER_REPORT = 100

function reportModules(): PluginOption {
  let modules = 0
  return {
    name: 'report-modules',
    moduleParsed() {
      modules += 1
      if (modules % MODULES_PER_REPORT === 0) parentPort?.postMessage({ modules } satisfies BundleProgress)
    },
  }
}

const { directory } = workerData as BundleRequest

await build({
  root: import.meta.dirname,
  // Every address in the bundle begins with it.
  base: '/playground/',
  configFile: false,
  envFile: false,
  publicDir: false,
  logLevel: 'error',
  resolve: { dedupe: ['graphql', 'react', 'react-dom'] },
  plugins: [reportModules()],
  worker: { format: 'es' },
  build: {
    outDir: directory,
    emptyOutDir: true,
    target: 'es2022',
    // No data: addresses: the Content-Security-Policy allows fonts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
  },
})
