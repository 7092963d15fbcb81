//! A network of three LSTM layers, computed on the thread of its caller.

/// Numbers that a layer keeps.
pub const HIDDEN: usize = super::DIMENSIONS;
/// Rows of a layer's weights: input, forget, cell and output gate, as PyTorch orders them.
const GATES: usize = 4 * HIDDEN;
/// Products that are summed beside each other: enough to keep the units of a core busy.
const LANES: usize = 32;

/// One layer: weights row by row, [`GATES`] rows.
pub struct Layer {
    inputs: usize,
    /// Of the inputs: `GATES` × `inputs`.
    from_input: Vec<f32>,
    /// Of what it kept: `GATES` × `HIDDEN`.
    from_hidden: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    /// A layer; `None` if the weights are not as many as its `inputs` need. PyTorch has two biases, which are added.
    pub fn new(
        inputs: usize,
        from_input: Vec<f32>,
        from_hidden: Vec<f32>,
        (bias, other_bias): (&[f32], &[f32]),
    ) -> Option<Self> {
        let fits = from_input.len() == GATES * inputs
            && from_hidden.len() == GATES * HIDDEN
            && bias.len() == GATES
            && other_bias.len() == GATES;
        let bias = bias.iter().zip(other_bias).map(|(a, b)| a + b).collect();
        fits.then_some(Self {
            inputs,
            from_input,
            from_hidden,
            bias,
        })
    }

    /// What it gives for each step of `steps`, rows of its inputs: as many rows of [`HIDDEN`].
    pub fn run(&self, steps: &[f32]) -> Vec<f32> {
        let count = steps.len() / self.inputs;
        // Row by row, so that a row of weights is read once for all steps.
        let mut gates = vec![0.0; count * GATES];
        let rows = self.from_input.chunks_exact(self.inputs);
        for (row, (weights, bias)) in rows.zip(&self.bias).enumerate() {
            for (step, input) in steps.chunks_exact(self.inputs).enumerate() {
                gates[step * GATES + row] = bias + dot(weights, input);
            }
        }
        let mut outputs = Vec::with_capacity(count * HIDDEN);
        let (mut hidden, mut cell) = (vec![0.0; HIDDEN], vec![0.0; HIDDEN]);
        for gates in gates.chunks_exact_mut(GATES) {
            let rows = self.from_hidden.chunks_exact(HIDDEN);
            for (gate, weights) in gates.iter_mut().zip(rows) {
                *gate += dot(weights, &hidden);
            }
            for (n, (hidden, cell)) in hidden.iter_mut().zip(&mut cell).enumerate() {
                let gate = |which: usize| gates[which * HIDDEN + n];
                *cell = sigmoid(gate(1)) * *cell + sigmoid(gate(0)) * gate(2).tanh();
                *hidden = sigmoid(gate(3)) * cell.tanh();
            }
            outputs.extend_from_slice(&hidden);
        }
        outputs
    }
}

/// Sum of products of two rows of one length.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum = a.mul_add(*b, *sum);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(inputs: usize, input: f32, hidden: f32, bias: f32) -> Layer {
        let (from_input, from_hidden) = (vec![input; GATES * inputs], vec![hidden; GATES * HIDDEN]);
        let (bias, none) = (vec![bias; GATES], vec![0.0; GATES]);
        Layer::new(inputs, from_input, from_hidden, (&bias, &none)).unwrap()
    }

    #[test]
    fn a_step_is_what_its_gates_make_of_it() {
        let out = layer(40, 0.0, 0.0, 1.0).run(&[0.5; 40]);
        let open = sigmoid(1.0);
        let expected = open * (open * 1f32.tanh()).tanh();
        assert!(
            out.iter().all(|v| (v - expected).abs() < 1e-6),
            "{}",
            out[0]
        );
    }

    #[test]
    fn what_was_kept_counts_in_the_next_step() {
        let remembers = layer(40, 0.01, 0.01, 0.0).run(&[1.0; 80]);
        let forgets = layer(40, 0.01, 0.0, 0.0).run(&[1.0; 80]);
        assert!((remembers[0] - forgets[0]).abs() < 1e-6);
        assert!(remembers[HIDDEN] > forgets[HIDDEN]);
    }

    #[test]
    fn sums_of_any_length_are_whole() {
        for length in [0, 1, 31, 32, 33, 40, 256] {
            let ones = vec![1.0; length];
            assert!((dot(&ones, &ones) - length as f32).abs() < 1e-6);
        }
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        assert!(Layer::new(40, vec![0.0; 7], Vec::new(), (&[], &[])).is_none());
    }
}
