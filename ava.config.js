export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  workerThreads: false,
  timeout: '2m',
}
