//! Convolutions of bytes, in floats.
//!
//! ONNX's `quantize_dynamic` makes a convolution in six operators: the sound is rounded to bytes, convolved with the
//! weights' bytes (`ConvInteger`), the bias added in those units, and the sum scaled back. On a CPU the runtime has no fast
//! way of the second: Kokoro spent four fifths of its time there. Here each becomes one `Conv`, whose weights are
//! what the bytes stand for; the runtime reckons them once, when it loads the graph
//! (unless it keeps such tensors for a fusion of its own: `Graph::load_changed` forbids that). The sound is no longer
//! rounded, so what comes out is nearer to the model that was quantized; memory for the weights is four times as much.
//!
//! Convolutions over time alone get a second dimension of one: only for two has the runtime its fast layout.

use std::collections::{HashMap, HashSet};

use super::model_file::{Attribute, Graph, Model, Node, OperatorSet, Tensor};

/// From this version of ONNX's operators on `Unsqueeze` takes its axes as a tensor.
const AXES_ARE_INPUTS: i64 = 13;
/// The name of the tensor that says where the second dimension goes.
const AXIS: &str = "vivavoce/axis";
/// A convolution over time takes batch, channels and samples: the second dimension stands before the samples.
const BEFORE_SAMPLES: usize = 2;

/// Turns a model's convolutions of bytes into convolutions of floats, and says how many there were. One that is not
/// written as `quantize_dynamic` writes it stays as it is.
pub fn in_floats(model: &mut Model) -> usize {
    let own = |set: &&OperatorSet| set.domain.is_empty();
    let version = model.opset_import.iter().find(own).map(|set| set.version);
    let Some(graph) = &mut model.graph else {
        return 0;
    };
    if version.is_none_or(|version| version < AXES_ARE_INPUTS) {
        return 0;
    }
    let found = find(graph);
    if found.is_empty() {
        return 0;
    }
    let made = found.iter().map(|found| (found.scaled, found.nodes()));
    let mut made: HashMap<usize, [Node; 4]> = made.collect();
    let replaced: HashSet<usize> = found
        .iter()
        .flat_map(|found| found.replaced.clone())
        .collect();
    let nodes = std::mem::take(&mut graph.node).into_iter().enumerate();
    // The new ones stand where the last of the old ones stood: all that they take is before it.
    let nodes = nodes.flat_map(|(n, node)| match made.remove(&n) {
        Some(made) => made.into_iter().map(|node| (node, false)).collect(),
        None => vec![(node, replaced.contains(&n))],
    });
    graph.node = without_unused(nodes.collect(), graph);
    let kernels: HashSet<&str> = found
        .iter()
        .map(|found| found.weights[0].as_str())
        .collect();
    for tensor in &mut graph.initializer {
        if kernels.contains(tensor.name.as_str()) {
            tensor.dims.insert(BEFORE_SAMPLES, 1);
        }
    }
    let axis = Tensor::of_ints(AXIS, vec![BEFORE_SAMPLES as i64]);
    graph.initializer.push(axis);
    found.len()
}

/// A convolution of bytes, by the names of its tensors and the places of its operators.
struct Found {
    /// The floats that were rounded.
    sound: String,
    /// Bytes, what one of them stands for, and which of them stands for zero.
    weights: [String; 3],
    bias: Option<String>,
    /// The sum, scaled back.
    result: String,
    attributes: Vec<Attribute>,
    /// The operator that scales it back.
    scaled: usize,
    /// All operators of it that may serve others too.
    replaced: Vec<usize>,
}

fn find(graph: &Graph) -> Vec<Found> {
    let nodes = &graph.node;
    let mut makers = HashMap::new();
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, node) in nodes.iter().enumerate() {
        makers.extend(node.output.iter().map(|output| (output.as_str(), n)));
        for input in &node.input {
            users.entry(input).or_default().push(n);
        }
    }
    // A graph within an operator may take any tensor of this one.
    let mut attributes = nodes.iter().flat_map(|node| &node.attribute);
    if attributes.any(|attribute| attribute.g.is_some() || !attribute.graphs.is_empty()) {
        return Vec::new();
    }
    // A caller may give another value for a constant that is an input too.
    let constants: Vec<&Tensor> = (graph.initializer.iter())
        .filter(|tensor| !graph.input.iter().any(|input| input.name == tensor.name))
        .collect();
    let named = |is: fn(&Tensor) -> bool| {
        let found = constants.iter().filter(|tensor| is(tensor));
        found.map(|tensor| tensor.name.as_str()).collect()
    };
    let places = Places {
        kernels: named(|tensor| tensor.dims.len() == BEFORE_SAMPLES + 1),
        numbers: named(|tensor| tensor.dims.iter().product::<i64>() == 1),
        given_out: graph
            .output
            .iter()
            .map(|value| value.name.as_str())
            .collect(),
        nodes,
        makers,
        users,
    };
    let convolutions = (0..nodes.len()).filter(|&n| nodes[n].op_type == "ConvInteger");
    convolutions.filter_map(|n| places.around(n)).collect()
}

/// Operators, by the tensors between them.
struct Places<'a> {
    /// Weights of convolutions over time.
    kernels: HashSet<&'a str>,
    /// Constants of one number.
    numbers: HashSet<&'a str>,
    /// What the graph gives out.
    given_out: HashSet<&'a str>,
    nodes: &'a [Node],
    makers: HashMap<&'a str, usize>,
    users: HashMap<&'a str, Vec<usize>>,
}

impl Places<'_> {
    /// What `quantize_dynamic` puts around the `ConvInteger` at a place.
    fn around(&self, convolution: usize) -> Option<Found> {
        let node = &self.nodes[convolution];
        let [rounded, weights, sound_zero, zero] = &node.input[..] else {
            return None;
        };
        let is_own = self.users.get(weights.as_str())?.len() == 1;
        let rounding = self.maker(rounded, "DynamicQuantizeLinear")?;
        let [_, sound_scale, own_zero] = &self.nodes[rounding].output[..] else {
            return None;
        };
        if !is_own || !self.kernels.contains(weights.as_str()) || own_zero != sound_zero {
            return None;
        }
        let mut replaced = vec![rounding, convolution];
        let mut next = self.only_user(convolution)?;
        let mut bias = None;
        let mut bias_scale = None;
        if self.nodes[next].op_type == "Add" {
            let in_units = self.nodes[next].input.get(1)?;
            let reshape = self.maker(in_units, "Reshape")?;
            let cast = self.maker_of_first(reshape, "Cast")?;
            let floor = self.maker_of_first(cast, "Floor")?;
            let div = self.maker_of_first(floor, "Div")?;
            let [of_bias, scale] = &self.nodes[div].input[..] else {
                return None;
            };
            (bias, bias_scale) = (Some(of_bias.clone()), Some(scale));
            replaced.extend([next, reshape, cast, floor, div]);
            next = self.only_user(next)?;
        }
        let cast = self.is(next, "Cast")?;
        let scaled = self.is(self.only_user(cast)?, "Mul")?;
        let by = self.nodes[scaled].input.get(1)?;
        let scales = self.maker(by, "Mul")?;
        let [of_sound, of_weights] = &self.nodes[scales].input[..] else {
            return None;
        };
        let are_numbers = [of_weights, zero].map(|name| self.numbers.contains(name.as_str()));
        let is_other_scale = of_sound != sound_scale || bias_scale.is_some_and(|scale| scale != by);
        if is_other_scale || are_numbers.contains(&false) {
            return None;
        }
        replaced.extend([cast, scales]);
        Some(Found {
            sound: self.nodes[rounding].input.first()?.clone(),
            weights: [weights, of_weights, zero].map(String::clone),
            bias,
            result: self.nodes[scaled].output.first()?.clone(),
            attributes: over_time(&node.attribute)?,
            scaled,
            replaced,
        })
    }

    fn is(&self, n: usize, op_type: &str) -> Option<usize> {
        (self.nodes[n].op_type == op_type).then_some(n)
    }

    fn maker(&self, tensor: &str, op_type: &str) -> Option<usize> {
        self.is(*self.makers.get(tensor)?, op_type)
    }

    fn maker_of_first(&self, n: usize, op_type: &str) -> Option<usize> {
        self.maker(self.nodes[n].input.first()?, op_type)
    }

    fn only_user(&self, n: usize) -> Option<usize> {
        let output = self.nodes[n].output.first()?.as_str();
        match self.users.get(output)?[..] {
            [user] if !self.given_out.contains(output) => Some(user),
            _ => None,
        }
    }
}

/// The attributes of a convolution over time, with a second dimension of one; `None` if it is over something else.
fn over_time(attributes: &[Attribute]) -> Option<Vec<Attribute>> {
    let kernel = attributes.iter().find(|a| a.name == "kernel_shape")?;
    let with_one = |attribute: &Attribute, one: i64| {
        let ints = match attribute.ints[..] {
            [before, behind] => vec![one, before, one, behind],
            [size] => vec![one, size],
            _ => return None,
        };
        Some(Attribute::ints(&attribute.name, ints))
    };
    let change = |attribute: &Attribute| match attribute.name.as_str() {
        "pads" => with_one(attribute, 0),
        "kernel_shape" | "dilations" | "strides" => with_one(attribute, 1),
        _ => Some(attribute.clone()),
    };
    (kernel.ints.len() == 1).then(|| attributes.iter().map(change).collect())?
}

impl Found {
    /// One convolution of floats in place of it.
    fn nodes(&self) -> [Node; 4] {
        let Self { sound, result, .. } = self;
        let name = |part: &str| format!("{result}/vivavoce/{part}");
        let [kernel, flat, summed] = ["kernel", "flat", "summed"].map(name);
        let mut convolution = Node::new("Conv", &[&flat, &kernel], &summed);
        convolution.input.extend(self.bias.clone());
        convolution.attribute = self.attributes.clone();
        let weights = self.weights.each_ref().map(String::as_str);
        [
            Node::new("DequantizeLinear", &weights, &kernel),
            Node::new("Unsqueeze", &[sound, AXIS], &flat),
            convolution,
            Node::new("Squeeze", &[&summed, AXIS], result),
        ]
    }
}

/// Operators without those that were replaced and whose outputs nobody takes.
fn without_unused(mut nodes: Vec<(Node, bool)>, graph: &Graph) -> Vec<Node> {
    loop {
        let given_out = graph.output.iter().map(|value| value.name.as_str());
        let inputs = nodes.iter().flat_map(|(node, _)| &node.input);
        let taken: HashSet<String> = inputs
            .map(String::as_str)
            .chain(given_out)
            .map(str::to_owned)
            .collect();
        let before = nodes.len();
        nodes.retain(|(node, replaced)| {
            !replaced || node.output.iter().any(|output| taken.contains(output))
        });
        if nodes.len() == before {
            return nodes.into_iter().map(|(node, _)| node).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model_file::Value;

    /// A convolution as `quantize_dynamic` writes it, of the tensor `sound`; its kernel has this many dimensions.
    fn quantized(sound: &str, with_bias: bool, dimensions: usize) -> Vec<Node> {
        let tensor = |part: &str| format!("{sound}.{part}");
        let [bytes, scale, zero, scales] = ["bytes", "scale", "zero", "scales"].map(tensor);
        let [convolved, with, floats, result] = ["convolved", "with", "floats", "out"].map(tensor);
        let mut rounding = Node::new("DynamicQuantizeLinear", &[sound], &bytes);
        rounding.output.extend([scale.clone(), zero.clone()]);
        let kernel = Attribute::ints("kernel_shape", vec![3; dimensions]);
        let pads = Attribute::ints("pads", vec![2; dimensions * 2]);
        let mut convolution = Node::new("ConvInteger", &[&bytes, "w", &zero, "w.zero"], &convolved);
        convolution.attribute = vec![kernel, pads];
        let mut nodes = vec![
            rounding,
            convolution,
            Node::new("Mul", &[&scale, "w.scale"], &scales),
        ];
        let mut sum = convolved.clone();
        if with_bias {
            let [units, whole, cast, shaped] = ["units", "whole", "cast", "shaped"].map(tensor);
            nodes.extend([
                Node::new("Div", &["bias", &scales], &units),
                Node::new("Floor", &[&units], &whole),
                Node::new("Cast", &[&whole], &cast),
                Node::new("Reshape", &[&cast, "shape"], &shaped),
                Node::new("Add", &[&convolved, &shaped], &with),
            ]);
            sum = with;
        }
        nodes.extend([
            Node::new("Cast", &[&sum], &floats),
            Node::new("Mul", &[&floats, &scales], &result),
        ]);
        nodes
    }

    fn constant(name: &str, dims: &[i64]) -> Tensor {
        Tensor {
            name: name.into(),
            dims: dims.to_vec(),
            ..Tensor::default()
        }
    }

    fn model(node: Vec<Node>, outputs: &[&str]) -> Model {
        let output = outputs.iter().map(|&name| Value {
            name: name.into(),
            ..Value::default()
        });
        Model {
            graph: Some(Graph {
                node,
                output: output.collect(),
                initializer: vec![
                    constant("w", &[4, 2, 3]),
                    constant("w.scale", &[]),
                    constant("w.zero", &[]),
                ],
                ..Graph::default()
            }),
            opset_import: vec![OperatorSet {
                domain: String::new(),
                version: 20,
            }],
            ..Model::default()
        }
    }

    fn operators(model: &Model) -> Vec<&str> {
        let nodes = &model.graph.as_ref().unwrap().node;
        nodes.iter().map(|node| node.op_type.as_str()).collect()
    }

    const IN_FLOATS: [&str; 4] = ["DequantizeLinear", "Unsqueeze", "Conv", "Squeeze"];

    #[test]
    fn a_convolution_of_bytes_becomes_one_of_floats_with_the_same_name() {
        let mut model = model(quantized("x", true, 1), &["x.out"]);
        assert_eq!(in_floats(&mut model), 1);
        assert_eq!(operators(&model), IN_FLOATS);
        let nodes = &model.graph.unwrap().node;
        assert_eq!(nodes[0].input, ["w", "w.scale", "w.zero"]);
        assert_eq!(nodes[1].input[0], "x", "the sound as it was");
        assert_eq!(nodes[2].input[2], "bias");
        assert_eq!(nodes[3].output, ["x.out"]);
    }

    #[test]
    fn a_bias_is_not_needed() {
        let mut model = model(quantized("x", false, 1), &["x.out"]);
        assert_eq!(in_floats(&mut model), 1);
        assert_eq!(operators(&model), IN_FLOATS);
        assert_eq!(model.graph.unwrap().node[2].input.len(), 2);
    }

    #[test]
    fn a_second_dimension_of_one_stands_before_the_samples() {
        let mut model = model(quantized("x", true, 1), &["x.out"]);
        in_floats(&mut model);
        let graph = model.graph.as_ref().unwrap();
        assert_eq!(graph.initializer[0].dims, [4, 2, 1, 3]);
        let attributes = &graph.node[2].attribute;
        let ints = |name: &str| {
            let found = attributes.iter().find(|a| a.name == name).unwrap();
            found.ints.clone()
        };
        assert_eq!(ints("kernel_shape"), [1, 3]);
        assert_eq!(ints("pads"), [0, 2, 0, 2]);
    }

    #[test]
    fn what_others_take_too_stays() {
        let mut nodes = quantized("x", true, 1);
        nodes.push(Node::new("MatMulInteger", &["x.bytes"], "other"));
        let mut model = model(nodes, &["x.out", "other"]);
        assert_eq!(in_floats(&mut model), 1);
        let expected = [
            &["DynamicQuantizeLinear"],
            &IN_FLOATS[..],
            &["MatMulInteger"],
        ]
        .concat();
        assert_eq!(operators(&model), expected);
    }

    #[test]
    fn what_is_written_otherwise_stays_as_it_is() {
        let with = |node: Node| [quantized("x", true, 1), vec![node]].concat();
        let scaled_by_another = |mut nodes: Vec<Node>| {
            nodes.last_mut().unwrap().input[1] = "other.scales".into();
            nodes.push(Node::new("Mul", &["w.scale", "x.scale"], "other.scales"));
            nodes
        };
        let of_a_graph_within = Attribute {
            g: Some(Default::default()),
            ..Attribute::default()
        };
        let mut within = Node::new("If", &["c"], "more");
        within.attribute.push(of_a_graph_within);
        for (what, nodes) in [
            ("over a plane", quantized("x", true, 2)),
            (
                "the sum has another user",
                with(Node::new("Relu", &["x.convolved"], "more")),
            ),
            (
                "the weights have another user",
                with(Node::new("Relu", &["w"], "more")),
            ),
            (
                "scaled by another",
                scaled_by_another(quantized("x", true, 1)),
            ),
            ("a graph within", with(within)),
        ] {
            let mut changed = model(nodes, &["x.out", "more"]);
            let before = changed.clone();
            assert_eq!(in_floats(&mut changed), 0, "{what}");
            assert_eq!(changed, before, "{what}");
        }
    }

    #[test]
    fn weights_of_several_scales_and_sums_that_are_given_out_stay_as_they_are() {
        let mut of_channels = model(quantized("x", true, 1), &["x.out"]);
        of_channels.graph.as_mut().unwrap().initializer[1].dims = vec![4];
        assert_eq!(in_floats(&mut of_channels), 0);
        let mut given_out = model(quantized("x", true, 1), &["x.out", "x.convolved"]);
        assert_eq!(in_floats(&mut given_out), 0);
        let mut of_the_caller = model(quantized("x", true, 1), &["x.out"]);
        let input = Value {
            name: "w".into(),
            ..Value::default()
        };
        of_the_caller.graph.as_mut().unwrap().input.push(input);
        assert_eq!(in_floats(&mut of_the_caller), 0);
    }

    #[test]
    fn operators_of_an_older_version_stay_as_they_are() {
        let mut changed = model(quantized("x", true, 1), &["x.out"]);
        changed.opset_import[0].version = 12;
        assert_eq!(in_floats(&mut changed), 0);
    }
}
