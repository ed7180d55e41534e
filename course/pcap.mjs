// A recording of TCP connections as a file that Wireshark opens, written byte by byte: for tests, and for whoever may
// not record. What is true in it: who said what, when, on which connection. The addresses and the handshakes are made up
// around that, as a recorder on the loopback interface would have seen them.

const HOST = Buffer.from([127, 0, 0, 1])
const [FIN, SYN, PSH, ACK] = [1, 2, 8, 16]
const MOST = 32_768 // bytes of one segment

/**
 * @param {{ ms: number, connection: number, mark: '>' | '<', bytes: Uint8Array }[]} segments in order; `>` is the client
 * @param {number} port the server's
 */
export function pcap(segments, port) {
  const packets = []
  const sides = new Map()
  for (const { ms, connection, mark, bytes } of segments) {
    if (!sides.has(connection)) sides.set(connection, open(ms, 50_000 + connection))
    const [from, to] = mark === '>' ? sides.get(connection) : sides.get(connection).toReversed()
    for (let at = 0; at < bytes.length; at += MOST) {
      send(ms, from, to, PSH | ACK, bytes.subarray(at, at + MOST))
      send(ms, to, from, ACK)
    }
  }
  return Buffer.concat([fileHeader(), ...packets])

  /** A new connection: its two ends, after the handshake. */
  function open(ms, clientPort) {
    const client = { port: clientPort, sent: 1000 }
    const server = { port, sent: 2000 }
    send(ms, client, server, SYN)
    send(ms, server, client, SYN | ACK)
    send(ms, client, server, ACK)
    return [client, server]
  }

  function send(ms, from, to, flags, data = Buffer.alloc(0)) {
    const packet = Buffer.concat([ipHeader(40 + data.length), tcpHeader(from, to, flags), data])
    packets.push(packetHeader(ms, packet.length), packet)
    from.sent += data.length + (flags & (SYN | FIN) ? 1 : 0)
  }
}

/**
 * The packets of a recording, of ours or of a recorder: what TCP says in each, taken out of the bytes by hand.
 * @param {Buffer} file pcap, little-endian; IPv4, on Ethernet or bare
 */
export function packetsOf(file) {
  const link = file.readUInt32LE(20) === 1 ? 14 : 0 // bytes before the IP header
  const packets = []
  for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const start = at + 16 + link
    const ip = file.subarray(start, start + file.readUInt16BE(start + 2))
    const tcp = ip.subarray(4 * (ip[0] & 0xf))
    packets.push({ flags: tcp[13], data: tcp.subarray(4 * (tcp[12] >> 4)) })
  }
  return packets
}

/** pcap 2.4, times in microseconds; link type 101: each packet begins with its IP header. */
function fileHeader() {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(262_144, 16)
  header.writeUInt32LE(101, 20)
  return header
}

function packetHeader(ms, length) {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(ms / 1000), 0)
  header.writeUInt32LE(Math.floor((ms % 1000) * 1000), 4)
  header.writeUInt32LE(length, 8)
  header.writeUInt32LE(length, 12)
  return header
}

/** RFC 791, section 3.1. The checksums stay 0: Wireshark does not look at them unless it is told to. */
function ipHeader(length) {
  const header = Buffer.alloc(20)
  header[0] = 0x45 // version 4, five words
  header.writeUInt16BE(length, 2)
  header[8] = 64 // time to live
  header[9] = 6 // TCP
  HOST.copy(header, 12)
  HOST.copy(header, 16)
  return header
}

/** RFC 9293, section 3.1. */
function tcpHeader(from, to, flags) {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(from.port, 0)
  header.writeUInt16BE(to.port, 2)
  header.writeUInt32BE(from.sent, 4)
  header.writeUInt32BE(flags & ACK ? to.sent : 0, 8)
  header[12] = 0x50 // five words
  header[13] = flags
  header.writeUInt16BE(65_535, 14)
  return header
}
