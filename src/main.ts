#!/usr/bin/env -S node --min-semi-space-size=32 --max-semi-space-size=32
import { runProgram } from './cli/program.ts'

process.exitCode = await runProgram(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  input: process.stdin,
  environment: process.env,
  onStopSignal(act) {
    process.once('SIGTERM', act)
    process.once('SIGINT', act)
  },
})
