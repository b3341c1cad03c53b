// Packs the files that the bundle's splitter makes: one for each set of parts that share some code, hundreds of a few hundred
// bytes. Fetched one by one they cost a page more than a hundred requests. A pack is their bytes one after the other.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a request costs, in bytes that could be fetched meanwhile. */
const REQUEST = 12_000;

/** The splitter's files: `shared` with the parts that use them, and the `parts` themselves. */
function readSplit(folder) {
  const source = readFileSync(join(folder, "__wasm_split.js"), "utf8");
  const bytes = (name) => readFileSync(join(folder, `${name}.wasm`));
  const shared = [...source.matchAll(/\/\* ([\w, ]+) \*\/\s*const __(chunk_\d+) = makeLoad/g)]
    .map(([, parts, name]) => ({ name, parts: new Set(parts.split(", ")), bytes: bytes(name) }));
  const parts = [...source.matchAll(/export const __wasm_split_load_(\w+) =/g)].map(([, name]) => name);
  const named = (source.match(/\.wasm"/g) ?? []).length;
  if (named !== shared.length + parts.length) throw new Error(`the splitter names ${named} files, ${shared.length + parts.length} were understood`);
  const names = source.match(/const \{ ([\w, ]+?),? *\} = initSync/)[1];
  return { shared, parts: parts.map((name) => ({ name, bytes: bytes(`split_${name}`) })), names };
}

// What two groups cost more as one, negative if less: bytes for parts that need only one of them, a request less for each
// that needs both.
function price(a, b) {
  const only = (one, other) => [...one.parts].filter((part) => !other.parts.has(part)).length;
  const both = [...a.parts].filter((part) => b.parts.has(part)).length;
  return only(a, b) * b.size + only(b, a) * a.size - both * REQUEST;
}

/** Groups of shared files: the cheapest pair is joined for as long as that saves anything. */
function grouped(shared) {
  const groups = shared.map((file) => ({ files: [file], parts: file.parts, size: file.bytes.length }));
  for (;;) {
    let best = { price: 0 };
    for (let a = 0; a < groups.length; a += 1) {
      for (let b = a + 1; b < groups.length; b += 1) {
        const now = price(groups[a], groups[b]);
        if (now < best.price) best = { price: now, a, b };
      }
    }
    if (best.price >= 0) return groups;
    const [b] = groups.splice(best.b, 1);
    const a = groups[best.a];
    groups[best.a] = { files: [...a.files, ...b.files], parts: new Set([...a.parts, ...b.parts]), size: a.size + b.size };
  }
}

/**
 * The packs of a folder, by name, and the script that brings them. `publish(bytes)` gives a pack's address.
 * A part's own file is a pack of one.
 */
export function packWasm(folder, publish) {
  const { shared, parts, names } = readSplit(folder);
  const groups = grouped(shared);
  const addresses = {};
  const packed = (name, files) => {
    addresses[name] = publish(Buffer.concat(files.map((file) => file.bytes)));
    return `pack(${JSON.stringify(addresses[name])}, ${JSON.stringify(files.map((file) => file.bytes.length))})`;
  };
  const packs = groups.map((group, n) => `const shared_${n} = ${packed(`shared_${n}`, group.files)};`);
  const loads = parts.map(({ name, bytes }) => {
    const needed = groups.flatMap((group, n) => (group.parts.has(name) ? [`shared_${n}`] : []));
    return `export const __wasm_split_load_${name} = load(${packed(name, [{ bytes }])}, [${needed}]);`;
  });
  return { addresses, script: [loader(names), ...packs, ...loads].join("\n") };
}

// Code comes once; what failed to come is asked for again by whoever needs it next.
const loader = (names) => `
import { initSync } from "./guanxi.js";
let imports;
function main() {
  if (!imports) {
    const { ${names} } = initSync(undefined, undefined);
    imports = { __wasm_split: { ${names} } };
  }
  return imports;
}
function once(work) {
  let working;
  return () => (working ??= work().catch((error) => {
    working = undefined;
    throw error;
  }));
}
function pack(address, lengths) {
  const bytes = once(async () => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(\`\${address}: \${answer.status}\`);
    return new Uint8Array(await answer.arrayBuffer());
  });
  const run = once(async () => {
    const all = await bytes();
    let at = 0;
    for (const length of lengths) await WebAssembly.instantiate(all.subarray(at, (at += length)), main());
  });
  return { bytes, run };
}
function load(own, shared) {
  return async (callback, data) => {
    let come = true;
    try {
      await Promise.all([own, ...shared].map((pack) => pack.bytes()));
      await Promise.all(shared.map((pack) => pack.run()));
      await own.run();
    } catch (error) {
      console.error(error);
      come = false;
    }
    main().__wasm_split.__indirect_function_table.get(callback)(data, come);
  };
}`;
