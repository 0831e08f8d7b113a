// The diagonal linear recurrence h = a ⊙ h + b from a state of zeros: in a loop, and by a scan in
// three launches.
// Constants in front of this text: T steps, C channels, PIECES, SIZE = ⌈T / PIECES⌉.

@group(0) @binding(0) var<storage, read> a: array<f32>; // [T, C]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [T, C]
@group(0) @binding(2) var<storage, read_write> pieces: array<vec2f>; // [PIECES, C]
@group(0) @binding(3) var<storage, read_write> states: array<f32>; // [T, C]

// A thread for each channel.
@compute @workgroup_size(64)
fn in_a_loop(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= C { return; }
    var h = 0.0;
    for (var t = 0u; t < T; t++) {
        let at = t * C + me.x;
        h = a[at] * h + b[at];
        states[at] = h;
    }
}

// A thread for each channel and piece joins the steps of the piece to one.
@compute @workgroup_size(64)
fn join_each(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= C { return; }
    var joined = vec2f(1.0, 0.0);
    for (var t = me.y * SIZE; t < min((me.y + 1) * SIZE, T); t++) {
        let at = t * C + me.x;
        joined = vec2f(a[at] * joined.x, a[at] * joined.y + b[at]);
    }
    pieces[me.y * C + me.x] = joined;
}

// A thread for each channel goes from piece to piece, and leaves the state before each.
@compute @workgroup_size(64)
fn between(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= C { return; }
    var h = 0.0;
    for (var p = 0u; p < PIECES; p++) {
        let piece = pieces[p * C + me.x];
        pieces[p * C + me.x].x = h;
        h = piece.x * h + piece.y;
    }
}

// A thread for each channel and piece runs the piece from its own first state.
@compute @workgroup_size(64)
fn run_each(@builtin(global_invocation_id) me: vec3u) {
    if me.x >= C { return; }
    var h = pieces[me.y * C + me.x].x;
    for (var t = me.y * SIZE; t < min((me.y + 1) * SIZE, T); t++) {
        let at = t * C + me.x;
        h = a[at] * h + b[at];
        states[at] = h;
    }
}
