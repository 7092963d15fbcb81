//! Cross-correlation: where a known sound lies in a recording, to a fraction of a sample.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// Sum of products of `template` with `signal` at each lag at which it lies wholly within; empty if
/// it is longer than the signal.
pub fn products(template: &[f32], signal: &[f32]) -> Vec<f32> {
    let Some(lags) = (signal.len() + 1).checked_sub(template.len()) else {
        return Vec::new();
    };
    let size = signal.len().next_power_of_two().max(2);
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );
    let spectrum = |samples: &[f32]| -> Vec<Complex<f32>> {
        let mut padded = samples.to_vec();
        padded.resize(size, 0.0);
        let mut bins = forward.make_output_vec();
        forward
            .process(&mut padded, &mut bins)
            .expect("both have the lengths that the transform asked for");
        bins
    };
    let (mut bins, known) = (spectrum(signal), spectrum(template));
    for (bin, known) in bins.iter_mut().zip(&known) {
        *bin *= known.conj();
    }
    // Rounding may leave a trace of what a real signal does not have there.
    let last = bins.len() - 1;
    (bins[0].im, bins[last].im) = (0.0, 0.0);
    let mut found = inverse.make_output_vec();
    inverse
        .process(&mut bins, &mut found)
        .expect("both have the lengths that the transform asked for");
    found.truncate(lags);
    found.iter_mut().for_each(|p| *p /= size as f32);
    found
}

/// [`products`] divided by the levels of both: -1 to 1 at each lag.
pub fn normalized(template: &[f32], signal: &[f32]) -> Vec<f32> {
    let mut found = products(template, signal);
    let energy = |samples: &[f32]| samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
    let known = energy(template);
    // Silence correlates with nothing: a millionth of the loudest place is silence.
    let whole = energy(signal) * template.len() as f64 / signal.len().max(1) as f64;
    let floor = (whole * 1e-6).max(1e-12);
    let mut heard = energy(&signal[..template.len().min(signal.len())]);
    for lag in 0..found.len() {
        found[lag] = (f64::from(found[lag]) / (known * heard.max(floor)).sqrt()) as f32;
        if let Some(next) = signal.get(lag + template.len()) {
            heard += f64::from(*next).powi(2) - f64::from(signal[lag]).powi(2);
        }
    }
    found
}

/// Where a curve's largest magnitude within a range lies, by a parabola through it and its
/// neighbours. `None` of an empty range.
pub fn peak_within(curve: &[f32], range: std::ops::Range<usize>) -> Option<(f64, f32)> {
    let range = range.start.min(curve.len())..range.end.min(curve.len());
    let at = range.max_by(|a, b| curve[*a].abs().total_cmp(&curve[*b].abs()))?;
    let value = |n: usize| f64::from(curve[n]) * f64::from(curve[at].signum());
    let peak = value(at);
    if at == 0 || at + 1 == curve.len() {
        return Some((at as f64, curve[at]));
    }
    let (before, after) = (value(at - 1), value(at + 1));
    let bend = before - 2.0 * peak + after;
    // At the border of a range it need not be a peak.
    let offset = if bend < 0.0 {
        (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    };
    Some((at as f64 + offset, curve[at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::noise::Noise;

    fn noise(seed: u64, samples: usize, level: f32) -> Vec<f32> {
        let mut noise = Noise::new(seed);
        (0..samples).map(|_| noise.gaussian() * level).collect()
    }

    #[test]
    fn products_are_those_of_the_definition() {
        let (template, signal) = (noise(1, 50, 1.0), noise(2, 333, 1.0));
        let found = products(&template, &signal);
        assert_eq!(found.len(), 284);
        for (lag, found) in found.iter().enumerate() {
            let heard = &signal[lag..lag + 50];
            let sum: f32 = template.iter().zip(heard).map(|(a, b)| a * b).sum();
            assert!((sum - found).abs() < 1e-3, "{lag}: {sum} {found}");
        }
    }

    #[test]
    fn a_copy_correlates_fully_whatever_its_level_and_polarity() {
        let template = noise(1, 500, 1.0);
        let mut signal = noise(2, 4_000, 1e-4);
        for (heard, known) in signal[1_234..].iter_mut().zip(&template) {
            *heard -= known * 0.01;
        }
        let curve = normalized(&template, &signal);
        let (at, correlation) = peak_within(&curve, 0..curve.len()).unwrap();
        assert!((at - 1_234.0).abs() < 0.1, "{at}");
        assert!((-1.001..-0.99).contains(&correlation), "{correlation}");
    }

    #[test]
    fn a_sound_between_two_samples_is_found_there() {
        let tone = |shift: f64| -> Vec<f32> {
            let at = |n: usize| (n as f64 - 500.0 - shift) / 20.0;
            (0..1_000)
                .map(|n| ((-at(n).powi(2)).exp() * (at(n) * 6.0).cos()) as f32)
                .collect()
        };
        let template = &tone(0.0)[300..700];
        let curve = normalized(template, &tone(0.3));
        let (at, _) = peak_within(&curve, 0..curve.len()).unwrap();
        assert!((at - 300.3).abs() < 0.02, "{at}");
    }

    #[test]
    fn silence_and_what_is_too_short_hold_nothing() {
        let template = noise(1, 100, 1.0);
        assert!(products(&template, &[0.0; 99]).is_empty());
        assert!(
            normalized(&template, &[0.0; 200])
                .iter()
                .all(|c| c.abs() < 1e-3)
        );
    }
}
