//! Whose the microphone is.

use super::*;

#[test]
fn an_agent_may_not_call_while_another_has_the_microphone() {
    let mut agent = Agent::new();
    agent.call(listen());
    assert_eq!(agent.calls.may_call(AGENT), Ok(()));
    assert_eq!(agent.calls.may_call(AgentId(2)), Err(Refused::Taken));
    assert!(agent.calls.is_of_another(AgentId(2)));
    assert!(!agent.calls.is_of_another(AGENT));
}

#[test]
fn another_agent_waits_until_the_first_is_gone_or_silent_for_long() {
    let mut agent = Agent::new();
    agent.call(listen());
    let other = |agent: &mut Agent| {
        let outputs = &mut Vec::new();
        agent.calls.call(AgentId(2), CallId(9), listen(), outputs)
    };
    assert_eq!(other(&mut agent), Err(Refused::Taken));
    agent.user_says(1, "Yes.");
    assert_eq!(other(&mut agent), Err(Refused::Taken));
    agent.silence(60_000);
    assert_eq!(other(&mut agent), Ok(()));
    assert!(agent.calls.has_owner());
    agent.calls.leave(AGENT, &mut Vec::new());
    assert!(agent.calls.has_owner(), "it is the other's now");
    agent.calls.leave(AgentId(2), &mut Vec::new());
    assert!(!agent.calls.has_owner());
}
