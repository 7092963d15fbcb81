//! Whether what the model wrote was said at all. Whisper was trained to write something: given
//! silence or noise it invents, or says one thing over and over.

/// Below this peak there is nothing to transcribe. Full scale 1: -55 dBFS.
const SILENCE: f32 = 1.78e-3;

/// Probability that there is no speech from which on a doubtful text is none (OpenAI's value).
const NO_SPEECH: f32 = 0.6;
/// Mean log probability of a token below which a text is doubtful (OpenAI's value).
pub const DOUBTFUL: f32 = -1.0;
/// The same below which a text is none whatever the model thinks of speech: each token was chosen
/// against odds of four to one. Chosen, not measured on people.
const NONSENSE: f32 = -1.5;

/// Whether there is sound at all.
pub fn is_silent(samples: &[f32]) -> bool {
    samples.iter().all(|sample| sample.abs() < SILENCE)
}

/// Whether the model had reason to write these tokens. How probable it is that nobody speaks is asked
/// only where that decides.
pub fn is_speech(log_probabilities: &[f32], no_speech: impl FnOnce() -> f32) -> bool {
    if log_probabilities.is_empty() {
        return false;
    }
    let mean = log_probabilities.iter().sum::<f32>() / log_probabilities.len() as f32;
    mean >= NONSENSE && (mean >= DOUBTFUL || no_speech() < NO_SPEECH)
}

/// The probability that softmax gives to one of the logits.
pub fn probability(logits: &[f32], of: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    logits.get(of).map_or(0.0, |logit| (logit - most).exp()) / sum
}

/// Said so often in a row, a thing is a loop of the decoder.
const LOOP: usize = 5;
/// Longest thing that is looked for. Tokens.
const LONGEST: usize = 24;
/// Nobody says a sentence twice so fast: then one repetition is enough. Tokens a second, and a sentence's.
const FASTEST: f32 = 6.0;
const SENTENCE: usize = 4;

/// How many of the tokens to keep, which are said to be in so many seconds of audio: all, or those before the
/// model began to repeat itself and one round of the repetition. It does so to its end: who goes on after
/// "no, no, no, no" is a person.
pub fn before_loop(tokens: &[i32], seconds: f32) -> usize {
    let too_fast = tokens.len() as f32 > FASTEST * seconds;
    for period in 1..=LONGEST {
        let pairs = tokens.iter().rev().zip(tokens.iter().rev().skip(period));
        let same = pairs
            .take_while(|(later, earlier)| later == earlier)
            .count();
        let rounds = if too_fast && period >= SENTENCE {
            2
        } else {
            LOOP
        };
        if same >= period * (rounds - 1) {
            return tokens.len() - same;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_is_silent_and_a_whisper_is_not() {
        assert!(is_silent(&[]));
        assert!(is_silent(&[0.001, -0.001]));
        assert!(!is_silent(&[0.0, -0.01]));
    }

    #[test]
    fn a_doubtful_text_needs_speech_and_nonsense_is_none_with_it() {
        let needless = || unreachable!("it decides nothing");
        assert!(is_speech(&[-0.1, -0.2], needless));
        assert!(!is_speech(&[-1.2, -1.2], || 0.9));
        assert!(is_speech(&[-1.2, -1.2], || 0.1));
        assert!(!is_speech(&[-2.0, -1.8], needless));
        assert!(!is_speech(&[], needless));
    }

    #[test]
    fn a_loop_is_cut_to_its_first_round() {
        assert_eq!(before_loop(&[9, 1, 1, 1, 1, 1], 60.0), 2);
        assert_eq!(before_loop(&[9, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], 60.0), 3);
        assert_eq!(before_loop(&[1, 1, 1, 1], 60.0), 4);
        assert_eq!(before_loop(&[], 60.0), 0);
    }

    #[test]
    fn a_sentence_said_twice_is_a_loop_where_nobody_could_say_it_twice() {
        let twice = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5];
        assert_eq!(before_loop(&twice, 3.0), 10);
        assert_eq!(before_loop(&twice, 1.5), 5);
        // The third round was cut off.
        assert_eq!(before_loop(&[&twice[..], &[1, 2]].concat(), 1.5), 5);
    }

    #[test]
    fn what_is_said_after_a_repetition_is_kept_with_it() {
        assert_eq!(before_loop(&[1, 1, 1, 1, 1, 1, 2], 60.0), 7);
    }

    #[test]
    fn a_probability_is_a_share_of_all() {
        assert_eq!(probability(&[1.0, 1.0, 1.0, 1.0], 2), 0.25);
        assert!(probability(&[0.0, 1_000.0], 1) > 0.999);
        assert_eq!(probability(&[0.0], 7), 0.0);
    }
}
