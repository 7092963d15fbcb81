//! What turn taking itself tells is translated in order: a person, a client and slow engines at random times.

use std::collections::BTreeMap;

use serde_json::json;

use super::turn_taking_world_tests::{STEP_MS, World};

/// Steps of one conversation.
const STEPS: u64 = 6_000;

#[test]
fn a_conversation_is_told_in_order_and_to_its_end() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..40 {
        let mut world = World::new(seed, false);
        for _ in 0..STEPS {
            world.speak();
            world.write();
            let sent = world.connection.append(STEP_MS as usize);
            world.pass_on(&sent);
            world.step();
        }
        for (what, count) in world.ends() {
            *counts.entry(what).or_default() += count;
        }
    }
    for what in [
        "response.done completed",
        "response.done cancelled",
        "conversation.item.deleted ",
        "response.output_audio_transcript.delta ",
        "conversation.item.input_audio_transcription.completed ",
        "response.function_call_arguments.done ",
        "found",
        "response.done too late",
    ] {
        let count = counts.get(what).copied().unwrap_or_default();
        assert!(count > 40, "{what}: {count} of {counts:?}");
    }
    let stops = &counts["input_audio_buffer.speech_stopped "];
    assert_eq!(counts["input_audio_buffer.speech_started "], *stops);
}

#[test]
fn a_conversation_by_hand_is_told_in_order_and_to_its_end() {
    let mut completed = 0;
    for seed in 0..20 {
        let mut world = World::new(seed, true);
        let mut appended_ms = 0;
        for _ in 0..STEPS {
            world.write();
            if world.client.response.is_none() {
                let sent = world.connection.append(STEP_MS as usize);
                world.pass_on(&sent);
                appended_ms += STEP_MS;
            }
            if appended_ms > 500 && world.random.u32(0..100) == 0 {
                appended_ms = 0;
                world.asks(json!({ "type": "input_audio_buffer.commit" }));
                world.asks(json!({ "type": "response.create" }));
            }
            world.step();
        }
        completed += world.ends()["response.done completed"];
    }
    assert!(completed > 100, "{completed}");
}
