//! `C += A B` for a matrix B that many products share, such as the recurrent weights at every step.
//!
//! A product of matrices first rearranges them, so that it can read them from front to back. For
//! the recurrence that work would be done again at every step, and it is a good part of the whole.
//! Here B is rearranged once.

use std::array;
use std::fmt::Debug;
use std::iter::zip;
use std::ops::Range;

use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{Array2, ArrayRef2};
use pulp::{Arch, Simd, WithSimd};

/// A matrix B, made ready for products.
pub trait Product<F>: Sync + Debug {
    /// From a matrix in any layout. To multiply by a transposed matrix, give its transposed view.
    fn ready(b: &ArrayRef2<F>) -> Self;

    /// `C += A B`, for blocks of rows A `[M, K]` and C `[M, P]`.
    fn add_to(&self, a: &ArrayRef2<F>, c: &mut ArrayRef2<F>);
}

/// In `f64`, ndarray's products.
#[derive(Debug)]
pub struct Plain(Array2<f64>);

impl Product<f64> for Plain {
    fn ready(b: &ArrayRef2<f64>) -> Self {
        Self(b.to_owned())
    }

    fn add_to(&self, a: &ArrayRef2<f64>, c: &mut ArrayRef2<f64>) {
        let Self(b) = self;
        // One row: the product of matrices would spend its time on rearranging B.
        if a.nrows() > 1 {
            general_mat_mul(1.0, a, b, 1.0, c);
        } else if b.is_standard_layout() {
            for (&a, b) in zip(a, b.rows()) {
                c.row_mut(0).scaled_add(a, &b);
            }
        } else {
            general_mat_vec_mul(1.0, &b.t(), &a.row(0), 1.0, &mut c.row_mut(0));
        }
    }
}

// ANCHOR: packed
/// In `f32`, B in *panels* of some columns: each holds its part of the first row of B, then of the
/// second, and so on. The last one is filled up with zeros.
#[derive(Debug)]
pub struct Packed {
    panels: Vec<f32>,
    /// `[K, P]`
    shape: [usize; 2],
}
// ANCHOR_END: packed

/// The columns of a panel, counted in vectors. A multiply-add waits some four cycles for the one
/// before it in the same sum, so four sums side by side keep the processor busy even with one row.
const VECTORS: usize = 4;

/// The rows of A that all panels meet before the next ones: so many stay in the second-level cache.
const BLOCK: usize = 128;

/// The rows of a panel that are worked through for all rows of A before the next ones: so many stay in
/// the first-level cache.
const PIECE: usize = 128;

impl Product<f32> for Packed {
    fn ready(b: &ArrayRef2<f32>) -> Self {
        let (rows, columns) = b.dim();
        let width = Arch::new().dispatch(PanelWidth);
        let mut panels = vec![0.0; columns.div_ceil(width) * rows * width];
        if let Some(numbers) = b.as_slice() {
            for (row, from) in numbers.chunks_exact(columns).enumerate() {
                for (panel, from) in zip(panels.chunks_exact_mut(rows * width), from.chunks(width))
                {
                    panel[row * width..][..from.len()].copy_from_slice(from);
                }
            }
        } else {
            // Transposed: its columns are what lies together in the memory.
            let transposed = b.t();
            let transposed = transposed.as_standard_layout();
            let numbers = transposed.as_slice().expect("row after row");
            for (column, from) in numbers.chunks_exact(rows).enumerate() {
                let panel = &mut panels[column / width * rows * width..][..rows * width];
                for (to, from) in zip(panel.chunks_exact_mut(width), from) {
                    to[column % width] = *from;
                }
            }
        }
        Self { panels, shape: [rows, columns] }
    }

    fn add_to(&self, a: &ArrayRef2<f32>, c: &mut ArrayRef2<f32>) {
        let [depth, columns] = self.shape;
        let a = a.as_slice().expect("A lies row after row");
        let c = c.as_slice_mut().expect("C lies row after row");
        for (a, c) in zip(a.chunks(BLOCK * depth), c.chunks_mut(BLOCK * columns)) {
            Arch::new().dispatch(AddProduct { a, b: self, c });
        }
    }
}

struct PanelWidth;

impl WithSimd for PanelWidth {
    type Output = usize;

    fn with_simd<S: Simd>(self, _: S) -> usize {
        VECTORS * S::F32_LANES
    }
}

struct AddProduct<'a> {
    a: &'a [f32],
    b: &'a Packed,
    c: &'a mut [f32],
}

/// Compiled once for each set of vector instructions, of which `S` is one.
impl WithSimd for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [depth, columns] = self.b.shape;
        let width = VECTORS * S::F32_LANES;
        // Half of the registers hold sums.
        let at_once = if S::REGISTER_COUNT >= 32 { 4 } else { 2 };
        let (vectors, _) = S::as_simd_f32s(&self.b.panels);
        let (rows_of_panels, _) = vectors.as_chunks::<VECTORS>();
        for (p, panel) in rows_of_panels.chunks_exact(depth).enumerate() {
            let part = p * width..columns.min((p + 1) * width);
            for (piece, panel) in panel.chunks(PIECE).enumerate() {
                let first = piece * PIECE;
                let blocks =
                    zip(self.a.chunks(at_once * depth), self.c.chunks_mut(at_once * columns));
                for (a, c) in blocks {
                    match a.len() / depth {
                        4 => add_tile::<S, 4>(simd, a, first, panel, c, part.clone()),
                        2 => add_tile::<S, 2>(simd, a, first, panel, c, part.clone()),
                        _ => {
                            for (a, c) in zip(a.chunks_exact(depth), c.chunks_exact_mut(columns)) {
                                add_tile::<S, 1>(simd, a, first, panel, c, part.clone());
                            }
                        }
                    }
                }
            }
        }
    }
}

// ANCHOR: tile
/// Some rows of C in the columns of one panel. Their sums stay in the processor's registers.
#[inline(always)]
fn add_tile<S: Simd, const ROWS: usize>(
    simd: S,
    a: &[f32],
    first: usize,
    panel: &[[S::f32s; VECTORS]],
    c: &mut [f32],
    part: Range<usize>,
) {
    let depth = a.len() / ROWS;
    let columns = c.len() / ROWS;
    let a: [&[f32]; ROWS] = array::from_fn(|row| &a[row * depth + first..][..panel.len()]);
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
    for (k, b) in panel.iter().enumerate() {
        for row in 0..ROWS {
            let a = simd.splat_f32s(a[row][k]);
            for v in 0..VECTORS {
                sums[row][v] = simd.mul_add_e_f32s(a, b[v], sums[row][v]);
            }
        }
    }
    for (sums, c) in zip(sums, c.chunks_exact_mut(columns)) {
        add_row(simd, sums, &mut c[part.clone()]);
    }
}
// ANCHOR_END: tile

/// Adds sums to a row of C, which may end before they do.
#[inline(always)]
fn add_row<S: Simd>(simd: S, sums: [S::f32s; VECTORS], c: &mut [f32]) {
    let (whole, rest) = S::as_mut_simd_f32s(c);
    // The usual case, with a known number of vectors, keeps the sums in registers.
    if let Ok(c) = <&mut [_; VECTORS]>::try_from(&mut *whole) {
        for v in 0..VECTORS {
            c[v] = simd.add_f32s(c[v], sums[v]);
        }
        return;
    }
    for (c, &sum) in zip(&mut *whole, &sums) {
        *c = simd.add_f32s(*c, sum);
    }
    if !rest.is_empty() {
        let before = simd.partial_load_f32s(rest);
        simd.partial_store_f32s(rest, simd.add_f32s(before, sums[whole.len()]));
    }
}
