//! The networks' matrices as those of the linear algebra library.

use nalgebra::DMatrix;
use ndarray::Array2;

pub(crate) fn to_nalgebra(matrix: &Array2<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)])
}
