// All steps in one launch. A workgroup keeps ROWS sequences from the first step to the last:
// the weights in the registers of its threads, the states in the memory that the threads share.
// A line that begins with each(PART) is written out for # = 0, 1 … PART - 1: w_0, w_1 … stay in registers.
// Constants in front of this text: N sequences, H units, ROWS, SLICES, PART = H / SLICES.

@group(0) @binding(0) var<storage, read> w_hh: array<f32>; // [H, H], from and to
@group(0) @binding(1) var<storage, read_write> states: array<f32>; // [T + 1, N, H]
struct Told { steps: u32 }
var<immediate> told: Told;

// ANCHOR: persistent
// Unit j stands at [j / PART][j % PART], in the slice that needs it.
var<workgroup> state: array<array<array<f32, PART>, SLICES>, ROWS>;
var<workgroup> parts: array<array<array<f32, H>, SLICES>, ROWS>;

@compute @workgroup_size(H, SLICES)
fn all_steps(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) me: vec3u,
) {
    let j = me.x; // the unit
    let slice = me.y; // of the units that lead to it
    let first = group.x * ROWS; // the first sequence
    each(PART) let w_# = w_hh[(slice * PART + #) * H + j]; // fetched once
    for (var r = slice; r < ROWS; r += SLICES) {
        state[r][j / PART][j % PART] = states[min(first + r, N - 1) * H + j];
    }
    for (var t = 1u; t <= told.steps; t++) {
        workgroupBarrier(); // wait: all states of the step before are there
        for (var r = 0u; r < ROWS; r++) {
            var sums = vec4f(); // four, so that none has to wait for the one before
            each(PART) sums[# % 4] += w_# * state[r][slice][#];
            parts[r][slice][j] = dot(sums, vec4f(1.0));
        }
        workgroupBarrier(); // wait: all parts of all sums are there
        for (var r = slice; r < ROWS; r += SLICES) {
            let n = first + r;
            if n < N {
                let at = (t * N + n) * H + j;
                var z = states[at]; // the sum of the inputs
                for (var s = 0u; s < SLICES; s++) {
                    z += parts[r][s][j];
                }
                let h = tanh_of(z);
                state[r][j / PART][j % PART] = h;
                states[at] = h;
            }
        }
    }
}
// ANCHOR_END: persistent
