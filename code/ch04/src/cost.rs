//! How much there is to compute, and how much of it must wait.

/// The cost of a computation on as many processors as one likes.
///
/// An operation on two numbers, a tanh included, is one piece of work and takes one round.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Operations in all.
    pub work: u64,
    /// Rounds: the longest chain of operations of which each waits for the one before.
    pub span: u64,
}

// ANCHOR: cost
impl Cost {
    /// One of these after the other: `a.then(b)`.
    pub fn then(self, next: Self) -> Self {
        Self { work: self.work + next.work, span: self.span + next.span }
    }

    /// This and another side by side.
    pub fn and(self, other: Self) -> Self {
        Self { work: self.work + other.work, span: self.span.max(other.span) }
    }

    /// So many of these side by side.
    pub fn beside(self, count: usize) -> Self {
        Self { work: count as u64 * self.work, ..self }
    }

    /// So many of these one after the other.
    pub fn in_a_row(self, count: usize) -> Self {
        Self { work: count as u64 * self.work, span: count as u64 * self.span }
    }
}

/// One operation on each of `n` numbers.
pub fn each(n: usize) -> Cost {
    Cost { work: n as u64, span: 1 }
}

/// `n` numbers added in pairs, pairs of pairs, and so on.
pub fn sum(n: usize) -> Cost {
    Cost { work: n as u64 - 1, span: n.next_power_of_two().ilog2().into() }
}

/// A matrix `[rows, columns]` times a vector: all products at once, then a sum in each row.
pub fn product(rows: usize, columns: usize) -> Cost {
    each(columns).then(sum(columns)).beside(rows)
}
// ANCHOR_END: cost

impl Cost {
    /// How many processors are busy on average if there is one for everything that need not wait:
    /// work over span. No number of processors is more than so many times as fast as one.
    pub fn parallelism(self) -> f64 {
        self.work as f64 / self.span as f64
    }

    /// How many times as fast as one processor so many of them are at least, if none is ever idle
    /// while something could be done.
    ///
    /// Source: Brent, *The parallel evaluation of general arithmetic expressions*, Journal of the
    /// ACM 21 (1974).
    pub fn speedup(self, processors: f64) -> f64 {
        let (work, span) = (self.work as f64, self.span as f64);
        work / (work / processors + span)
    }
}

/// A recurrent layer: `D` inputs, `H` units.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// D.
    pub input: usize,
    /// H.
    pub hidden: usize,
}

// ANCHOR: layers
impl Sizes {
    /// `W_ih x_t + b` of one step.
    pub fn projection(self) -> Cost {
        product(self.hidden, self.input).then(each(self.hidden))
    }

    /// `tanh(z_t + W_hh h)` of one step, whose `z_t` is known.
    pub fn recurrence(self) -> Cost {
        product(self.hidden, self.hidden).then(each(self.hidden)).then(each(self.hidden))
    }

    /// The layer over a sequence, one step after the other.
    pub fn in_a_loop(self, steps: usize) -> Cost {
        self.projection().beside(steps).then(self.recurrence().in_a_row(steps))
    }
}
// ANCHOR_END: layers

/// Self-attention over a sequence: three products for each step, then a score of each step for each,
/// scaled, a softmax in each row, and a weighted sum for each step.
pub fn attention(input: usize, size: usize, steps: usize) -> Cost {
    let projections = product(size, input).then(each(size)).beside(3 * steps);
    let softmax = each(steps).then(sum(steps)).then(each(steps)).beside(steps);
    let scores = product(steps, size).then(each(steps)).beside(steps);
    projections.then(scores).then(softmax).then(product(size, steps).beside(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_eight_takes_three_rounds_and_of_nine_four() {
        assert_eq!(sum(8), Cost { work: 7, span: 3 });
        assert_eq!(sum(9), Cost { work: 8, span: 4 });
        assert_eq!(sum(1), Cost::default());
    }

    #[test]
    fn a_product_of_matrix_and_vector() {
        // Two rows of four products and three additions.
        assert_eq!(product(2, 4), Cost { work: 14, span: 3 });
    }

    #[test]
    fn one_processor_is_no_faster_than_one_and_many_no_faster_than_the_span() {
        let cost = Cost { work: 1_000, span: 10 };
        assert!(cost.speedup(1.0) < 1.0);
        assert!((99.0..100.0).contains(&cost.speedup(1e9)));
        assert_eq!(cost.parallelism(), 100.0);
    }

    #[test]
    fn side_by_side_the_longer_one_counts() {
        let (short, long) = (Cost { work: 5, span: 1 }, Cost { work: 2, span: 3 });
        assert_eq!(short.and(long), Cost { work: 7, span: 3 });
        assert_eq!(short.then(long), Cost { work: 7, span: 4 });
    }

    #[test]
    fn only_the_recurrence_is_in_a_row() {
        let sizes = Sizes { input: 4, hidden: 2 };
        // Projection: 2 × (4 + 3) + 2 in 1 + 2 + 1 rounds. Recurrence: 2 × (2 + 1) + 4 in 4.
        assert_eq!(sizes.in_a_loop(3), Cost { work: 3 * 16 + 3 * 10, span: 4 + 3 * 4 });
    }

    #[test]
    fn attention_counted_by_hand() {
        // Queries, keys and values of four steps: 12 × (2 × (2 + 1) + 2) in 3 rounds. Scores: 16 of
        // 2 + 1 + 1 in 3. Softmax: 4 rows of 4 exponentials, 3 sums, 4 quotients in 1 + 2 + 1. Outputs: 8
        // of 4 + 3 in 3.
        let work = 12 * 8 + 16 * 4 + 4 * 11 + 8 * 7;
        assert_eq!(attention(2, 2, 4), Cost { work, span: 3 + 3 + 4 + 3 });
    }
}
