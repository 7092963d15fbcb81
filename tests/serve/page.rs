//! The web page in a real browser (Chromium, headless): its microphone, its loudspeaker, and what it shows.

use std::time::Duration;

use serde_json::json;

use crate::browser::Browser;
use crate::door::{self, Door};

/// Opens our page.
fn open(door: &Door, microphone: Option<&std::path::Path>) -> Browser {
    let is_ready = "document.querySelector('#talk')?.onclick !== null";
    Browser::open(&door.url("/"), microphone, is_ready)
}

/// Types, and waits until enough of the reply was heard that whoever speaks now cuts in, and does not only go on.
fn type_and_wait_for_the_reply(browser: &mut Browser, text: &str) {
    browser.evaluate(&format!(
        "document.querySelector('#typed').value = '{text}', \
         document.querySelector('#typing').requestSubmit()"
    ));
    browser.until("document.querySelector('li.open .reply')?.firstChild?.nodeValue?.length > 10");
}

const SHOWS_CONVERSATION: &str =
    "document.querySelector('#state').dataset.activity === 'listening'";

#[test]
fn a_question_into_the_browsers_microphone_is_answered_by_its_loudspeaker() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let silence = vec![0i16; 24_000 * 4];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("microphone.wav");
    door::write_wav(&file, &[&silence[..], &question, &silence].concat(), 24_000);
    let mut browser = open(&door, Some(&file));
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until("document.querySelector('li.heard .reply')");
    let shown = browser.evaluate("document.querySelector('li.heard').innerText");
    let shown = shown.as_str().unwrap().to_owned();
    assert!(
        shown.contains("capital of France") && shown.contains("Paris"),
        "{shown}"
    );
    assert!(
        browser
            .evaluate("document.querySelectorAll('#latency .bar').length")
            .as_u64()
            > Some(0)
    );
    let (played, rate) = browser.played();
    let words = door.words(&played, rate);
    assert!(words.contains("Paris"), "the page played {words:?}");
    browser.picture("page.png");
}

#[test]
fn who_speaks_over_a_reply_on_the_page_sees_what_was_not_heard_struck_through() {
    let door = Door::open(&[]);
    let stop = door.speech("Stop.", "en-GB");
    let mut browser = open(&door, None);
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until(SHOWS_CONVERSATION);
    type_and_wait_for_the_reply(&mut browser, "What can you do?");
    browser.speak(&stop);
    browser.until("document.querySelector('li.cut del')");
    let struck = browser.evaluate("document.querySelector('li.cut del').innerText");
    assert!(!struck.as_str().unwrap().is_empty());
    browser.picture("page-cut.png");
}

#[test]
fn the_page_is_used_by_keyboard_and_fits_a_telephone() {
    let door = Door::open(&[]);
    let mut browser = open(&door, None);
    let telephone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    browser.call("Emulation.setDeviceMetricsOverride", telephone);
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.call("Emulation.setEmulatedMedia", dark);
    browser.evaluate("document.querySelector('#talk').focus(), document.activeElement.click()");
    browser.until(SHOWS_CONVERSATION);
    browser.evaluate(
        "document.querySelector('#typed').value = 'What is the capital of France?', \
         document.querySelector('#typing').requestSubmit()",
    );
    browser.until("document.querySelector('li.heard .reply')?.innerText.includes('Paris')");
    let fits = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.evaluate(fits), true);
    let unnamed = "[...document.querySelectorAll('button, input, select, meter')].filter((e) => \
        !e.innerText && !e.labels?.length && !e.ariaLabel).length";
    assert_eq!(
        browser.evaluate(unnamed),
        0,
        "what has no name cannot be read out"
    );
    browser.picture("page-telephone.png");
}

#[test]
fn the_space_key_is_the_key_of_push_to_talk_and_escape_stops_a_reply() {
    let door = Door::open(&[]);
    let question = door.speech("What is the capital of France?", "en-GB");
    let mut browser = open(&door, None);
    browser.evaluate("document.querySelector('#push').click()");
    browser.evaluate("document.querySelector('#talk').click()");
    browser.until(SHOWS_CONVERSATION);
    browser.evaluate("document.activeElement.blur()");
    browser.key("keyDown", " ", "Space");
    browser.until("document.querySelector('#hold').ariaPressed === 'true'");
    browser.speak(&question);
    browser.until("document.querySelector('#state').dataset.activity === 'hearing you'");
    vivavoce::clock::sleep(Duration::from_millis(question.len() as u64 / 24 + 500));
    browser.key("keyUp", " ", "Space");
    browser.until("document.querySelector('li.heard .user')?.innerText.includes('France')");
    type_and_wait_for_the_reply(&mut browser, "What can you do?");
    browser.key("keyDown", "Escape", "Escape");
    browser.until("document.querySelector('li.cut')");
}
