use super::*;

#[test]
fn the_bundled_files_are_valid() {
    let (writing, parts, calls, fixed) = data::bundled(Language::English).unwrap();
    Intents::read(Spelling::new(writing), &parts, &calls.call, &fixed.fixed)
        .map(|_| ())
        .unwrap();
}
