// Takes out of a module, in place, what the page never runs; wasm-opt then drops what only that used. leptos keeps asynchronous hydration reachable for every view,
// but we take pages over in one go (frontend/src/lib.rs). Only the bodies of the futures are named here: whatever is not
// a future may be the same code as something that does run, and the linker keeps such code once, under either name.
// Streams from Rust to JavaScript are exported by a library, but never made: nothing imports their constructors.
// Usage: node scripts/trim-wasm.mjs <file with names>
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const binaryenPath = createRequire(join(import.meta.dirname, "../end2end/package.json")).resolve("binaryen");
const { default: binaryen } = await import(binaryenPath);
const NEVER_RUN = /13hydrate_async28_\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$17h[0-9a-f]{16}E$/;

const NEVER_CALLED = /^(__wbg_)?intounderlying/;

const [path] = process.argv.slice(2);
binaryen.setDebugInfo(true);
const module = binaryen.readBinary(readFileSync(path));
for (let index = 0; index < module.getNumFunctions(); index++) {
  const reference = module.getFunctionByIndex(index);
  const { name, module: importedFrom } = binaryen.getFunctionInfo(reference);
  if (!importedFrom && NEVER_RUN.test(name)) binaryen.Function(reference).body = module.unreachable();
}
for (let index = module.getNumExports() - 1; index >= 0; index--) {
  const { name } = binaryen.getExportInfo(module.getExportByIndex(index));
  if (NEVER_CALLED.test(name)) module.removeExport(name);
}
writeFileSync(path, module.emitBinary());
