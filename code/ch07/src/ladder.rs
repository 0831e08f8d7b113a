//! The same layer several times over, each time with one measure more.

use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3, Axis, Slice};
use rnn::RnnCell;

/// One row for each step and sequence.
pub type Rows = ArrayRef2<f32>;

// ANCHOR: obvious
/// Each step as the formula has it.
pub fn obvious(cell: &RnnCell<f32>, x: &ArrayRef3<f32>) -> Array3<f32> {
    let (n, steps, _) = x.dim();
    let mut output = Array3::zeros((n, steps, cell.hidden_size()));
    let mut h = Array2::zeros((n, cell.hidden_size()));
    for t in 0..steps {
        let x_t = x.index_axis(Axis(1), t);
        let from_x = x_t.dot(&cell.w_ih.t()) + &cell.b_ih;
        let from_h = h.dot(&cell.w_hh.t()) + &cell.b_hh;
        h = (from_x + from_h).mapv(f32::tanh);
        output.index_axis_mut(Axis(1), t).assign(&h);
    }
    output
}
// ANCHOR_END: obvious

// ANCHOR: inputs_at_once
/// The products of all inputs are one product of matrices.
pub fn inputs_at_once(cell: &RnnCell<f32>, x: &ArrayRef3<f32>) -> Array3<f32> {
    let (n, steps, _) = x.dim();
    let z = by_step(x).dot(&cell.w_ih.t()) + &cell.b_ih + &cell.b_hh;
    let mut output = Array3::zeros((n, steps, cell.hidden_size()));
    let mut h = Array2::zeros((n, cell.hidden_size()));
    for t in 0..steps {
        let z_t = z.slice_axis(Axis(0), block(t, n));
        h = (&z_t + &h.dot(&cell.w_hh.t())).mapv(f32::tanh);
        output.index_axis_mut(Axis(1), t).assign(&h);
    }
    output
}
// ANCHOR_END: inputs_at_once

// ANCHOR: in_place
/// One array for all sums, and each sum becomes the state where it stands.
pub fn in_place(
    cell: &RnnCell<f32>,
    x: &ArrayRef3<f32>,
    add_product: fn(&Rows, &Rows, &mut Rows),
    tanh: fn(&mut Rows),
) -> Array3<f32> {
    let (n, steps, _) = x.dim();
    let mut states = Array2::zeros(((steps + 1) * n, cell.hidden_size()));
    let mut z = states.slice_axis_mut(Axis(0), (n..).into());
    z.assign(&(&cell.b_ih + &cell.b_hh));
    general_mat_mul(1.0, &by_step(x), &cell.w_ih.t(), 1.0, &mut z);
    for t in 0..steps {
        let (before, mut after) = states.view_mut().split_at(Axis(0), (t + 1) * n);
        let h = before.slice_axis(Axis(0), block(t, n));
        let mut h_next = after.slice_axis_mut(Axis(0), block(0, n));
        add_product(&h, &cell.w_hh, &mut h_next);
        tanh(&mut h_next);
    }
    by_sequence(&states.slice_axis(Axis(0), (n..).into()), n)
}
// ANCHOR_END: in_place

/// `z += h Wᵀ`, always as a product of matrices.
pub fn add_matrices(h: &Rows, w: &Rows, z: &mut Rows) {
    general_mat_mul(1.0, h, &w.t(), 1.0, z);
}

// ANCHOR: add_product
/// `z += h Wᵀ`; one row alone is a vector.
pub fn add_product(h: &Rows, w: &Rows, z: &mut Rows) {
    if h.nrows() == 1 {
        general_mat_vec_mul(1.0, w, &h.row(0), 1.0, &mut z.row_mut(0));
    } else {
        general_mat_mul(1.0, h, &w.t(), 1.0, z);
    }
}
// ANCHOR_END: add_product

/// The standard library's tanh of one number after the other.
pub fn standard_tanh(z: &mut Rows) {
    z.mapv_inplace(f32::tanh);
}

/// The rows of step t.
pub(crate) fn block(t: usize, n: usize) -> Slice {
    (t * n..(t + 1) * n).into()
}

/// From `[N, T, D]` to `[T N, D]`.
pub(crate) fn by_step(x: &ArrayRef3<f32>) -> Array2<f32> {
    let (n, steps, input) = x.dim();
    let mut rows = Array2::zeros((steps * n, input));
    for t in 0..steps {
        rows.slice_axis_mut(Axis(0), block(t, n)).assign(&x.index_axis(Axis(1), t));
    }
    rows
}

/// From `[T N, H]` to `[N, T, H]`.
fn by_sequence(rows: &Rows, n: usize) -> Array3<f32> {
    let steps = rows.nrows() / n;
    let mut sequences = Array3::zeros((n, steps, rows.ncols()));
    for t in 0..steps {
        sequences.index_axis_mut(Axis(1), t).assign(&rows.slice_axis(Axis(0), block(t, n)));
    }
    sequences
}
