// One step as a framework runs it: a launch for each operation, four in all.
// Constants in front of this text: N sequences, H units, K numbers to a sum.

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
struct Told { step: u32 }
var<immediate> told: Told;

// result[n][j] = bias[j] + Σ_k left[step][n][k] right[k][j], a thread for each n and j
@compute @workgroup_size(64)
fn linear(@builtin(global_invocation_id) me: vec3u) {
    let j = me.x;
    let n = me.y;
    if j >= H { return; }
    var sum = bias[j];
    for (var k = 0u; k < K; k++) {
        sum += left[(told.step * N + n) * K + k] * right[k * H + j];
    }
    result[n * H + j] = sum;
}

// result = left + right
@compute @workgroup_size(64)
fn add(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= H { return; }
    let at = me.y * H + me.x;
    result[at] = left[at] + right[at];
}

// result[step + 1] = tanh(left)
@compute @workgroup_size(64)
fn activate(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= H { return; }
    let at = me.y * H + me.x;
    result[(told.step + 1) * N * H + at] = tanh_of(left[at]);
}
