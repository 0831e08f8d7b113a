//! The arrays that training changes.

use ndarray::{ArrayBase, ArrayViewD, ArrayViewMutD};

/// Something with weights and biases: a cell, a layer, or two or three of them.
///
/// A gradient has the shape of what it belongs to, so gradients are of the same types: that of an
/// [`RnnCell`](crate::RnnCell) is an `RnnCell`.
///
/// Sources: PyTorch's `Module.parameters()` and, with names, `Module.named_parameters()`, both in
/// the same order.
pub trait Parameters<F> {
    /// The arrays, in PyTorch's order.
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>>;

    /// The same arrays in the same order, to be changed.
    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>>;

    /// PyTorch's names of the same arrays in the same order, each another: `weight_ih_l0`, … They are
    /// the names of the tensors in a file: see [`save_model`](crate::save_model).
    fn names(&self) -> Vec<String>;

    /// The names that they have as part of a larger model, where it calls the part `module`:
    /// `module.weight_ih_l0`, …
    fn names_in(&self, module: &str) -> Vec<String> {
        self.names().into_iter().map(|name| format!("{module}.{name}")).collect()
    }

    /// The number of weights and biases, counted in the arrays.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(ArrayBase::len).sum()
    }
}

/// A model of two parts, such as a recurrent layer and the linear one behind it: first all arrays
/// of the one, then all of the other. Their names are those of a `torch.nn.ModuleList` or
/// `torch.nn.Sequential`: `0.weight_ih_l0`, …, `1.weight`, `1.bias`.
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

    fn names(&self) -> Vec<String> {
        [self.0.names_in("0"), self.1.names_in("1")].concat()
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

    fn names(&self) -> Vec<String> {
        [self.0.names_in("0"), self.1.names_in("1"), self.2.names_in("2")].concat()
    }
}
