//! The file that names all generated modules of a crate, and the list macro over its messages.

use crate::model::Message;

pub(super) fn text(members: &[&Message], modules: &[String]) -> String {
    let mut text = String::from(
        "//! Every message of Kafka 4.4 that belongs to this crate. Written by `cargo codegen`.\n\n",
    );
    for module in modules {
        // The table of APIs is an inside matter of the module that is written over it.
        let visibility = if module == "api_table" {
            "pub(crate)"
        } else {
            "pub"
        };
        text += &format!("{visibility} mod {module};\n");
    }
    text += "\n/// All messages by name.\npub mod messages {\n";
    for message in members {
        text += &format!("pub use super::{}::{};\n", message.module(), message.name);
    }
    text += "}\n\n/// Calls `$macro!(Name, Name, …)` with the name of every message of this crate.\n\
             #[macro_export]\nmacro_rules! for_each_message {\n($macro:ident) => {\n$macro! {\n";
    for message in members {
        text += &format!("{},\n", message.name);
    }
    text + "}\n};\n}\n"
}
