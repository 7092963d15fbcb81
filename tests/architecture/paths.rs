//! The paths that a source file names, as the compiler resolves them: `use` trees and paths in types and
//! expressions, with `super` and `self` worked out. Code that is only compiled for tests is left out, and so
//! are the arguments of macros, which are no syntax tree.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Path, UseTree};

/// The paths that a file names, from the crate's root (`crate::audio::frame`) or another crate's
/// (`std::thread`). `module` is where the file stands, from the crate's root: `["audio", "frame"]`.
pub fn paths(source: &str, module: &[String]) -> BTreeSet<String> {
    let file = syn::parse_file(source).expect("it compiles");
    let mut found = Found {
        module: module.to_vec(),
        paths: BTreeSet::new(),
    };
    found.visit_file(&file);
    found.paths
}

struct Found {
    module: Vec<String>,
    paths: BTreeSet<String>,
}

impl Found {
    fn name(&mut self, segments: &[String]) {
        let Some(first) = segments.first() else {
            return;
        };
        let mut place = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => {
                let up = segments.iter().take_while(|segment| *segment == "super");
                let depth = self.module.len().saturating_sub(up.count());
                self.module[..depth].to_vec()
            }
            _ => {
                self.paths.insert(segments.join("::"));
                return;
            }
        };
        let words = ["crate", "self", "super"];
        let rest = segments.iter().skip_while(|s| words.contains(&s.as_str()));
        place.extend(rest.cloned());
        self.paths.insert(format!("crate::{}", place.join("::")));
    }

    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.name(&with(&name.ident)),
            UseTree::Rename(rename) => self.name(&with(&rename.ident)),
            UseTree::Glob(_) => self.name(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if segments.len() > 1 {
            self.name(&segments);
        }
        visit::visit_path(self, path);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]`.
fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Ident>()
            .is_ok_and(|condition| condition == "test")
}
