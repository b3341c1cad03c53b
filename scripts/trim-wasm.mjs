// Empties the functions that the page never runs, in place: leptos keeps asynchronous hydration reachable for every view,
// but we take pages over in one go (frontend/src/lib.rs). wasm-opt then drops what only those used. Only the bodies of
// the futures are named here: whatever is not a future may be the same code as something that does run, and the linker
// keeps such code once, under either name. Usage: node scripts/trim-wasm.mjs <file with names>
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const binaryenPath = createRequire(join(import.meta.dirname, "../end2end/package.json")).resolve("binaryen");
const { default: binaryen } = await import(binaryenPath);
const NEVER_RUN = /13hydrate_async28_\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$17h[0-9a-f]{16}E$/;

const [path] = process.argv.slice(2);
binaryen.setDebugInfo(true);
const module = binaryen.readBinary(readFileSync(path));
for (let index = 0; index < module.getNumFunctions(); index++) {
  const reference = module.getFunctionByIndex(index);
  const { name, module: importedFrom } = binaryen.getFunctionInfo(reference);
  if (!importedFrom && NEVER_RUN.test(name)) binaryen.Function(reference).body = module.unreachable();
}
writeFileSync(path, module.emitBinary());
