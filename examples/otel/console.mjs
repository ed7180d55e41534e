// Prints the spans of a server: node --import ./examples/otel/console.mjs examples/hello/server.mjs
// Another exporter, of OTLP say, goes in the place of this one.
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { contextManager, traceServers } from './tracing.mjs'

context.setGlobalContextManager(contextManager)
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
)
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }),
)
metrics.setGlobalMeterProvider(new MeterProvider())
traceServers(trace.getTracer('sse-mcp'), metrics.getMeter('sse-mcp'))
