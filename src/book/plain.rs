//! Plain text: paragraphs between empty lines.

use super::Block;

/// The paragraphs, with their line breaks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut open) = (Vec::new(), String::new());
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !open.is_empty() {
                blocks.push(Block::Paragraph(std::mem::take(&mut open)));
            }
            continue;
        }
        if !open.is_empty() {
            open.push('\n');
        }
        open.push_str(line.trim());
    }
    blocks
}
