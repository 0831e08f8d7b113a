//! The arrays that training changes.

use ndarray::{ArrayBase, ArrayViewD, ArrayViewMutD};

/// Something with weights and biases: a cell, a layer, or two or three of them.
///
/// A gradient has the shape of what it belongs to, so gradients are of the same types: that of an
/// [`RnnCell`](crate::RnnCell) is an `RnnCell`.
///
/// Sources: PyTorch's `Module.named_parameters()` and `Module.parameters()`, both in the same order.
pub trait Parameters<F> {
    /// The arrays in PyTorch's order, each with its name there: `weight_ih_l0`, … No two have the
    /// same name. The names are those of the tensors in a file: see [`save_model`](crate::save_model).
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)>;

    /// The same arrays in the same order, to be changed.
    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)>;

    /// The arrays alone.
    fn parameters(&self) -> Vec<ArrayViewD<'_, F>> {
        self.named_parameters().into_iter().map(|(_, array)| array).collect()
    }

    /// The arrays alone, to be changed.
    fn parameters_mut(&mut self) -> Vec<ArrayViewMutD<'_, F>> {
        self.named_parameters_mut().into_iter().map(|(_, array)| array).collect()
    }

    /// The number of weights and biases, counted in the arrays.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(ArrayBase::len).sum()
    }
}

/// Implements [`Parameters`] for a struct of arrays, which it lists by PyTorch's names.
macro_rules! named_parameters {
    ($model:ident { $($name:literal: $field:ident),+ }) => {
        impl<F: $crate::Real> $crate::Parameters<F> for $model<F> {
            fn named_parameters(&self) -> Vec<(String, ndarray::ArrayViewD<'_, F>)> {
                vec![$(($name.into(), self.$field.view().into_dyn())),+]
            }

            fn named_parameters_mut(&mut self) -> Vec<(String, ndarray::ArrayViewMutD<'_, F>)> {
                vec![$(($name.into(), self.$field.view_mut().into_dyn())),+]
            }
        }
    };
}
pub(crate) use named_parameters;

/// The parameters of a model's parts, one part after the other, under the names that they have in
/// the model: where it calls the part `module`, `module.weight_ih_l0`, …
pub fn in_modules<V, const N: usize>(modules: [(&str, Vec<(String, V)>); N]) -> Vec<(String, V)> {
    let in_module = |(module, parameters): (&str, Vec<(String, V)>)| {
        let named = |(name, array)| (format!("{module}.{name}"), array);
        parameters.into_iter().map(named).collect::<Vec<_>>()
    };
    modules.into_iter().flat_map(in_module).collect()
}

/// A model of two parts, such as a recurrent layer and the linear one behind it: first all arrays
/// of the one, then all of the other. Their names are those of a `torch.nn.ModuleList` or
/// `torch.nn.Sequential`: `0.weight_ih_l0`, …, `1.weight`, `1.bias`.
impl<F, A: Parameters<F>, B: Parameters<F>> Parameters<F> for (A, B) {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        let (a, b) = self;
        in_modules([("0", a.named_parameters()), ("1", b.named_parameters())])
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        let (a, b) = self;
        in_modules([("0", a.named_parameters_mut()), ("1", b.named_parameters_mut())])
    }
}

/// A model of three parts, such as an embedding, a layer and the linear one behind it.
impl<F, A: Parameters<F>, B: Parameters<F>, C: Parameters<F>> Parameters<F> for (A, B, C) {
    fn named_parameters(&self) -> Vec<(String, ArrayViewD<'_, F>)> {
        let (a, b, c) = self;
        let (a, b, c) = (a.named_parameters(), b.named_parameters(), c.named_parameters());
        in_modules([("0", a), ("1", b), ("2", c)])
    }

    fn named_parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, F>)> {
        let (a, b, c) = self;
        let (a, b, c) =
            (a.named_parameters_mut(), b.named_parameters_mut(), c.named_parameters_mut());
        in_modules([("0", a), ("1", b), ("2", c)])
    }
}
