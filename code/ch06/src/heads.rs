//! From the states of all steps to one vector for each sequence.

use ndarray::{Array2, Array3, ArrayRef2, Axis};

/// How a head makes one vector of many states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The state of the last step.
    Last,
    /// The mean over the steps.
    Mean,
    /// The largest value of each unit over the steps.
    Max,
}

impl Pooling {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Last, Self::Mean, Self::Max];

    /// One vector for each sequence, `[N, H]`, of the states `output` `[N, T, H]` of all steps.
    /// Steps behind the end of a sequence do not count.
    ///
    /// # Panics
    /// Where a length is zero or more than T.
    // ANCHOR: pool
    pub fn pool(self, output: &Array3<f64>, lengths: &[usize]) -> Array2<f64> {
        let mut pooled = Array2::zeros((lengths.len(), output.len_of(Axis(2))));
        for (n, &length) in lengths.iter().enumerate() {
            let (states, _padding) = output.index_axis(Axis(0), n).split_at(Axis(0), length);
            pooled.row_mut(n).assign(&match self {
                Self::Last => states.row(length - 1).to_owned(),
                Self::Mean => states.sum_axis(Axis(0)) / length as f64,
                Self::Max => states.fold_axis(Axis(0), f64::NEG_INFINITY, |max, h| max.max(*h)),
            });
        }
        pooled
    }
    // ANCHOR_END: pool
}

/// How many different steps the largest values of the units come from, in states `[T, H]`.
pub fn steps_of_max(states: &ArrayRef2<f64>) -> usize {
    let mut steps: Vec<usize> = states
        .axis_iter(Axis(1))
        .map(|unit| (0..unit.len()).max_by(|a, b| unit[*a].total_cmp(&unit[*b])).unwrap_or(0))
        .collect();
    steps.sort_unstable();
    steps.dedup();
    steps.len()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn poolings_worked_out_by_hand() {
        let output = array![[[1.0, -3.0], [3.0, -5.0], [0.0, 0.0]]]; // two steps and padding
        let pooled = Pooling::ALL.map(|pooling| pooling.pool(&output, &[2]));
        assert_eq!(pooled, [array![[3.0, -5.0]], array![[2.0, -4.0]], array![[3.0, -3.0]]]);
        assert_eq!(steps_of_max(&output.index_axis(Axis(0), 0)), 2);
    }
}
