/** The version of ONNX Runtime that scripts/onnxruntime.mjs brings, known without loading the library. */
export const ONNXRUNTIME_VERSION = '1.30.0';
