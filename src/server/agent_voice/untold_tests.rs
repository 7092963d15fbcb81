//! What the user said is not lost with a call.

use super::*;

impl Agent {
    /// Nobody has read what came of a call of this agent's.
    fn untold(&mut self, agent: AgentId, outcome: Outcome) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.calls.untold(agent, outcome, &mut outputs);
        outputs
    }
}

#[test]
fn what_a_cancelled_call_would_have_told_is_told_with_the_next() {
    let mut agent = Agent::new();
    agent.user_says(1, "And run the tests.");
    agent.call(say("Once upon a time."));
    agent.begins(2);
    agent.on(3, EventKind::SpeechStarted);
    agent.on(2, interrupted());
    agent.on(3, ended("Stop."));
    agent.cancel(1);
    let outcome = done(&agent.call(listen()));
    assert_eq!(outcome.words.as_deref(), Some("And run the tests. Stop."));
}

#[test]
fn what_nobody_has_read_of_a_call_is_told_with_the_next() {
    let mut agent = Agent::new();
    agent.call(listen());
    let unread = done(&agent.user_says(1, "Yes."));
    assert_eq!(agent.untold(AGENT, unread), []);
    let outcome = done(&agent.call(listen()));
    assert_eq!(outcome.words.as_deref(), Some("Yes."));
}

#[test]
fn what_nobody_has_read_of_a_call_ends_the_listening_that_has_begun_since() {
    let mut agent = Agent::new();
    agent.call(listen());
    agent.call(listen());
    let unread = done(&agent.user_says(1, "Yes."));
    let outcome = done(&agent.untold(AGENT, unread));
    assert_eq!(outcome.words.as_deref(), Some("Yes."));
}

#[test]
fn what_nobody_has_read_of_a_call_is_no_answer_to_the_next_question() {
    let mut agent = Agent::new();
    agent.call(listen());
    let unread = done(&agent.user_says(1, "Yes."));
    agent.call(ask("Red or blue?"));
    agent.begins(2);
    agent.heard(2, "Red or blue?");
    assert_eq!(agent.untold(AGENT, unread), []);
    let outcome = done(&agent.user_says(3, "Red."));
    assert_eq!(outcome.words.as_deref(), Some("Red."));
    assert_eq!(outcome.said_before.as_deref(), Some("Yes."));
}

#[test]
fn what_one_agent_has_not_read_is_not_told_to_another() {
    let mut agent = Agent::new();
    agent.call(listen());
    let unread = done(&agent.user_says(1, "Yes."));
    assert_eq!(agent.untold(AgentId(2), unread), []);
    assert_eq!(agent.call(listen()), []);
}
