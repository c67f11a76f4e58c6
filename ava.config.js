const compileCache = new URL('node_modules/.cache/node-compile', import.meta.url).pathname

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  workerThreads: false,
  timeout: '2m',
  // Some three hundred processes begin with the same sources.
  environmentVariables: { NODE_COMPILE_CACHE: compileCache },
}
