// Makes modules small, in place. All at once: it takes longer to start than to do one of them.
// Usage: node scripts/shrink-wasm.mjs <files with names…>
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const binaryenPath = createRequire(join(import.meta.dirname, "../end2end/package.json")).resolve("binaryen");
const { default: binaryen } = await import(binaryenPath);

// What everybody loads first.
const MAIN = "guanxi_bg.wasm";

// leptos keeps asynchronous hydration reachable for every view, but we take pages over in one go (frontend/src/lib.rs).
// Only the bodies of the futures are named here: whatever is not a future may be the same code as something that does
// run, and the linker keeps such code once, under either name.
const NEVER_RUN = /13hydrate_async28_\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$17h[0-9a-f]{16}E$/;
// Streams from Rust to JavaScript are exported by a library, but never made: nothing imports their constructors.
const NEVER_CALLED = /^(__wbg_)?intounderlying/;

// Rust's wasm has these on by default; the optimiser refuses what it isn't told of.
const { BulkMemory, BulkMemoryOpt, MutableGlobals, Multivalue, NontrappingFPToInt, ReferenceTypes, SignExt } =
  binaryen.Features;
const FEATURES =
  BulkMemory | BulkMemoryOpt | MutableGlobals | Multivalue | NontrappingFPToInt | ReferenceTypes | SignExt;

// -Os, which compresses better than -Oz here.
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(1);
// Nothing lives in the first kilobyte, the far end of the stack.
binaryen.setLowMemoryUnused(true);

// What the page never runs goes, and with it what only that used.
function trim(module) {
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name, module: importedFrom } = binaryen.getFunctionInfo(reference);
    if (!importedFrom && NEVER_RUN.test(name)) binaryen.Function(reference).body = module.unreachable();
  }
  for (let index = module.getNumExports() - 1; index >= 0; index--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(index));
    if (NEVER_CALLED.test(name)) module.removeExport(name);
  }
}

// A percent smaller still once control flow is made anew and all of it done twice; only the main file is worth the minutes.
function optimise(module, isMain) {
  if (isMain) {
    module.runPasses(["flatten", "rereloop"]);
    module.optimize();
  }
  module.optimize();
  module.runPasses(["strip-debug", "strip-producers"]);
}

for (const path of process.argv.slice(2)) {
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(readFileSync(path));
  module.setFeatures(FEATURES);
  trim(module);
  optimise(module, basename(path) === MAIN);
  binaryen.setDebugInfo(false);
  writeFileSync(path, module.emitBinary());
  module.dispose();
}
