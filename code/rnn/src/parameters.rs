//! The arrays that training changes.

use ndarray::{ArrayBase, ArrayViewD, ArrayViewMutD};

/// Something with weights and biases: a cell, a layer, or two or three of them.
///
/// A gradient has the shape of what it belongs to, so gradients are of the same types: that of an
/// [`RnnCell`](crate::RnnCell) is an `RnnCell`.
///
/// Source: PyTorch's `Module.parameters()`, in the same order.
pub trait Parameters<F> {
    /// The arrays, in PyTorch's order.
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>>;

    /// The same arrays in the same order, to be changed.
    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>>;

    /// The number of weights and biases, counted in the arrays.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(ArrayBase::len).sum()
    }
}

/// A model of two parts, such as a recurrent layer and the linear one behind it: first all arrays
/// of the one, then all of the other.
impl<F, A: Parameters<F>, B: Parameters<F>> Parameters<F> for (A, B) {
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        let mut arrays = self.0.parameters();
        arrays.extend(self.1.parameters());
        arrays
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        let mut arrays = self.0.parameters_mut();
        arrays.extend(self.1.parameters_mut());
        arrays
    }
}

/// A model of three parts, such as an embedding, a layer and the linear one behind it.
impl<F, A, B, C> Parameters<F> for (A, B, C)
where
    A: Parameters<F>,
    B: Parameters<F>,
    C: Parameters<F>,
{
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        [self.0.parameters(), self.1.parameters(), self.2.parameters()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        let (a, b, c) = (self.0.parameters_mut(), self.1.parameters_mut(), self.2.parameters_mut());
        [a, b, c].into_iter().flatten().collect()
    }
}
