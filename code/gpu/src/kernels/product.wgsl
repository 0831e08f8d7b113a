// A product of matrices in tiles: a workgroup makes 64 × 64 sums, each of its 256 threads 4 × 4 of
// them, so that every number fetched into a tile serves 64 sums.
// A line that begins with each(DEPTH) is written out for # = 0, 1 … DEPTH - 1; each(4) likewise.
// Constants in front of this text: M rows, H columns, K numbers to a sum, N sequences, DEPTH.
// RECURRENT is 1: the rows are the states of a step, their sums are added to what stands where the next
// states belong, and tanh makes these of them. Else the rows are all inputs, and a sum begins with
// the bias.

const TILE = 64u;

@group(0) @binding(0) var<storage, read> left: array<f32>; // [M, K]
@group(0) @binding(1) var<storage, read> right: array<f32>; // [K, H]
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> states: array<f32>; // [T + 1, N, H]
struct Told { step: u32 }
var<immediate> told: Told;

// Four rows, or four columns, side by side. With a 17th place neighbours in d lie in different banks.
var<workgroup> left_tile: array<array<vec4f, 17>, DEPTH>;
var<workgroup> right_tile: array<array<vec4f, 16>, DEPTH>;

fn left_at(row: u32, k: u32) -> f32 {
    if row >= M || k >= K { return 0.0; }
    if RECURRENT == 1 { return states[(told.step * N + row) * K + k]; }
    return left[row * K + k];
}

fn four_rows(row: u32, k: u32) -> vec4f {
    return vec4f(left_at(row, k), left_at(row + 1, k), left_at(row + 2, k), left_at(row + 3, k));
}

fn four_columns(k: u32, column: u32) -> vec4f {
    return vec4f(
        right_at(k, column), right_at(k, column + 1), right_at(k, column + 2), right_at(k, column + 3),
    );
}

fn right_at(k: u32, column: u32) -> f32 {
    if k >= K || column >= H { return 0.0; }
    return right[k * H + column];
}

fn write_row(row: u32, column: u32, sums: vec4f) {
    each(4) write(row, column + #, sums[#]);
}

fn write(row: u32, column: u32, sum: f32) {
    if row >= M || column >= H { return; }
    let at = ((told.step + 1) * N + row) * H + column;
    if RECURRENT == 1 {
        states[at] = tanh_of(states[at] + sum);
    } else {
        states[at] = bias[column] + sum;
    }
}

@compute @workgroup_size(16, 16)
fn product(
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_id) me: vec3u,
    @builtin(local_invocation_index) index: u32,
) {
    let row = group.y * TILE + 4 * me.y;
    let column = group.x * TILE + 4 * me.x;
    var sums = mat4x4f(); // sums[r] are four columns of row r
    for (var k = 0u; k < K; k += DEPTH) {
        for (var i = index; i < 16 * DEPTH; i += 256u) {
            let d = i % DEPTH;
            let r = i / DEPTH;
            left_tile[d][r] = four_rows(group.y * TILE + 4 * r, k + d);
        }
        for (var i = index; i < 16 * DEPTH; i += 256u) {
            let d = i / 16;
            let c = i % 16;
            right_tile[d][c] = four_columns(k + d, group.x * TILE + 4 * c);
        }
        workgroupBarrier();
        each(DEPTH) sums += outer(left_tile[#][me.y], right_tile[#][me.x]);
        workgroupBarrier();
    }
    each(4) write_row(row + #, column, sums[#]);
}

// Each with each.
fn outer(rows: vec4f, columns: vec4f) -> mat4x4f {
    return mat4x4f(rows.x * columns, rows.y * columns, rows.z * columns, rows.w * columns);
}
