//! Tiny models with random weights: of the shape of real ones, so that llama.cpp runs them as it runs
//! those, in milliseconds.

// Each test program uses some of it.
#![allow(dead_code)]

use std::fs;
use std::path::Path;

const EMBEDDING: u64 = 64;
const FEED_FORWARD: u64 = 128;
/// Unknown, begin, end, and one for each byte.
const VOCABULARY: u64 = 3 + 256;

/// A template in the manner of many.
pub const TEMPLATE: &str = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}\
    {% if add_generation_prompt %}<assistant>{% endif %}";

/// A file that is being put together.
pub struct TinyGguf {
    architecture: &'static str,
    values: Vec<(String, Vec<u8>)>,
    tensors: Vec<(String, Vec<u64>, Vec<f32>)>,
    /// Tensors that are stored in another way than as 32-bit floating point: its number, and the bytes.
    stored: Vec<(String, Vec<u64>, u32, Vec<u8>)>,
    random: fastrand::Rng,
}

impl TinyGguf {
    /// With nothing but an architecture.
    pub fn empty(architecture: &'static str) -> Self {
        let mut file = Self {
            architecture,
            values: Vec::new(),
            tensors: Vec::new(),
            stored: Vec::new(),
            random: fastrand::Rng::with_seed(7),
        };
        file.text("general.architecture", architecture);
        file
    }

    /// With what every model has.
    pub fn new(architecture: &'static str) -> Self {
        let mut file = Self::empty(architecture);
        file.text("general.name", &format!("tiny {architecture}"));
        file.own("block_count", 2);
        file.own("context_length", 4096);
        file.own("embedding_length", EMBEDDING as u32);
        file.text("tokenizer.ggml.model", "llama");
        let special = ["<unk>", "<s>", "</s>"].map(str::to_owned);
        let bytes = (0..=255u8).map(|byte| format!("<0x{byte:02X}>"));
        let tokens: Vec<Vec<u8>> = special
            .into_iter()
            .chain(bytes)
            .map(|t| string(&t))
            .collect();
        file.array("tokenizer.ggml.tokens", 8, &tokens);
        let scores: Vec<Vec<u8>> = vec![0f32.to_le_bytes().to_vec(); tokens.len()];
        file.array("tokenizer.ggml.scores", 6, &scores);
        // Unknown, control, control, bytes.
        let kinds = [2i32, 3, 3].into_iter().chain([6; 256]);
        let kinds: Vec<Vec<u8>> = kinds.map(|kind| kind.to_le_bytes().to_vec()).collect();
        file.array("tokenizer.ggml.token_type", 5, &kinds);
        file.number("tokenizer.ggml.bos_token_id", 1);
        file.number("tokenizer.ggml.eos_token_id", 2);
        file.flag("tokenizer.ggml.add_bos_token", false);
        file.flag("tokenizer.ggml.add_space_prefix", false);
        file
    }

    /// A transformer, whose cache can be cut.
    pub fn llama() -> Self {
        let mut file = Self::new("llama");
        file.template(TEMPLATE);
        file.attention();
        file.weight("token_embd.weight", &[EMBEDDING, VOCABULARY]);
        file.ones("output_norm.weight", EMBEDDING);
        for layer in 0..2 {
            file.attention_layer(layer);
        }
        file
    }

    /// A recurrent model.
    pub fn mamba() -> Self {
        let (inner, state, rank) = (2 * EMBEDDING, 16, 4);
        let mut file = Self::new("mamba");
        file.template(TEMPLATE);
        file.own("feed_forward_length", 0);
        file.own("attention.head_count", 0);
        file.own("ssm.conv_kernel", 4);
        file.own("ssm.inner_size", inner as u32);
        file.own("ssm.state_size", state as u32);
        file.own("ssm.time_step_rank", rank as u32);
        file.own_float("attention.layer_norm_rms_epsilon", 1e-5);
        file.weight("token_embd.weight", &[EMBEDDING, VOCABULARY]);
        file.ones("output_norm.weight", EMBEDDING);
        for layer in 0..2 {
            let name = |part: &str| format!("blk.{layer}.{part}");
            file.ones(&name("attn_norm.weight"), EMBEDDING);
            file.weight(&name("ssm_in.weight"), &[EMBEDDING, 2 * inner]);
            file.weight(&name("ssm_conv1d.weight"), &[4, inner]);
            file.weight(&name("ssm_conv1d.bias"), &[inner]);
            file.weight(&name("ssm_x.weight"), &[inner, rank + 2 * state]);
            file.weight(&name("ssm_dt.weight"), &[rank, inner]);
            file.weight(&name("ssm_dt.bias"), &[inner]);
            // Negative, so that the state fades slowly.
            file.filled(&name("ssm_a"), &[state, inner], -0.05);
            file.ones(&name("ssm_d"), inner);
            file.weight(&name("ssm_out.weight"), &[inner, EMBEDDING]);
        }
        file
    }

    /// A hybrid: a layer of short convolutions, a layer of attention.
    pub fn lfm2() -> Self {
        let mut file = Self::new("lfm2");
        file.template(TEMPLATE);
        file.attention();
        let heads: Vec<Vec<u8>> = [0u32, 2].iter().map(|n| n.to_le_bytes().to_vec()).collect();
        file.values
            .retain(|(key, _)| key != "lfm2.attention.head_count_kv");
        file.array("lfm2.attention.head_count_kv", 4, &heads);
        file.own("shortconv.l_cache", 3);
        file.own("vocab_size", VOCABULARY as u32);
        file.weight("token_embd.weight", &[EMBEDDING, VOCABULARY]);
        file.ones("token_embd_norm.weight", EMBEDDING);
        let name = |part: &str| format!("blk.0.{part}");
        file.ones(&name("attn_norm.weight"), EMBEDDING);
        file.weight(&name("shortconv.conv.weight"), &[3, EMBEDDING]);
        file.weight(
            &name("shortconv.in_proj.weight"),
            &[EMBEDDING, 3 * EMBEDDING],
        );
        file.weight(&name("shortconv.out_proj.weight"), &[EMBEDDING, EMBEDDING]);
        file.feed_forward(0);
        file.attention_layer(1);
        file.ones("blk.1.attn_q_norm.weight", 32);
        file.ones("blk.1.attn_k_norm.weight", 32);
        file
    }

    fn attention(&mut self) {
        self.own("feed_forward_length", FEED_FORWARD as u32);
        self.own("attention.head_count", 2);
        self.own("attention.head_count_kv", 2);
        self.own("rope.dimension_count", 32);
        self.own_float("attention.layer_norm_rms_epsilon", 1e-5);
    }

    fn attention_layer(&mut self, layer: u64) {
        let name = |part: &str| format!("blk.{layer}.{part}");
        self.ones(&name("attn_norm.weight"), EMBEDDING);
        for part in ["attn_q", "attn_k", "attn_v", "attn_output"] {
            self.weight(&name(&format!("{part}.weight")), &[EMBEDDING, EMBEDDING]);
        }
        self.feed_forward(layer);
    }

    fn feed_forward(&mut self, layer: u64) {
        let name = |part: &str| format!("blk.{layer}.{part}");
        self.ones(&name("ffn_norm.weight"), EMBEDDING);
        self.weight(&name("ffn_gate.weight"), &[EMBEDDING, FEED_FORWARD]);
        self.weight(&name("ffn_up.weight"), &[EMBEDDING, FEED_FORWARD]);
        self.weight(&name("ffn_down.weight"), &[FEED_FORWARD, EMBEDDING]);
    }

    /// Sets the chat template.
    pub fn template(&mut self, template: &str) -> &mut Self {
        self.values
            .retain(|(key, _)| key != "tokenizer.chat_template");
        self.text("tokenizer.chat_template", template);
        self
    }

    /// Takes a key away.
    pub fn without(&mut self, key: &str) -> &mut Self {
        self.values.retain(|(k, _)| k != key);
        self
    }

    /// Sets a text.
    pub fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.value(key, 8, string(text))
    }

    /// Sets a number.
    pub fn number(&mut self, key: &str, number: u32) -> &mut Self {
        self.value(key, 4, number.to_le_bytes().to_vec())
    }

    fn own(&mut self, key: &str, number: u32) {
        self.number(&format!("{}.{key}", self.architecture), number);
    }

    fn own_float(&mut self, key: &str, number: f32) {
        let key = format!("{}.{key}", self.architecture);
        self.value(&key, 6, number.to_le_bytes().to_vec());
    }

    fn flag(&mut self, key: &str, on: bool) {
        self.value(key, 7, vec![u8::from(on)]);
    }

    fn array(&mut self, key: &str, kind: u32, items: &[Vec<u8>]) {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((items.len() as u64).to_le_bytes());
        bytes.extend(items.concat());
        self.value(key, 9, bytes);
    }

    /// Sets a value of any kind, damaged ones too.
    pub fn value(&mut self, key: &str, kind: u32, bytes: Vec<u8>) -> &mut Self {
        let with_kind = [kind.to_le_bytes().to_vec(), bytes].concat();
        self.values.push((key.into(), with_kind));
        self
    }

    /// Adds a tensor that is stored in the way of this number, damaged ones too.
    pub fn stored(&mut self, name: &str, shape: &[u64], kind: u32, bytes: Vec<u8>) -> &mut Self {
        self.stored.push((name.into(), shape.to_vec(), kind, bytes));
        self
    }

    /// Adds what an adapter (LoRA) adds to a tensor of this shape.
    pub fn pair(&mut self, tensor: &str, shape: [u64; 2], rank: u64) -> &mut Self {
        self.weight(&format!("{tensor}.lora_a"), &[shape[0], rank]);
        self.weight(&format!("{tensor}.lora_b"), &[rank, shape[1]]);
        self
    }

    fn weight(&mut self, name: &str, shape: &[u64]) {
        let count: u64 = shape.iter().product();
        let numbers = (0..count).map(|_| self.random.f32() - 0.5).collect();
        self.tensors.push((name.into(), shape.to_vec(), numbers));
    }

    fn ones(&mut self, name: &str, length: u64) {
        self.filled(name, &[length], 1.0);
    }

    fn filled(&mut self, name: &str, shape: &[u64], value: f32) {
        let count = shape.iter().product::<u64>() as usize;
        self.tensors
            .push((name.into(), shape.to_vec(), vec![value; count]));
    }

    /// Makes a transformer that ends its message at once, whatever it has read: every token leaves the
    /// same trace in the state, and only the end of a message answers to it.
    pub fn silent(&mut self) -> &mut Self {
        const END: u64 = 2;
        let row = EMBEDDING as usize;
        for (name, _, numbers) in &mut self.tensors {
            if name == "token_embd.weight" {
                numbers.chunks_mut(row).for_each(|token| token[0] = 100.0);
            }
        }
        let shape = [EMBEDDING, VOCABULARY];
        self.filled("output.weight", &shape, 0.0);
        let (.., numbers) = self.tensors.last_mut().unwrap();
        numbers[END as usize * row] = 1.0;
        self
    }

    /// The same model in two parts.
    pub fn split(mut self) -> [Self; 2] {
        let all = self.tensors.len();
        let mut second = Self {
            architecture: self.architecture,
            values: Vec::new(),
            tensors: self.tensors.split_off(all / 2),
            stored: Vec::new(),
            random: self.random.clone(),
        };
        for (part, number) in [(&mut self, 0u16), (&mut second, 1)] {
            part.value("split.no", 2, number.to_le_bytes().to_vec());
            part.value("split.count", 2, 2u16.to_le_bytes().to_vec());
            let all = (all as i32).to_le_bytes().to_vec();
            part.value("split.tensors.count", 5, all);
        }
        [self, second]
    }

    /// The file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = b"GGUF".to_vec();
        head.extend(3u32.to_le_bytes());
        let tensors = self.tensors.len() + self.stored.len();
        head.extend((tensors as u64).to_le_bytes());
        head.extend((self.values.len() as u64).to_le_bytes());
        for (key, value) in &self.values {
            head.extend(string(key));
            head.extend(value);
        }
        let numbers = self.tensors.iter().map(|(name, shape, numbers)| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
            // 32-bit floating point.
            (name.clone(), shape.clone(), 0, bytes)
        });
        let mut data: Vec<u8> = Vec::new();
        for (name, shape, kind, bytes) in numbers.chain(self.stored.iter().cloned()) {
            head.extend(string(&name));
            head.extend((shape.len() as u32).to_le_bytes());
            shape.iter().for_each(|n| head.extend(n.to_le_bytes()));
            head.extend(kind.to_le_bytes());
            head.extend((data.len() as u64).to_le_bytes());
            data.extend(bytes);
            data.resize(data.len().next_multiple_of(32), 0);
        }
        head.resize(head.len().next_multiple_of(32), 0);
        head.extend(data);
        head
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) {
        fs::write(path, self.bytes()).unwrap();
    }
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}
