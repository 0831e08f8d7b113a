// All steps in one launch, over the whole chip: workgroup g keeps the weights that lead to 32 units in
// its registers, and the workgroups wait for each other's states. No standard promises that they run
// at the same time. Where they do not, a thread gives up after PATIENCE looks, and the states are wrong.
// The state itself is the signal: zero stands where nobody has written, and a state of zero is
// written as minus zero. A line that begins with each(PART) is written out for # = 0, 1 … PART - 1.
// Constants in front of this text: N sequences, H units, PART = H / 8, PATIENCE.

const COLUMNS = 32u;
const SLICES = 8u;
const EMPTY = 0u;
const MINUS_ZERO = 0x80000000u;

@group(0) @binding(0) var<storage, read> w_hh: array<f32>; // [from, to]
@group(0) @binding(1) var<storage, read> inputs: array<f32>; // [T + 1, N, H], their sums from row 1 on
@group(0) @binding(2) var<storage, read_write> states: array<atomic<u32>>; // [T + 1, N, H]
struct Told { steps: u32 }
var<immediate> told: Told;

// Takes out what an earlier run has left: along y a workgroup for each step.
@compute @workgroup_size(64)
fn clear(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= N * H { return; }
    atomicStore(&states[(me.y + 1) * N * H + me.x], EMPTY);
}

var<workgroup> state: array<array<array<f32, PART>, SLICES>, N>;
var<workgroup> parts: array<array<array<f32, COLUMNS>, SLICES>, N>;

@compute @workgroup_size(COLUMNS, SLICES)
fn all_steps(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) me: vec3u,
    @builtin(local_invocation_index) index: u32,
) {
    let j = group.x * COLUMNS + me.x;
    each(PART) let w_# = w_hh[(me.y * PART + #) * H + j];
    var patience = PATIENCE;
    for (var t = 1u; t <= told.steps; t++) {
        for (var k = index; k < N * H; k += COLUMNS * SLICES) {
            let at = (t - 1) * N * H + k;
            var found = atomicLoad(&states[at]);
            for (var looks = 0u; found == EMPTY && looks < patience; looks++) {
                found = atomicOr(&states[at], 0u); // a load that no compiler may move
            }
            if found == EMPTY { patience = 0u; }
            state[k / H][k % H / PART][k % PART] = bitcast<f32>(found);
        }
        workgroupBarrier();
        for (var r = 0u; r < N; r++) {
            var sums = vec4f();
            each(PART) sums[# % 4] += w_# * state[r][me.y][#];
            parts[r][me.y][me.x] = dot(sums, vec4f(1.0));
        }
        workgroupBarrier();
        for (var r = me.y; r < N; r += SLICES) {
            let at = (t * N + r) * H + j;
            var z = inputs[at];
            for (var s = 0u; s < SLICES; s++) {
                z += parts[r][s][me.x];
            }
            let bits = bitcast<u32>(tanh_of(z));
            atomicStore(&states[at], select(bits, MINUS_ZERO, bits == EMPTY));
        }
    }
}
