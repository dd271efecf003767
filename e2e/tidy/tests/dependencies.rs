//! What may be linked: licences, banned crates and registries, as `deny.toml` says.

use e2e_tidy::{dependencies, expect_none, repository};

#[test]
fn every_package_comes_from_an_allowed_registry() {
    let registries: Vec<String> = dependencies::deny_list("allow-registry")
        .iter()
        .map(|url| format!("registry+{url}"))
        .collect();
    assert!(!registries.is_empty(), "deny.toml names no registry");
    let mut offenders = Vec::new();
    for lock in repository::files_ending("Cargo.lock") {
        for package in dependencies::locked_packages(&lock) {
            if package
                .source
                .as_ref()
                .is_some_and(|source| !registries.contains(source))
            {
                offenders.push(format!(
                    "{lock}: {} {} {:?}",
                    package.name, package.version, package.source
                ));
            }
        }
    }
    expect_none("Sources", &offenders);
}

#[test]
fn no_banned_crate_is_linked() {
    let banned = dependencies::deny_list("deny");
    assert!(banned.len() > 3, "deny.toml bans nothing");
    let linked = dependencies::linked_packages();
    assert!(linked.len() > 100, "cargo tree shows {} packages", linked.len());
    let offenders: Vec<String> = linked
        .into_iter()
        .filter(|name| banned.contains(name) && !dependencies::is_excused(name))
        .collect();
    expect_none("Banned crates", &offenders);
}

#[test]
fn every_licence_is_allowed() {
    let allowed = dependencies::deny_list("allow");
    assert!(allowed.contains(&"MIT".to_owned()), "deny.toml allows no licence");
    let packages = dependencies::licences();
    assert!(
        packages.len() > 20,
        "cargo metadata shows {} packages",
        packages.len()
    );
    let mut offenders: Vec<String> = packages
        .into_iter()
        .filter(|(_, licence)| {
            !licence
                .as_ref()
                .is_some_and(|licence| dependencies::is_allowed(licence, &allowed))
        })
        .map(|(name, licence)| format!("{name}: {licence:?}"))
        .collect();
    offenders.sort();
    offenders.dedup();
    expect_none("Licences", &offenders);
}
