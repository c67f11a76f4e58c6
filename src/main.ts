#!/usr/bin/env -S node --min-semi-space-size=16 --max-semi-space-size=16
// A fixed young generation: short scavenges, and memory that is at once what it will stay.
import { runProgram } from './cli/program.ts'

// Whoever reads the output may go away; that must neither stop payments nor end in a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

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
