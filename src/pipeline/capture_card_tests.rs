//! Cards that stall, are pulled out, come back as others, or are two.

use super::*;

#[test]
fn a_microphone_that_stalls_gets_silence_and_time_never_goes_back() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(500, nobody);
    world.stall(1_500);
    assert_eq!(world.last_tick(), Timestamp::from_millis(2_000));
    let messages = world.messages();
    assert!(
        matches!(&messages[..], [one] if one.contains("gives nothing at all")),
        "{messages:?}"
    );
    // What comes late has silence in its place already, but for the last 100 ms.
    world.outside.turn(&vec![0.0; 150 * BLOCK]);
    world.look();
    assert_eq!(world.last_tick(), Timestamp::from_millis(2_100));
    world.hear(500, nobody);
    assert_eq!(world.last_tick(), Timestamp::from_millis(2_600));
}

#[test]
fn sound_that_is_only_late_is_all_heard() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(500, nobody);
    world.stall(800);
    assert_eq!(world.last_tick(), Timestamp::from_millis(500));
    world.outside.turn(&vec![0.0; 80 * BLOCK]);
    world.look();
    assert_eq!(world.last_tick(), Timestamp::from_millis(1_300));
}

#[test]
fn a_card_that_was_pulled_out_is_opened_again_and_time_goes_on_meanwhile() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(500, nobody);
    world.outside.unplug();
    world.stall(2_500);
    assert_eq!(world.outside.opened(), 1);
    world.outside.plug_in();
    world.stall(1_000);
    assert_eq!((world.outside.opened(), world.attached), (2, 1));
    world.hear(500, somebody);
    let late = Timestamp::from_millis(4_500).since(world.last_tick());
    assert!(late <= Duration::from_millis(50), "{late:?}");
    let messages = world.messages();
    let said = |part: &str| messages.iter().any(|message| message.contains(part));
    assert!(
        said("looking for it again") && said("opened again"),
        "{messages:?}"
    );
    let started = |event: &&Event| matches!(event, Event::SpeechStarted(_));
    assert_eq!(world.told.iter().filter(started).count(), 1);
}

#[test]
fn a_card_that_comes_back_at_another_rate_is_heard_as_fast_as_before() {
    let mut world = World::new(Box::new(Bypass), false);
    world.hear(500, nobody);
    world.outside.unplug();
    world.stall(2_500);
    world.rate_hz = 16_000;
    world.outside.plug_in_at(world.rate_hz);
    world.stall(1_000);
    assert_eq!(world.outside.opened(), 2);
    world.hear(500, somebody);
    world.hear(1_000, nobody);
    let late = Timestamp::from_millis(5_500).since(world.last_tick());
    assert!(late <= RESAMPLED_LATE, "{late:?}");
    let started = world.told.iter().find_map(|event| match event {
        Event::SpeechStarted(from) => Some(*from),
        _ => None,
    });
    let late = started
        .expect("speech")
        .since(Timestamp::from_millis(4_000));
    assert!(late <= RESAMPLED_LATE, "{late:?}");
}

/// What two resamplers and the detector keep back, and more.
const RESAMPLED_LATE: Duration = Duration::from_millis(150);

#[test]
fn a_microphone_that_was_chosen_is_heard_beside_another_cards_loudspeaker() {
    let (desk, at_desk) = MemoryCard::microphone("the desk's microphone", 44_100);
    let (loudspeaker, at_loudspeaker) = MemoryCard::loudspeaker(SESSION_RATE);
    let cards: Vec<Box<dyn AudioDevice>> = vec![Box::new(loudspeaker), Box::new(desk)];
    let mut world = World::on(cards, at_desk, Box::new(Bypass), false);
    world.rate_hz = 44_100;
    world.render.ring.push_slice(&[0.25; BLOCK]);
    assert!(at_loudspeaker.play(BLOCK).iter().any(|s| *s > 0.2));
    world.hear(500, nobody);
    world.hear(500, somebody);
    world.hear(1_000, nobody);
    let late = Timestamp::from_millis(2_000).since(world.last_tick());
    assert!(late <= RESAMPLED_LATE, "{late:?}");
    let started = |event: &&Event| matches!(event, Event::SpeechStarted(_));
    assert_eq!(world.told.iter().filter(started).count(), 1);
    world.outside.unplug();
    world.stall(1_500);
    world.outside.plug_in();
    world.stall(3_000);
    let messages = world.messages();
    let again = messages
        .iter()
        .find(|message| message.contains("opened again"));
    assert!(
        again.is_some_and(|message| message.contains("the desk's microphone")),
        "{messages:?}"
    );
}
