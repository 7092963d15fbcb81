//! A head learns: windows with labels in, a network out. Plain Adam on two layers, from a seed.

use fastrand::Rng;

use crate::wake::{EMBEDDING, Embedding, Layers};

/// Windows of recordings, and where in them the phrase has just been said.
#[derive(Debug, Default)]
pub struct Examples {
    windows: Vec<Embedding>,
    /// Last windows of examples with the phrase...
    with: Vec<usize>,
    /// ...and without.
    without: Vec<usize>,
    /// How many windows an example has.
    length: usize,
}

/// How it learns.
#[derive(Debug, Clone, Copy)]
pub struct Fitting {
    /// Units of the first layer.
    pub units: usize,
    /// Steps of Adam.
    pub steps: usize,
    /// The seed of everything that is drawn.
    pub seed: u64,
}

impl Default for Fitting {
    fn default() -> Self {
        Self {
            units: 32,
            steps: 9_000,
            seed: 1,
        }
    }
}

/// Steps after the phrase's end at which an example has it: the newest window ends 0 to 0.24 s after.
const JUST_SAID: std::ops::RangeInclusive<i64> = 0..=3;
/// Steps around that in which nothing is learnt.
const UNCLEAR: std::ops::RangeInclusive<i64> = -2..=9;

impl Examples {
    /// None yet; each will have so many windows.
    pub fn new(length: usize) -> Self {
        Self {
            length,
            ..Self::default()
        }
    }

    /// Takes a recording's windows, in a row. `end_step` is the first whose sound has all of the phrase, if it has the
    /// phrase.
    pub fn add(&mut self, windows: &[Embedding], end_step: Option<usize>) {
        let first = self.windows.len();
        self.windows.extend_from_slice(windows);
        for last in self.length.saturating_sub(1)..windows.len() {
            let after = end_step.map(|end| last as i64 - end as i64);
            match after {
                Some(after) if JUST_SAID.contains(&after) => self.with.push(first + last),
                Some(after) if UNCLEAR.contains(&after) => {}
                Some(_) | None => self.without.push(first + last),
            }
        }
    }

    /// How many examples have the phrase, and how many have not.
    pub fn counts(&self) -> (usize, usize) {
        (self.with.len(), self.without.len())
    }

    fn input(&self, last: usize, normal: &[(f32, f32)], input: &mut [f32]) {
        let first = last + 1 - self.length;
        let windows = &self.windows[first..=last];
        for (window, input) in windows.iter().zip(input.chunks_mut(EMBEDDING)) {
            let numbers = window.iter().zip(normal).zip(input);
            for ((number, (mean, scale)), input) in numbers {
                *input = (number - mean) * scale;
            }
        }
    }

    /// Mean and inverse deviation of each number of a window.
    fn normal(&self) -> Vec<(f32, f32)> {
        let count = self.windows.len().max(1) as f64;
        let of = |n: usize| {
            let numbers = || self.windows.iter().map(move |window| f64::from(window[n]));
            let mean = numbers().sum::<f64>() / count;
            let variance = numbers().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            (mean as f32, (1.0 / variance.sqrt().max(1e-3)) as f32)
        };
        (0..EMBEDDING).map(of).collect()
    }
}

/// Of a batch, how many examples have the phrase, how many are drawn from all others, and how many from the hardest.
const BATCH: (usize, usize, usize) = (24, 40, 32);
/// The hardest examples without the phrase are looked for so often.
const ROUNDS: usize = 6;
/// How many of them there are.
const HARDEST: usize = 6_000;
const LEARNING_RATE: f32 = 1e-3;
const WEIGHT_DECAY: f32 = 2e-2;
/// A mistake about an example without the phrase counts more: there are hours of those.
const COUNTS: (f32, f32) = (1.0, 1.5);
/// Deviation of the noise that is added to what it learns from.
const JITTER: f32 = 0.15;
/// What it learns is not quite certain.
const SMOOTH: f32 = 0.02;

/// Learns the examples. `told` hears of each round: its number, how many there are, and the mean loss.
pub fn fit(
    examples: &Examples,
    fitting: Fitting,
    mut told: impl FnMut(usize, usize, f32),
) -> Layers {
    let mut rng = Rng::with_seed(fitting.seed);
    let normal = examples.normal();
    let inputs = examples.length * EMBEDDING;
    let mut network = Network::new(inputs, fitting.units, &mut rng);
    let mut input = vec![0.0f32; inputs];
    let mut hardest = examples.without.clone();
    if examples.with.is_empty() || examples.without.is_empty() {
        return network.layers(normal);
    }
    for round in 0..ROUNDS {
        let steps = fitting.steps / ROUNDS;
        let mut loss = 0.0;
        for step in 0..steps {
            let (with, without, hard) = BATCH;
            for n in 0..with + without + hard {
                let (list, label) = match n {
                    n if n < with => (&examples.with, 1.0),
                    n if n < with + without => (&examples.without, 0.0),
                    _ => (&hardest, 0.0),
                };
                examples.input(list[rng.usize(..list.len())], &normal, &mut input);
                for number in &mut input {
                    *number += JITTER * (rng.f32() + rng.f32() + rng.f32() - 1.5) * 2.0;
                }
                loss += network.learn(&input, label);
            }
            // Smaller and smaller steps.
            let done = (round * steps + step) as f32 / (ROUNDS * steps) as f32;
            let rate = LEARNING_RATE * (1.0 - done).max(0.02);
            network.step(rate, (with + without + hard) as f32);
        }
        let batch = (BATCH.0 + BATCH.1 + BATCH.2) as f32;
        told(round + 1, ROUNDS, loss / (steps as f32 * batch));
        if round + 1 < ROUNDS {
            hardest = hardest_of(examples, &network.layers(normal.clone()), &mut input);
        }
    }
    network.layers(normal)
}

fn hardest_of(examples: &Examples, layers: &Layers, input: &mut [f32]) -> Vec<usize> {
    let mut scored: Vec<(f32, usize)> = Vec::with_capacity(examples.without.len());
    for last in &examples.without {
        examples.input(*last, &layers.normal, input);
        scored.push((layers.probability(input), *last));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.truncate(HARDEST);
    scored.into_iter().map(|(_, last)| last).collect()
}

/// A weight, its gradient in this batch, and Adam's two means of it.
#[derive(Default, Clone)]
struct Weights {
    value: Vec<f32>,
    gradient: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Weights {
    fn new(value: Vec<f32>) -> Self {
        let zeros = vec![0.0; value.len()];
        Self {
            gradient: zeros.clone(),
            first: zeros.clone(),
            second: zeros,
            value,
        }
    }

    /// D. P. Kingma, J. Ba: Adam (2015), with the decay of weights apart (Loshchilov and Hutter, 2019).
    fn step(&mut self, rate: f32, count: f32, time: i32, decay: f32) {
        let (b1, b2) = (0.9f32, 0.999f32);
        let (c1, c2) = (1.0 - b1.powi(time), 1.0 - b2.powi(time));
        let moments = self.first.iter_mut().zip(&mut self.second);
        let weights = self.value.iter_mut().zip(&mut self.gradient).zip(moments);
        for ((value, gradient), (first, second)) in weights {
            let g = *gradient / count;
            *first = b1 * *first + (1.0 - b1) * g;
            *second = b2 * *second + (1.0 - b2) * g * g;
            *value -= rate * ((*first / c1) / ((*second / c2).sqrt() + 1e-8) + decay * *value);
            *gradient = 0.0;
        }
    }
}

struct Network {
    inputs: usize,
    units: Weights,
    unit_biases: Weights,
    weights: Weights,
    bias: Weights,
    outputs: Vec<f32>,
    time: i32,
}

impl Network {
    fn new(inputs: usize, units: usize, rng: &mut Rng) -> Self {
        // He et al. (2015): the variance of what goes on is that of what came.
        let scale = (2.0 / inputs as f32).sqrt() * 3f32.sqrt();
        let draw = |rng: &mut Rng, scale: f32| scale * (rng.f32() * 2.0 - 1.0);
        let first = (0..inputs * units).map(|_| draw(rng, scale)).collect();
        let second = (0..units).map(|_| draw(rng, 0.3)).collect();
        Self {
            inputs,
            units: Weights::new(first),
            unit_biases: Weights::new(vec![0.0; units]),
            weights: Weights::new(second),
            bias: Weights::new(vec![-1.0]),
            outputs: vec![0.0; units],
            time: 0,
        }
    }

    /// Adds an example's gradient; its loss.
    fn learn(&mut self, input: &[f32], label: f32) -> f32 {
        let rows = self.units.value.chunks(self.inputs);
        let rows = rows.zip(&self.unit_biases.value).zip(&mut self.outputs);
        for ((row, bias), output) in rows {
            let products = row.as_chunks::<8>().0.iter().zip(input.as_chunks::<8>().0);
            let mut lanes = [0.0f32; 8];
            for (a, b) in products {
                for n in 0..8 {
                    lanes[n] += a[n] * b[n];
                }
            }
            *output = (lanes.iter().sum::<f32>() + bias).max(0.0);
        }
        let sum = self.outputs.iter().zip(&self.weights.value);
        let sum: f32 = sum.map(|(o, w)| o * w).sum::<f32>() + self.bias.value[0];
        let probability = 1.0 / (1.0 + (-sum).exp());
        let (target, counts) = if label > 0.5 {
            (1.0 - SMOOTH, COUNTS.0)
        } else {
            (0.0, COUNTS.1)
        };
        let wrong = counts * (probability - target);
        self.bias.gradient[0] += wrong;
        for unit in 0..self.outputs.len() {
            let output = self.outputs[unit];
            if output <= 0.0 {
                continue;
            }
            self.weights.gradient[unit] += wrong * output;
            let back = wrong * self.weights.value[unit];
            self.unit_biases.gradient[unit] += back;
            let row = unit * self.inputs..(unit + 1) * self.inputs;
            let gradients = self.units.gradient[row].iter_mut().zip(input);
            gradients.for_each(|(gradient, input)| *gradient += back * input);
        }
        let likely = if label > 0.5 {
            probability
        } else {
            1.0 - probability
        };
        -likely.max(1e-7).ln()
    }

    fn step(&mut self, rate: f32, count: f32) {
        self.time += 1;
        self.units.step(rate, count, self.time, WEIGHT_DECAY);
        self.unit_biases.step(rate, count, self.time, 0.0);
        self.weights.step(rate, count, self.time, WEIGHT_DECAY);
        self.bias.step(rate, count, self.time, 0.0);
    }

    fn layers(&self, normal: Vec<(f32, f32)>) -> Layers {
        let rows = self.units.value.chunks(self.inputs);
        Layers {
            normal,
            units: rows.map(<[f32]>::to_vec).collect(),
            unit_biases: self.unit_biases.value.clone(),
            weights: self.weights.value.clone(),
            bias: self.bias.value[0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_what_sets_examples_apart() {
        let mut rng = Rng::with_seed(5);
        let mut examples = Examples::new(2);
        for n in 0..200 {
            let with = n % 2 == 0;
            let mut windows = vec![[0.0f32; EMBEDDING]; 6];
            for window in &mut windows {
                window
                    .iter_mut()
                    .for_each(|number| *number = rng.f32() - 0.5);
            }
            if with {
                (windows[3][7], windows[2][9]) = (3.0, -3.0);
            }
            examples.add(&windows, with.then_some(3));
        }
        let fitting = Fitting {
            units: 8,
            steps: 900,
            seed: 1,
        };
        let layers = fit(&examples, fitting, |_, _, _| {});
        let mut input = vec![0.0; 2 * EMBEDDING];
        let mut score = |last: usize| {
            examples.input(last, &layers.normal, &mut input);
            layers.probability(&input)
        };
        assert!(score(3) > 0.6, "{}", score(3));
        assert!(score(9) < 0.3, "{}", score(9));
    }

    #[test]
    fn around_the_phrases_end_nothing_is_learnt_as_silence() {
        let mut examples = Examples::new(4);
        examples.add(&[[0.0; EMBEDDING]; 30], Some(10));
        // Steps 10 to 13 have it; 8, 9 and 14 to 19 are unclear; 3 to 7 and 20 to 29 have not.
        assert_eq!(examples.counts(), (4, 15));
    }
}
