//! What the callbacks give and take, without a device.

use super::*;

fn play(callback: &mut RenderCallback, frames: usize) -> Vec<f32> {
    let mut out = vec![0.0f32; frames];
    callback.process(&mut out, 1);
    out
}

#[test]
fn capture_mixes_channels_down_to_their_mean() {
    let (mut callback, mut end) = capture_path(48_000);
    callback.process(&[16384i16, 0, -16384, -16384], 2);
    let mut mono = [0.0; 2];
    end.ring.pop_slice(&mut mono);
    assert_eq!(mono, [0.25, -0.5]);
}

#[test]
fn capture_reads_what_is_no_number_as_silence_and_counts_it() {
    let (mut callback, mut end) = capture_path(48_000);
    callback.process(&[f32::NAN, f32::INFINITY, 0.5], 1);
    let mut mono = [9.0; 3];
    end.ring.pop_slice(&mut mono);
    assert_eq!(mono, [0.0, 0.0, 0.5]);
    assert_eq!(end.counters.not_finite.load(Ordering::Relaxed), 2);
}

#[test]
fn capture_counts_what_a_full_ring_loses() {
    let (mut callback, end) = capture_path(100);
    callback.process(&[0.0f32; 450], 1);
    assert_eq!(end.counters.overrun_frames.load(Ordering::Relaxed), 50);
}

#[test]
fn a_stop_fades_within_ten_milliseconds_and_discards_the_rest() {
    let (mut callback, mut end, _tap) = render_path(48_000);
    end.ring.push_slice(&[0.5; 4800]);
    assert!(play(&mut callback, 480).iter().all(|s| *s == 0.5));
    end.control.request_stop();
    assert!(!end.control.stopped());
    let faded = play(&mut callback, 960);
    assert!(faded.windows(2).all(|pair| pair[1] <= pair[0] + 1e-6));
    assert!(faded[490..].iter().all(|s| *s == 0.0));
    assert!(end.control.stopped());
    assert_eq!(end.queued(), 0);
    assert!(end.control.consumed() < 480 + 490);
}

#[test]
fn an_empty_ring_is_an_underrun_only_in_the_middle_of_speech() {
    let (mut callback, end, _tap) = render_path(48_000);
    play(&mut callback, 480);
    assert_eq!(end.control.underruns(), 0);
    end.control.expect_samples(true);
    play(&mut callback, 480);
    assert_eq!(end.control.underruns(), 1);
}

#[test]
fn a_driver_that_was_not_served_in_time_leaves_a_gap_in_the_middle_of_speech() {
    let (_callback, end, _tap) = render_path(48_000);
    end.control.note_xrun();
    assert_eq!(end.control.gaps(), 0);
    end.control.expect_samples(true);
    end.control.note_xrun();
    assert_eq!(end.control.gaps(), 1);
}

#[test]
fn a_voice_that_is_made_louder_is_compressed_and_not_clipped() {
    let loud: Vec<f32> = [0.3, 0.8, 1.2, 2.0]
        .map(|sample| limited(sample, 2.0))
        .to_vec();
    assert!(
        loud.is_sorted() && loud.iter().all(|sample| *sample < 1.0),
        "{loud:?}"
    );
    assert_eq!(loud[0], 0.3);
    assert_eq!(limited(0.95, 1.0), 0.95);
}

#[test]
fn the_tap_holds_what_was_played_after_gain() {
    let (mut callback, mut end, mut tap) = render_path(48_000);
    end.control.set_gain(0.0);
    end.ring.push_slice(&[1.0; 960]);
    let played = play(&mut callback, 960);
    let mut tapped = vec![9.0; 960];
    assert_eq!(tap.ring.pop_slice(&mut tapped), 960);
    assert_eq!(played, tapped);
    assert_eq!(tapped[959], 0.0);
}
