//! Writes small ONNX graphs: stand-ins of the same shape for voices, which are large. What comes out of
//! them says what went in.

use std::path::Path;

const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// Protocol buffers: a field of whole number.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field of bytes: text, or a message.
fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [
        varint(field << 3 | 2),
        varint(value.len() as u64),
        value.to_vec(),
    ]
    .concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn node(operator: &str, inputs: &[&str], output: &str, attribute: Vec<u8>) -> Vec<u8> {
    let inputs = inputs.iter().flat_map(|name| bytes(1, name.as_bytes()));
    let named = [
        bytes(2, output.as_bytes()),
        bytes(4, operator.as_bytes()),
        attribute,
    ];
    let message: Vec<u8> = inputs.chain(named.concat()).collect();
    bytes(1, &message)
}

/// An attribute with a whole number.
fn attribute(name: &str, value: u64) -> Vec<u8> {
    let message = [bytes(1, name.as_bytes()), number(3, value), number(20, 2)].concat();
    bytes(5, &message)
}

fn constant(name: &str, dims: &[u64], kind: u64, raw: &[u8]) -> Vec<u8> {
    let dims = dims.iter().flat_map(|d| number(1, *d));
    let rest = [number(2, kind), bytes(8, name.as_bytes()), bytes(9, raw)];
    let message: Vec<u8> = dims.chain(rest.concat()).collect();
    bytes(5, &message)
}

/// A graph's input (field 11) or output (field 12) whose shape is not said.
fn port(field: u64, name: &str, kind: u64) -> Vec<u8> {
    let tensor = bytes(2, &bytes(1, &number(1, kind)));
    bytes(field, &[bytes(1, name.as_bytes()), tensor].concat())
}

/// What a token's number is multiplied with in the samples.
pub const SCALE: f32 = 1e-3;

/// Writes a graph that gives for each of its `tokens` (whole numbers, one row) as many samples as
/// `each`: the number times [`SCALE`], and the mean of the input `shift` on top. `others` are taken
/// and change nothing. Inputs come with whether they are floating-point numbers.
pub fn write(path: &Path, tokens: &str, shift: (&str, bool), others: &[(&str, bool)], each: i64) {
    let whole =
        |numbers: &[i64]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_le_bytes()).collect() };
    let mut graph = [
        node("Cast", &[tokens], "floats", attribute("to", FLOAT)),
        node("Mul", &["floats", "scale"], "scaled", Vec::new()),
        node("Cast", &[shift.0], "shifts", attribute("to", FLOAT)),
        node("ReduceMean", &["shifts"], "mean", attribute("keepdims", 0)),
        node("Add", &["scaled", "mean"], "shifted", Vec::new()),
        node("Reshape", &["shifted", "row"], "flat", Vec::new()),
        node("Tile", &["flat", "times"], "tiled", Vec::new()),
        node("Reshape", &["tiled", "out_shape"], "waveform", Vec::new()),
    ]
    .concat();
    graph.extend(bytes(2, b"voice"));
    graph.extend(constant("scale", &[], FLOAT, &SCALE.to_le_bytes()));
    graph.extend(constant("row", &[2], INT64, &whole(&[-1, 1])));
    graph.extend(constant("times", &[2], INT64, &whole(&[1, each])));
    graph.extend(constant("out_shape", &[3], INT64, &whole(&[1, 1, -1])));
    graph.extend(port(11, tokens, INT64));
    for (name, is_float) in [&[shift], others].concat() {
        graph.extend(port(11, name, if is_float { FLOAT } else { INT64 }));
    }
    graph.extend(port(12, "waveform", FLOAT));
    let opset = bytes(8, &number(2, 13));
    let model = [number(1, 8), bytes(7, &graph), opset].concat();
    std::fs::write(path, model).unwrap();
}

/// The numbers of the tokens that made `samples`, and the shift.
pub fn read_back(samples: &[f32], each: usize) -> (Vec<i64>, f32) {
    let shift = samples.first().copied().unwrap_or_default().round();
    let number = |part: &[f32]| ((part[0] - shift) / SCALE).round() as i64;
    (samples.chunks(each).map(number).collect(), shift)
}
