import { parentPort, workerData } from 'node:worker_threads'
import { type SealOrder, sealRequests } from './seal.ts'

// Seals what it was started with and ends.
const order: SealOrder = workerData
parentPort?.postMessage(sealRequests(order))
