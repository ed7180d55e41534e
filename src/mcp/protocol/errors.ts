/** Error codes of the protocol's own (2026-07-28, basic, "Error Codes"). */
export const HEADER_MISMATCH = -32020
export const CAPABILITY_MISSING = -32021
export const UNSUPPORTED_VERSION = -32022
