//! Files of models that are small and have no package of their own: they lie within the program.
//! Pure data, any thread. Invariant: the manifest's size and hash of each are its content's (a test).

/// A file within the program.
#[derive(Debug, PartialEq, Eq)]
pub struct BundledFile {
    /// What the manifest calls it.
    pub name: &'static str,
    /// The whole of it.
    pub content: &'static [u8],
}

/// The numbers of Kokoro's phonemes are a fact of its training: they stand in the `config.json` of
/// `hexgrad/Kokoro-82M`, of which the package `kokoro-onnx` has a copy.
static FILES: [BundledFile; 1] = [BundledFile {
    name: "kokoro/tokenizer.json",
    content: include_bytes!("../../models/kokoro/tokenizer.json"),
}];

/// The file of this name.
pub(super) fn bundled(name: &str) -> Option<&'static BundledFile> {
    FILES.iter().find(|file| file.name == name)
}
