//! The audio callbacks never allocate: run under an allocator that aborts if they do.

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use ringbuf::traits::{Consumer, Producer};
use vivavoce::audio::callback::{capture_path, render_path};
use vivavoce::clock::Stopwatch;

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

#[test]
fn capture_allocates_nothing_in_any_format_or_state() {
    let (mut callback, mut end) = capture_path(48_000);
    let _times = callback.watch_blocks();
    let clock = Stopwatch::start();
    let (floats, shorts) = ([0.5f32, f32::NAN].repeat(480), [1000i16, -1000].repeat(480));
    assert_no_alloc(|| {
        // Far more than the rings hold: a full ring is one of the states.
        for _ in 0..5_000 {
            callback.begin_block(clock.elapsed(), clock.elapsed());
            callback.process(&floats, 2);
            callback.process(&shorts, 1);
        }
    });
    assert!(end.ring.try_pop().is_some());
}

#[test]
fn render_allocates_nothing_while_it_plays_starves_fades_and_stops() {
    let (mut callback, mut end, _tap) = render_path(48_000);
    let _times = callback.watch_blocks();
    let clock = Stopwatch::start();
    end.ring.push_iter(std::iter::repeat_n(0.5, 48_000));
    let (mut floats, mut shorts) = ([0.0f32; 960], [0i16; 441]);
    end.control.set_gain(0.3);
    assert_no_alloc(|| {
        callback.process(&mut floats, 2);
        end.control.request_stop();
        for _ in 0..5_000 {
            callback.begin_block(clock.elapsed(), clock.elapsed());
            callback.process(&mut shorts, 1);
            callback.process(&mut floats, 2);
        }
    });
    assert!(end.control.stopped());
}
