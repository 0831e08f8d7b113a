//! What a graphics card is told to do for a layer, counted. The kernels are in `code/gpu`.

/// How the steps of a layer are launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launched {
    /// A launch for each operation of each step: `W_ih x + b_ih`, `W_hh h + b_hh`, their sum, tanh.
    EachOperation,
    /// A launch for all inputs, and then one for each step.
    EachStep,
    /// A launch for all inputs, and one for all steps.
    AllAtOnce,
}

/// How many sequences share a weight that a kernel for one step has fetched.
pub const SEQUENCES_A_FETCH: usize = 8;

impl Launched {
    /// The launches for so many steps. The sequences of a batch need no more.
    pub fn launches(self, steps: usize) -> usize {
        match self {
            Self::EachOperation => 4 * steps,
            Self::EachStep => 1 + steps,
            Self::AllAtOnce => 2,
        }
    }

    /// How often each weight of `W_hh` is fetched into a thread.
    pub fn fetches(self, steps: usize, batch: usize) -> usize {
        match self {
            Self::EachOperation => steps * batch,
            Self::EachStep => steps * batch.div_ceil(SEQUENCES_A_FETCH),
            Self::AllAtOnce => batch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_steps_of_nine_sequences_counted_by_hand() {
        let count = |way: Launched| (way.launches(3), way.fetches(3, 1), way.fetches(3, 9));
        assert_eq!(count(Launched::EachOperation), (12, 3, 27));
        assert_eq!(count(Launched::EachStep), (4, 3, 6));
        assert_eq!(count(Launched::AllAtOnce), (2, 1, 9));
    }
}
