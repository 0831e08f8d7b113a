// Kernels with next to nothing to do: what is left is the cost of a launch.

@group(0) @binding(0) var<storage, read_write> count: array<f32>;
@group(0) @binding(1) var<storage, read> unchanged: array<f32>;

// Each launch has to wait for the one before.
@compute @workgroup_size(1)
fn count_up() {
    count[0] += 1.0;
}

// None has.
@compute @workgroup_size(1)
fn look() {
    _ = unchanged[0];
}
