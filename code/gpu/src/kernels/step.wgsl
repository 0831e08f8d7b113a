// One step of the recurrence in one launch. Where the new states will go already stand the sums of the inputs.
// A line that begins with each(ROWS) is written out for # = 0, 1 … ROWS - 1.
// Constants in front of this text: N sequences, H units, ROWS, which are at most 8.

struct Told { step: u32 }
var<immediate> told: Told;

// ANCHOR: step
const COLUMNS = 32u;
const SLICES = 8u;
@group(0) @binding(0) var<storage, read> w_hh: array<f32>; // [H, H], from and to
@group(0) @binding(1) var<storage, read_write> states: array<f32>; // [T + 1, N, H]
var<workgroup> parts: array<array<array<f32, COLUMNS>, SLICES>, ROWS>;

@compute @workgroup_size(COLUMNS, SLICES)
fn one_step(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) me: vec3u,
) {
    let j = group.x * COLUMNS + me.x; // the unit
    let first = group.y * ROWS; // the first sequence
    let before = told.step * N; // rows of states
    each(ROWS) var sum_# = 0.0;
    for (var k = me.y; k < H; k += SLICES) {
        let w = w_hh[k * H + j]; // fetched anew at every step
        each(ROWS) sum_# += w * states[(before + min(first + #, N - 1)) * H + k];
    }
    each(ROWS) parts[#][me.y][me.x] = sum_#;
    workgroupBarrier(); // wait: all parts of all sums are there
    let n = first + me.y; // now each thread makes one state
    if me.y < ROWS && n < N && j < H {
        let at = (before + N + n) * H + j;
        var z = states[at]; // the sum of the inputs
        for (var s = 0u; s < SLICES; s++) {
            z += parts[me.y][s][me.x];
        }
        states[at] = tanh_of(z);
    }
}
// ANCHOR_END: step
