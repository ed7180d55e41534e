export { metrics, type Metrics, type MetricsOptions } from './metrics.ts'
