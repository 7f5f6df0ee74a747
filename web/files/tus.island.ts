// The client of tus 1.0. It is loaded when somebody chooses a file (upload.island.ts), and only then.

export { Upload } from "./tus/tus.min.js";
