//! PDFs of one page, as they are read.

use super::*;
use lopdf::{Stream, StringFormat, dictionary};

/// A PDF of one page that shows lines.
pub(in crate::folders) fn page(lines: &[&str]) -> Vec<u8> {
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
    ];
    for line in lines {
        operations.push(Operation::new("Td", vec![0.into(), (-14).into()]));
        let shown = Object::String(line.as_bytes().to_vec(), StringFormat::Literal);
        operations.push(Operation::new("Tj", vec![shown]));
    }
    operations.push(Operation::new("ET", vec![]));
    with_content(&Content { operations }.encode().unwrap())
}

fn with_content(content: &[u8]) -> Vec<u8> {
    with_font(content, |_| {
        dictionary! {
            "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        }
    })
}

/// A PDF whose font has codes of two bytes, and this map from them to letters.
fn with_map(content: &[u8], sections: &str) -> Vec<u8> {
    let map = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n{sections}\nendcmap\n\
         CMapName currentdict /CMap defineresource pop\nend\nend\n"
    );
    with_font(content, |document| {
        let map = document.add_object(Stream::new(dictionary! {}, map.into_bytes()));
        dictionary! {
            "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "A", "Encoding" => "Identity-H",
            "ToUnicode" => map,
        }
    })
}

fn with_font(content: &[u8], font: impl FnOnce(&mut Document) -> Dictionary) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = font(&mut document);
    let font = document.add_object(font);
    let resources = document.add_object(dictionary! {
        "Font" => dictionary! { "F1" => font },
    });
    let content = document.add_object(Stream::new(dictionary! {}, content.to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let tree = dictionary! {
        "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
    };
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn read(bytes: Vec<u8>) -> Result<String, Why> {
    PdfReader::default().text(bytes, Duration::from_secs(60), &|| false)
}

#[test]
fn the_lines_of_a_page_are_read() {
    let text = read(page(&[
        "The rent is 900 pounds.",
        "It is due on the first.",
    ]))
    .unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        ["The rent is 900 pounds.", "It is due on the first."]
    );
}

#[test]
fn steps_between_letters_are_spaces_if_they_are_wide() {
    let content = b"BT /F1 12 Tf [(Th) 20 (e) -300 (rent)] TJ 30 0 Td (is) Tj ET";
    assert_eq!(read(with_content(content)).unwrap().trim(), "The rent is");
}

#[test]
fn a_page_without_text_has_none() {
    assert_eq!(read(with_content(b"0 0 m 10 10 l S")), Err(Why::NoText));
}

#[test]
fn what_is_no_pdf_is_damaged() {
    assert_eq!(
        read(b"%PDF-1.7 and nothing else".to_vec()),
        Err(Why::Damaged)
    );
    assert_eq!(read(Vec::new()), Err(Why::Damaged));
}

#[test]
fn a_pdf_that_is_cut_or_changed_anywhere_is_survived() {
    let reader = PdfReader::default();
    let read = |bytes| reader.text(bytes, Duration::from_secs(60), &|| false);
    let whole = page(&["The rent is 900 pounds."]);
    for at in (0..whole.len()).step_by(17) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_add(128);
        for damaged in [whole[..at].to_vec(), changed] {
            let read = read(damaged);
            let is_answer = matches!(read, Ok(_) | Err(Why::Damaged | Why::NoText | Why::Locked));
            assert!(is_answer, "{at}: {read:?}");
        }
    }
    assert_eq!(read(whole).unwrap().trim(), "The rent is 900 pounds.");
}

#[test]
fn objects_are_kept_while_there_is_room() {
    let mut text = Object::String(vec![b'x'; 100], StringFormat::Literal);
    ROOM.set(200);
    assert!(while_there_is_room((1, 0), &mut text).is_some());
    assert!(while_there_is_room((2, 0), &mut text).is_none());
}

#[test]
fn one_that_takes_too_long_or_is_cancelled_is_given_up_and_told() {
    let long = Duration::from_secs(600);
    for (most, is_cancelled) in [(Duration::ZERO, false), (long, true)] {
        let (_to, from) = bounded(1);
        let given_up = AtomicBool::new(false);
        let read = wait(&from, most, &|| is_cancelled, &given_up);
        assert_eq!(read, Err(Why::TooSlow));
        assert!(given_up.load(Ordering::Relaxed));
    }
}

#[test]
fn nothing_is_read_of_one_that_was_given_up() {
    assert_eq!(text(&page(&["Hi."]), &|| true), Err(Why::NoText));
}

#[test]
fn while_two_are_still_being_read_no_other_is_begun() {
    let reader = PdfReader::default();
    reader.running.store(MOST_GIVEN_UP, Ordering::Relaxed);
    let refused = reader.text(page(&["Hi."]), Duration::from_secs(60), &|| false);
    assert_eq!(refused, Err(Why::TooSlow));
}

#[test]
fn letters_are_read_by_the_map_of_their_font() {
    let content = b"BT /F1 12 Tf <00410042> Tj ET";
    let map = "1 beginbfrange\n<0000> <FFFF> <0000>\nendbfrange";
    assert_eq!(read(with_map(content, map)).unwrap().trim(), "AB");
}

#[test]
fn a_font_that_maps_billions_of_codes_is_not_read() {
    let content = b"BT /F1 12 Tf <00410042> Tj ET";
    let map = "1 beginbfrange\n<00000000> <FFFFFFFF> <0041>\nendbfrange";
    assert_eq!(read(with_map(content, map)), Err(Why::NoText));
}

#[test]
fn what_is_shown_at_once_is_bounded() {
    let mut content = b"BT /F1 12 Tf (".to_vec();
    content.resize(content.len() + 3 * MOST_SHOWN, b'a');
    content.extend(b") Tj ET");
    let text = read(with_content(&content)).unwrap();
    assert_eq!(text.trim().len(), MOST_SHOWN);
}

/// The lines of a page with this content.
fn lines(content: &[u8]) -> Vec<String> {
    let text = read(with_content(content)).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn a_line_goes_on_while_its_height_stays() {
    let content = b"BT /F1 12 Tf 1 0 0 1 50 700 Tm (The) Tj 1 0 0 1 80 700 Tm (rent) Tj ET \
        q BT 1 0 0 1 120 700 Tm (is) Tj 1 0 0 1 50 680 Tm (due.) Tj ET Q";
    assert_eq!(lines(content), ["The rent is", "due."]);
}

#[test]
fn blocks_that_name_no_height_are_lines() {
    let content = b"BT /F1 12 Tf (The rent) Tj ET BT (is due.) Tj ET";
    assert_eq!(lines(content), ["The rent", "is due."]);
}

#[test]
fn a_height_means_another_line_where_all_was_moved() {
    let content = b"/F1 12 Tf q 1 0 0 1 0 20 cm BT 1 0 0 1 0 0 Tm (The rent) Tj ET Q \
        BT 1 0 0 1 0 0 Tm (is due.) Tj ET";
    assert_eq!(lines(content), ["The rent", "is due."]);
}

#[test]
fn a_font_lasts_as_long_as_its_state() {
    let content = b"BT /F1 12 Tf (The rent) Tj ET q /F2 12 Tf BT (lost) Tj ET Q BT (is due.) Tj ET";
    assert_eq!(lines(content), ["The rent", "is due."]);
}
