//! Whole recordings: cut where they are quiet, decoded piece by piece.

use super::{Recognizer, SttError, Utterance, UtteranceConfig};
use crate::audio::frame::SPEECH_RATE;
use crate::audio::wav::Clip;

/// Audio is handed over in steps of this many samples, so that cuts are found as they would be
/// live.
const STEP: usize = SPEECH_RATE as usize;

/// Transcribes a recording of any length and rate.
pub fn transcribe_clip(engine: &mut dyn Recognizer, clip: &Clip) -> Result<String, SttError> {
    let clip = clip
        .at_rate(SPEECH_RATE)
        .map_err(|e| SttError::Run(e.to_string()))?;
    let mut utterance = Utterance::begin(UtteranceConfig::default(), &[]);
    for step in clip.samples.chunks(STEP) {
        utterance.push(step);
        while let Some(cut) = utterance.cut_anyway() {
            let text = engine.transcribe(&utterance.open()[cut.clone()], &|| false)?;
            utterance.commit(cut.end, text.unwrap_or_default());
        }
    }
    let text = engine.transcribe(utterance.open(), &|| false)?;
    Ok(utterance.text_with(&text.unwrap_or_default()))
}
