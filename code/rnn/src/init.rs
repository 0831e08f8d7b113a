//! Other ways to draw the recurrent weights of a network before any training.

use nalgebra::DMatrix;
use ndarray::Array2;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{check_finite, check_shape, check_size};
use crate::{Error, RnnCell};

/// How the recurrent weights `W_hh` are drawn. Input weights and biases are always PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Recurrence {
    /// PyTorch's: uniform in ±1/√H.
    Pytorch,
    /// A random rotation or reflection: it keeps every length.
    Orthogonal,
    /// Independent Gaussian weights, scaled to a spectral radius.
    Gaussian {
        /// The spectral radius: the largest absolute eigenvalue.
        radius: f64,
    },
}

impl Recurrence {
    /// Draws an untrained network with `input_size` inputs and `hidden_size` units.
    ///
    /// # Errors
    /// Where a size is zero.
    pub fn draw(
        self,
        input_size: usize,
        hidden_size: usize,
        rng: &mut impl Rng,
    ) -> Result<RnnCell<f64>, Error> {
        let mut cell = RnnCell::new(input_size, hidden_size, rng)?;
        match self {
            Self::Pytorch => {}
            Self::Orthogonal => cell.w_hh = orthogonal(hidden_size, rng)?,
            Self::Gaussian { radius } => {
                let gaussian = to_ndarray(&gaussian(hidden_size, rng));
                cell.w_hh = &gaussian * (radius / spectral_radius(&gaussian)?);
            }
        }
        Ok(cell)
    }
}

/// A random orthogonal matrix `[n, n]`, every one as likely as every other: the Q of a Gaussian
/// matrix, with the signs that make R's diagonal positive.
///
/// # Errors
///
/// [`Error::ZeroSize`] where n is zero.
///
/// Sources: Mezzadri, *How to generate random matrices from the classical compact groups*, Notices
/// of the AMS 54 (2007); PyTorch's `torch.nn.init.orthogonal_`.
pub fn orthogonal(n: usize, rng: &mut impl Rng) -> Result<Array2<f64>, Error> {
    check_size("n", n)?;
    let (mut q, r) = gaussian(n, rng).qr().unpack();
    for (mut column, diagonal) in q.column_iter_mut().zip(r.diagonal().iter()) {
        column *= diagonal.signum();
    }
    Ok(to_ndarray(&q))
}

/// The spectral radius of a matrix `[n, n]`: the largest absolute value among its eigenvalues.
///
/// # Errors
///
/// [`Error::Shape`] where the matrix is not square, [`Error::NonFinite`] where an entry is not.
pub fn spectral_radius(matrix: &Array2<f64>) -> Result<f64, Error> {
    let n = matrix.nrows();
    check_shape("matrix", matrix, &[n, n])?;
    check_finite("matrix", matrix)?;
    let eigenvalues = DMatrix::from_fn(n, n, |i, j| matrix[(i, j)]).complex_eigenvalues();
    Ok(eigenvalues.iter().map(|eigenvalue| eigenvalue.norm()).fold(0.0, f64::max))
}

fn to_ndarray(matrix: &DMatrix<f64>) -> Array2<f64> {
    Array2::from_shape_fn(matrix.shape(), |index| matrix[index])
}

fn gaussian(n: usize, rng: &mut impl Rng) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |_, _| StandardNormal.sample(rng))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn an_orthogonal_matrix_keeps_every_length() {
        let q = orthogonal(12, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_abs_diff_eq!(q.dot(&q.t()), Array2::eye(12), epsilon = 1e-12);
    }

    #[test]
    fn the_spectral_radius_counts_complex_eigenvalues() {
        // A quarter turn that doubles: its eigenvalues are 2i and -2i.
        assert_abs_diff_eq!(
            spectral_radius(&ndarray::array![[0.0, -4.0], [1.0, 0.0]]).unwrap(),
            2.0,
            epsilon = 1e-12
        );
    }

    #[test]
    fn what_has_no_eigenvalues_is_an_error() {
        assert!(spectral_radius(&Array2::zeros((2, 3))).is_err());
        assert!(spectral_radius(&Array2::from_elem((2, 2), f64::NAN)).is_err());
        assert!(orthogonal(0, &mut ChaCha8Rng::seed_from_u64(1)).is_err());
    }

    #[test]
    fn a_gaussian_recurrence_has_its_radius() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let cell = Recurrence::Gaussian { radius: 3.0 }.draw(2, 16, &mut rng).unwrap();
        assert_abs_diff_eq!(spectral_radius(&cell.w_hh).unwrap(), 3.0, epsilon = 1e-9);
    }
}
