//! The list of APIs with everything that is said about them in the requests' files.

use crate::model::{Message, Versions};

pub(super) fn text(requests: &[&Message]) -> String {
    let mut requests = requests.to_vec();
    requests.sort_by_key(|message| message.key);
    let (mut variants, mut all, mut rows, mut numbers, mut apis) = (
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    );
    let mut next = 0;
    for request in &requests {
        let name = request.name.strip_suffix("Request").unwrap_or(&request.name);
        let number = request.key.unwrap_or_default();
        variants += &format!("/// Number {number}, versions {}.\n{name},\n", request.versions);
        all += &format!("Self::{name},\n");
        while next < number {
            numbers += "None,\n";
            next += 1;
        }
        next += 1;
        numbers += &format!("Some(Self::{name}),\n");
        apis += &format!("{name} => {name}Request, {name}Response;\n");
        rows += &row(request, name, number);
    }
    format!(
        "//! Every API of Kafka 4.4 that has a version left. Written by `cargo codegen`.\n\n\
         use crate::api_key::ApiRow;\n\n\
         /// Kind of a request, the first number in its header.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum ApiKey {{\n{variants}}}\n\n\
         impl ApiKey {{\n/// All APIs, ordered by number.\n\
         pub const ALL: [Self; {count}] = [\n{all}];\n\n\
         /// Each API at the place of its number.\n\
         pub(crate) const BY_NUMBER: [Option<Self>; {next}] = [\n{numbers}];\n}}\n\n\
         pub(crate) static ROWS: [ApiRow; {count}] = [\n{rows}];\n\n\
         /// Calls `$macro!(Name => NameRequest, NameResponse; …)` with every API.\n\
         #[macro_export]\nmacro_rules! for_each_api {{\n($macro:ident) => {{\n$macro! {{\n{apis}}}\n}};\n}}\n",
        count = requests.len(),
    )
}

fn row(request: &Message, name: &str, number: i16) -> String {
    let range = |versions: Versions| format!("{}..={}", versions.lowest, versions.highest);
    let listener = |name: &str| request.api.listeners.iter().any(|listener| listener == name);
    format!(
        "ApiRow {{\nnumber: {number},\nname: \"{name}\",\nversions: {stable},\nall_versions: {all},\n\
         first_flexible: {flexible},\non_broker: {broker},\non_controller: {controller},\n\
         cluster_action: {cluster},\nforwardable: {forwardable},\n}},\n",
        stable = range(request.api.stable.unwrap_or(request.versions)),
        all = range(request.versions),
        flexible = request
            .flexible
            .map_or("i16::MAX".to_owned(), |first| first.to_string()),
        broker = listener("broker"),
        controller = listener("controller"),
        cluster = request.api.cluster_action,
        forwardable = request.api.forwardable,
    )
}
