//! Kokoro's graph with its real weights: what is changed in it when it is loaded changes what it says little.

use std::path::{Path, PathBuf};

use ort::value::Tensor;
use vivavoce::onnx::{Changes, Graph};

use crate::program::{run, text, vivavoce};

/// Samples of 25 ms.
const WINDOW: usize = 600;
/// Numbers of a style.
const STYLE: usize = 256;

fn models() -> PathBuf {
    let printed = text(&run(vivavoce().args(["models", "path"])));
    PathBuf::from(printed.trim())
}

/// What a folder holds with this in its path.
fn only_file(folder: &Path, part: &str) -> PathBuf {
    let files = folder
        .read_dir()
        .expect("`make test` fetches the models first");
    let mut files = files.map(|file| file.unwrap().path());
    let is = |path: &PathBuf| path.to_string_lossy().contains(part);
    files.find(is).expect("the folder has it")
}

/// The loudness over time of some phonemes.
fn envelope(changes: Changes) -> Vec<f32> {
    let models = models();
    let library = only_file(&only_file(&models, "onnxruntime"), "onnxruntime.");
    let folder = only_file(&models, "kokoro");
    let model = only_file(&folder, ".onnx");
    let style = std::fs::read(folder.join("ef_dora.bin")).unwrap();
    let style: Vec<f32> = (style.as_chunks::<4>().0[..STYLE].iter())
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    // "hola" and "mundo", as the phonemes are numbered.
    let phonemes: Vec<i64> = vec![0, 157, 57, 54, 43, 16, 55, 63, 56, 46, 57, 4, 0];
    let graph = Graph::load_changed(&library, &model, 1, changes).unwrap();
    let samples = graph.run_unless(&|| false, |session, options| {
        let inputs: Vec<String> = session
            .inputs()
            .iter()
            .map(|i| i.name().to_owned())
            .collect();
        let inputs = ort::inputs! {
            inputs[0].as_str() => Tensor::from_array(([1usize, phonemes.len()], phonemes))?,
            "style" => Tensor::from_array(([1usize, STYLE], style))?,
            "speed" => Tensor::from_array(([1usize], vec![1.0f32]))?,
        };
        let outputs = session.run_with_options(inputs, options)?;
        Ok(outputs[0].try_extract_tensor::<f32>()?.1.to_vec())
    });
    let samples = samples.unwrap().unwrap();
    let loudness = |window: &[f32]| {
        let energy: f32 = window.iter().map(|s| s * s).sum();
        (energy / WINDOW as f32).sqrt()
    };
    samples.chunks(WINDOW).map(loudness).collect()
}

#[test]
fn in_floats_it_says_what_it_said_in_bytes() {
    let in_floats = Changes {
        convolutions_in_floats: true,
        ..Changes::default()
    };
    let (bytes, floats) = (envelope(Changes::default()), envelope(in_floats));
    let lengths = (bytes.len() as f32, floats.len() as f32);
    assert!((lengths.0 / lengths.1 - 1.0).abs() < 0.05, "{lengths:?}");
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let alike =
        product(&bytes, &floats) / (product(&bytes, &bytes) * product(&floats, &floats)).sqrt();
    println!("{lengths:?} windows, alike {alike:.3}");
    assert!(alike > 0.9, "{alike}");
    assert!(floats.iter().any(|loudness| *loudness > 0.01), "it speaks");
}
