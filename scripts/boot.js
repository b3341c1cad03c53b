// The page's only script: fetches the wasm module and lets it take over what the server rendered.
// The bundler fills in both names; see bundle-web.mjs.
import initialise, { hydrate } from "guanxi-bindings";

await initialise({ module_or_path: GUANXI_WASM });
hydrate();
