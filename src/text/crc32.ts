const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
const encoder = new TextEncoder();

/** Returns the CRC-32 of a text in UTF-8, as eight hex digits. In plain code, since pages check lines too. */
export function crc32(text: string): string {
  let sum = 0xffffffff;
  for (const byte of encoder.encode(text)) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 255] ?? 0);
  return (~sum >>> 0).toString(16).padStart(8, "0");
}
