"""A short example of each key, shown by the reference; tests validate every one of them.

Each is merged over `BASE`, an experiment with an input x, weights w and one layer y.
"""

BASE = """\
title: t
inputs: {x: {shape: [1, 2, 4, 4], arange: {start: 1}}}
weights: {w: {shape: [2, 2, 3, 3], full: 1}}
network: {y: {convolution_nd: {input: x, num_output_maps: 2, kernel_shape: [3, 3], kernel: w}}}
"""

EXAMPLES = {
    "title": "title: Convolution · padding",
    "about": "about: |\n  A row and a column of zeros on every side.",
    "source": "source: NvInfer.h, IConvolutionLayer",
    "inputs": "inputs:\n  x: {shape: [1, 2, 4, 4], arange: {start: 1}}",
    "weights": "weights:\n  w: {shape: [2, 2, 3, 3], powers: {base: 2, first: 17, last: -18}}",
    "network": "network:\n  y: {convolution_nd: {input: x, num_output_maps: 2, kernel_shape: [3, 3], kernel: w}}",
    "outputs": "network: {z: {activation: {input: y, type: RELU}}}\noutputs: [y, z]",
    "build": "build: {flags: {TF32: true}, tactics: fastest}",
    "tolerance": "tolerance: [auto, {snr_db: 60, reason: the paper says so}]",
    "from": "from: derived\nexpect: {y: {full: 1}}",
    "release": "from: observed\nrelease: tensorrt-8.6.0\nexpect: {y: {full: 1}}",
    "expect": "expect:\n  y: {shape: [1, 2, 2, 2]}",
    "repeat": "repeat: {builds: 3, runs: 2}",
    "finding": "finding: TensorRT adds the bias twice\nissue: https://example.org/1234",
    "releases": "releases:\n  'tensorrt>=10 | tensorrt-rtx': {tolerance: exact, reason: changed in 10.0}",
    "matrix": "matrix:\n  y.stride_nd: [[1, 1], [2, 2]]",
    "cases": "cases:\n  padded: {network: {y: {set: {padding_nd: [1, 1]}}}}",
    "inputs.x.shape": "inputs:\n  x: {shape: [1, 2, 4, 4], arange: {start: 1}}",
    "inputs.x.values": "inputs:\n  x: {shape: [1, 2, 1, 4], values: [1, 2, 3, 4, 5, 6, 7, .inf]}\n"
    "network: {y: {set: {pre_padding: [2, 0]}}}",
    "inputs.x.full": "inputs:\n  x: {full: 0.5}",
    "inputs.x.arange": "inputs:\n  x: {shape: [1, 2, 4, 4], arange: {start: 0, step: 0.5}}",
    "inputs.x.linspace": "inputs:\n  x: {shape: [1, 2, 4, 4], linspace: {start: -1, stop: 1}}",
    "inputs.x.powers": "inputs:\n  x: {shape: [1, 2, 4, 4], powers: {base: 2, first: 15, last: -16}}",
    "inputs.x.random": "inputs:\n  x: {random: {seed: 1, normal: [0, 1]}}",
    "inputs.x.special": "inputs:\n  s: {special: [nan, inf, zero, ties]}",
    "inputs.x.file": "inputs:\n  x: {file: data/images.npz#first}",
    "inputs.x.tile": "inputs:\n  x: {shape: [1, 2, 4, 4], tile: {of: {values: [1, -1]}, reps: [16]}}",
    "inputs.x.concat": "inputs:\n"
    "  x: {concat: {of: [{shape: [1, 1, 4, 4], full: 1}, {shape: [1, 1, 4, 4], full: 2}], axis: 1}}",
    "inputs.x.negate": "inputs:\n  z: {negate: x}",
    "inputs.x.scale": "inputs:\n  z: {scale: {of: x, by: 0.5}}",
    "inputs.x.transpose": "inputs:\n  z: {transpose: {of: x, perm: [0, 2, 3, 1]}}",
    "inputs.x.dtype": "inputs:\n  x: {dtype: float16}\nbuild: {flags: {FP16: true}}",
    "inputs.x.declared": "inputs: {x: {declared: [-1, 2, 4, 4]}}\n"
    "build: {profiles: [{x: {min: [1, 2, 4, 4], opt: [1, 2, 4, 4], max: [8, 2, 4, 4]}}]}",
    "network.y.set": "network:\n  y: {set: {stride_nd: [2, 2], padding_mode: SAME_UPPER}}",
    "network.y.set_input": "weights: {w: {shape: [0]}, k: {shape: [2, 2, 3, 3], full: 1}}\n"
    "network: {y: null, c: {constant: {shape: [2, 2, 3, 3], weights: k}}, z: {convolution_nd: "
    "{input: x, num_output_maps: 2, kernel_shape: [3, 3], kernel: w}, set_input: {1: c}}}",
    "network.y.check": "network: {y: {set: {padding_nd: [-1, 0]}, check: false}}\n"
    "expect: {error: {define: allDimsGtEq}}",
    "network.y.origin": "network:\n  y: {origin: {layer: Conv_0, tensor: /conv/Conv_output_0, node: Conv_0}}",
    "build.flags": "build: {flags: {TF32: true}}",
    "build.profiles": "inputs: {x: {declared: [1, 2, -1, 4]}}\n"
    "build: {profiles: [{x: {min: [1, 2, 3, 4], opt: [1, 2, 4, 4], max: [1, 2, 8, 4]}}]}",
    "build.tactics": "build: {tactics: fastest}",
    "build.strongly_typed": "build: {strongly_typed: true}",
    "expect.error": "expect:\n  error: {build: 'output dimension cannot be negative'}",
    "expect.crash": "expect:\n  crash: {build: SIGSEGV}",
    "expect.unsupported": "expect:\n  unsupported: PaddingMode.CAFFE_ROUND_UP",
    "expect.warnings": "expect:\n  warnings: ['Use add_deconvolution_nd instead']",
    "expect.log": "expect:\n  log: ['outside of int8_t range']",
    "expect.y.from": "expect:\n  y: {full: 1, shape: [1, 2, 2, 2], from: derived}",
    "expect.y.digits": "expect:\n  y: {full: 1, digits: exact}",
    "expect.y.tolerance": "expect:\n  y: {full: 1, tolerance: {ulp: 4, reason: the handbook rounds}}",
    "tolerance.ulp": "tolerance: {ulp: 4, reason: the handbook rounds}",
    "tolerance.atol": "tolerance: {atol: 1e-5, rtol: 1e-3, reason: as in the paper}",
    "tolerance.snr_db": "tolerance: {snr_db: 40, reason: a quantized network}",
    "tolerance.cosine": "tolerance: {cosine: 0.999, reason: a quantized network}",
    "tolerance.auto": "tolerance: {auto: {inputs: tf32, fail: typical}}",
}
