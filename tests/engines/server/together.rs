//! Several questions at a time.

use vivavoce::llm::{Task, Written};

use super::*;

fn tasks(count: usize) -> Vec<Task> {
    let task = |n| Task {
        messages: vec![Message::new(Role::User, format!("What is {n} and {n}?"))],
        sampling: Sampling::default(),
        stops: Vec::new(),
        answer: None,
    };
    (0..count).map(task).collect()
}

fn connect_with(server: &LlmServer, together: usize) -> Server {
    let config = ServerConfig {
        together,
        ..config(&server.url, UNHURRIED)
    };
    Server::connect(config).unwrap()
}

type Told = Vec<(usize, Result<Written, LlmError>)>;

fn answers(model: &mut Server, count: usize) -> (Result<(), LlmError>, Told) {
    let mut told = Vec::new();
    let done = model.answer_all(&tasks(count), &|| false, &mut |n, written| {
        told.push((n, written));
    });
    told.sort_by_key(|(n, _)| *n);
    (done, told)
}

#[test]
fn each_question_is_answered_once() {
    let server = LlmServer::start(&[reply(&["Some", "thing."])]);
    let (done, told) = answers(&mut connect_with(&server, 3), 7);
    done.unwrap();
    let numbers: Vec<usize> = told.iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
    for (_, written) in told {
        assert_eq!(written.unwrap().text, "Something.");
    }
}

#[test]
fn so_many_are_asked_at_a_time() {
    let server = LlmServer::start(&[vec![Do::Wait, Do::Say("Yes."), Do::Finish("stop")]]);
    let mut model = connect_with(&server, 2);
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| answers(&mut model, 3));
        // Both are asked although none is answered.
        server.asked.recv().unwrap();
        server.asked.recv().unwrap();
        assert!(server.asked.is_empty());
        (0..3).for_each(|_| server.go_on.send(()).unwrap());
        let (done, told) = answering.join().unwrap();
        done.unwrap();
        assert_eq!(told.len(), 3);
    });
}

#[test]
fn what_is_wrong_with_one_question_leaves_the_others() {
    let breaks_off = vec![Do::Say("Y"), Do::HangUp];
    let server = LlmServer::start(&[breaks_off, reply(&["Yes."])]);
    let (done, told) = answers(&mut connect_with(&server, 1), 3);
    done.unwrap();
    let right = told.iter().filter(|(_, written)| written.is_ok());
    assert_eq!((right.count(), told.len()), (2, 3));
}

#[test]
fn a_key_that_is_not_taken_ends_all_of_them() {
    let refused = vec![Do::Status("401 Unauthorized", "{}")];
    let server = LlmServer::start(&[refused]);
    let (done, told) = answers(&mut connect_with(&server, 2), 50);
    assert!(done.unwrap_err().is_for_all_questions());
    assert!(told.is_empty(), "{told:?}");
    assert!(server.asked.len() < 10, "{}", server.asked.len());
}

#[test]
fn whoever_gives_up_hangs_up_on_all() {
    let server = LlmServer::start(&[vec![Do::Say("Once"), Do::Hold]]);
    let mut model = connect_with(&server, 2);
    let looks = Cell::new(0);
    let cancelled = || {
        looks.set(looks.get() + 1);
        server.asked.len() == 2
    };
    let done = model.answer_all(&tasks(2), &cancelled, &mut |_, written| {
        assert_eq!(written.unwrap().finish, Finish::Cancelled);
    });
    done.unwrap();
    server.wait_until_hung_up();
    server.wait_until_hung_up();
    assert!(looks.get() > 0);
}
