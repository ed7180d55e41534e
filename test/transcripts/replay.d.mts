import type { Socket } from 'node:net'

export interface Turn {
  mark: '>' | '<' | '~' | '?' | '=' | '.' | '/'
  /** The line of the file that it begins in. */
  at: number
  connection: string
  lines: string[]
  never: string[]
}

export interface Got {
  lines: string[]
}

export interface Values {
  host: string
  session: string | undefined
  [name: string]: string | number | undefined
}

export interface Connection {
  socket: Socket
  write(bytes: string | Buffer): boolean
  response(): Promise<Got>
  frame(): Promise<Got>
  frames(): Promise<Got[]>
  streamEnd(): Promise<void>
  rest(): Promise<string>
}

export interface Head {
  title: string
  titleZh: string
  ids: string[]
}

export function readTranscript(text: string): Turn[]
export function readHead(text: string): Head
export function serverOptions(turns: readonly Turn[]): object
export function parts(turn: Got): { head: string[]; body: string }
export function fill(text: string, values: Values): string
export function requestText(turn: Pick<Turn, 'lines' | 'never'>, values: Values, more?: readonly string[]): string
export function pattern(line: string, values: Values): RegExp
export function play(
  turns: readonly Turn[],
  port: number,
  see?: (turn: Turn, got: Got, values: Values) => void,
): Promise<{ connections: Map<string, Connection>; values: Values; usual: string[] }>
export function compare(turn: Turn, got: Got, values: Values): void
export function connect(port: number): Promise<Connection>
