/** The import `#onnxruntime`: the library that scripts/onnxruntime.mjs brings into vendor/. */
export * from 'onnxruntime-common';
