//! A network that only reads, with its weights made ready for products.

use std::iter::zip;

use ndarray::{Array3, ArrayRef3, ArrayViewMut3, Axis, Slice};

use crate::layers::{States, StatesRef};
use crate::pass::{check_results, joined, last_state, put_out};
use crate::shares::{half, share_count};
use crate::steps::Steps;
use crate::{Cell, Error, Layers};

/// A network together with its weights as the products read them: in `f32` in panels of some columns,
/// in `f64` transposed. Made by [`Layers::prepack`].
///
/// [`Layers::forward`] packs the weights at each call. Where calls are short, as when a text is
/// written character by character, that is most of the time, and here it is done once. The
/// weights are held twice as long as this lives; it borrows the network, so that they cannot change.
///
/// ```
/// # use ndarray::Array3;
/// # use rand::{SeedableRng, rngs::ChaCha8Rng};
/// # fn main() -> Result<(), rnn::Error> {
/// # let gru = rnn::Gru::<f32>::new(3, 4, &mut ChaCha8Rng::seed_from_u64(1))?;
/// let gru = gru.prepack()?;
/// let mut h = Array3::zeros((1, 1, 4));
/// for _ in 0..100 {
///     let (_output, [h_n]) = gru.forward(&Array3::ones((1, 1, 3)), Some([&h]))?;
///     h = h_n;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Prepacked<'a, C: Cell> {
    layers: &'a Layers<C>,
    /// For each pass.
    ready: Vec<C::Ready>,
}

impl<C: Cell> Layers<C> {
    /// The network with its weights packed once, for many calls.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward) which concern the weights.
    pub fn prepack(&self) -> Result<Prepacked<'_, C>, Error> {
        self.check_cells()?;
        Ok(Prepacked { layers: self, ready: self.ready() })
    }
}

impl<C: Cell> Prepacked<'_, C> {
    /// As [`Layers::forward`], to the bit.
    ///
    /// # Errors
    ///
    /// Those of [`Layers::forward`].
    pub fn forward(
        &self,
        x: &ArrayRef3<C::Real>,
        state: Option<StatesRef<'_, C>>,
    ) -> Result<(Array3<C::Real>, States<C>), Error> {
        self.read(x, None, state)
    }

    /// As [`Layers::forward_padded`], to the bit.
    ///
    /// # Errors
    ///
    /// Those of [`Layers::forward_padded`].
    pub fn forward_padded(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: &[usize],
        state: Option<StatesRef<'_, C>>,
    ) -> Result<(Array3<C::Real>, States<C>), Error> {
        self.read(x, Some(lengths), state)
    }

    fn read(
        &self,
        x: &ArrayRef3<C::Real>,
        lengths: Option<&[usize]>,
        state: Option<StatesRef<'_, C>>,
    ) -> Result<(Array3<C::Real>, States<C>), Error> {
        let (lengths, state) = self.layers.check(x, lengths, state)?;
        let state: Vec<_> = state.into_iter().collect();
        let mut output = self.layers.room(x);
        let spread = self.layers.is_long(x);
        let state = match share_count(lengths.len()) {
            shares if spread && shares > 1 => {
                self.in_shares(shares, x, &lengths, &state, output.view_mut())
            }
            _ => self.in_pieces(spread, x, &lengths, &state, output.view_mut()),
        };
        let state = C::state(|array| state[array].clone());
        check_results::<C>(&output, &state)?;
        Ok((output, state))
    }

    /// Reads sequences in so many shares, each on its own, into `output`. Returns the state after the
    /// last step, from that before the first.
    fn in_shares(
        &self,
        shares: usize,
        x: &ArrayRef3<C::Real>,
        lengths: &[usize],
        state: &[Array3<C::Real>],
        output: ArrayViewMut3<'_, C::Real>,
    ) -> Vec<Array3<C::Real>> {
        if shares == 1 {
            return self.in_pieces(false, x, lengths, state, output);
        }
        let [half, sequences] = half(shares, lengths.len());
        let (x, other_x) = x.view().split_at(Axis(0), sequences);
        let (lengths, other_lengths) = lengths.split_at(sequences);
        let (output, other_output) = output.split_at(Axis(0), sequences);
        let part = |of: Slice| -> Vec<Array3<C::Real>> {
            state.iter().map(|array| array.slice_axis(Axis(1), of).to_owned()).collect()
        };
        let (state, other_state) = (part((..sequences).into()), part((sequences..).into()));
        let (state, other_state) = rayon::join(
            || self.in_shares(half, &x, lengths, &state, output),
            || {
                let shares = shares - half;
                self.in_shares(shares, &other_x, other_lengths, &other_state, other_output)
            },
        );
        zip(state, other_state).map(|(one, other)| joined(Axis(1), vec![one, other])).collect()
    }

    /// Nothing is kept for the way back, so one direction reads in pieces: what a piece needs stays
    /// in the cache, and the next piece takes its place.
    fn in_pieces(
        &self,
        spread: bool,
        x: &ArrayRef3<C::Real>,
        lengths: &[usize],
        state: &[Array3<C::Real>],
        mut output: ArrayViewMut3<'_, C::Real>,
    ) -> Vec<Array3<C::Real>> {
        const ROWS: usize = 1 << 8;
        let Self { layers, ready } = self;
        let (batch_size, count, _) = x.dim();
        let piece = if layers.bidirectional { count } else { (ROWS / batch_size).clamp(1, count) };
        let mut state = C::state(|array| state[array].clone());
        for first in (0..count).step_by(piece) {
            let part = Slice::from(first..count.min(first + piece));
            let x = x.slice_axis(Axis(1), part);
            let left = |length: &usize| length.saturating_sub(first).min(x.len_of(Axis(1)));
            let steps = Steps::new(&x, lengths.iter().map(left).collect(), spread);
            let passes = layers.run(ready, steps, &state, false);
            put_out(layers.top(&passes), &mut output.slice_axis_mut(Axis(1), part));
            state = last_state(&passes);
        }
        state.into_iter().collect()
    }
}
