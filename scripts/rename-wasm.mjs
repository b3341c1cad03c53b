// Renames what a wasm module imports and exports. wasm-bindgen's names end in hashes, which do not compress; the bundler
// shortens them in the script, and here they are shortened alike in the module.

const IMPORTS = 2;
const EXPORTS = 7;

// The module with every import and export named in `names` (old to new) renamed.
export function renameWasm(module, names) {
  const input = { bytes: module, at: 8 };
  const output = [module.subarray(0, 8)];
  while (input.at < module.length) {
    const id = module[input.at++];
    const size = readNumber(input);
    const body = module.subarray(input.at, (input.at += size));
    const renamed = id === IMPORTS ? renameImports(body, names) : id === EXPORTS ? renameExports(body, names) : body;
    output.push(Buffer.from([id]), number(renamed.length), renamed);
  }
  return Buffer.concat(output);
}

function renameImports(body, names) {
  return renameEntries(body, (input, output) => {
    output.push(copyName(input), copyName(input, names));
    copy(input, output, skipImportType);
  });
}

function renameExports(body, names) {
  return renameEntries(body, (input, output) => {
    output.push(copyName(input, names));
    copy(input, output, (input) => (input.at++, readNumber(input)));
  });
}

function renameEntries(body, entry) {
  const input = { bytes: body, at: 0 };
  const count = readNumber(input);
  const output = [number(count)];
  for (let at = 0; at < count; at++) entry(input, output);
  return Buffer.concat(output);
}

// Function, table, memory, global, tag: as the WebAssembly specification writes them.
function skipImportType(input) {
  const limits = () => {
    const flags = readNumber(input);
    readNumber(input);
    if (flags & 1) readNumber(input);
  };
  const kind = input.bytes[input.at++];
  if (kind === 0) readNumber(input);
  else if (kind === 1) input.at++, limits();
  else if (kind === 2) limits();
  else if (kind === 3) input.at += 2;
  else if (kind === 4) input.at++, readNumber(input);
  else throw new Error(`unknown kind of import: ${kind}`);
}

function copy(input, output, skip) {
  const from = input.at;
  skip(input);
  output.push(input.bytes.subarray(from, input.at));
}

function copyName(input, names = {}) {
  const length = readNumber(input);
  const name = Buffer.from(input.bytes.subarray(input.at, (input.at += length))).toString();
  const bytes = Buffer.from(names[name] ?? name);
  return Buffer.concat([number(bytes.length), bytes]);
}

// Unsigned LEB128.
function readNumber(input) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input.bytes[input.at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
}

function number(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}
