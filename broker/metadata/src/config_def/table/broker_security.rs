//! Broker configs of TLS, SASL, principals and tokens.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static BROKER_SECURITY:
    "authorizer.class.name": String = Value(""), NonNull, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that decides who may do what.";
    "delegation.token.expiry.check.interval.ms": Long = Value("3600000"), AtLeast(1), Low, ReadOnly, Public, No(DELEGATION_TOKENS), [],
        "How often expired tokens are removed.";
    "delegation.token.expiry.time.ms": Long = Value("86400000"), AtLeast(1), Medium, ReadOnly, Public, No(DELEGATION_TOKENS), [],
        "A token that is not renewed expires after this time.";
    "delegation.token.max.lifetime.ms": Long = Value("604800000"), AtLeast(1), Medium, ReadOnly, Public, No(DELEGATION_TOKENS), [],
        "A token cannot be renewed beyond this age.";
    "delegation.token.secret.key": Password = Null, Any, Medium, ReadOnly, Public, No(DELEGATION_TOKENS), [],
        "Secret that signs tokens; the same on every node.";
    "principal.builder.class": Class = Value("org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder"), Any, Medium, PerBroker, Public, No(JAVA_CLASS), [],
        "Class that makes a principal out of a connection.";
    "sasl.client.callback.handler.class": Class = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that answers the questions of a SASL client.";
    "sasl.enabled.mechanisms": List = Value("GSSAPI"), Distinct, Medium, PerBroker, Public, No(SASL), [],
        "SASL mechanisms that are served.";
    "sasl.jaas.config": Password = Null, Any, Medium, PerBroker, Public, No(SASL), [],
        "Credentials of the server's own SASL logins.";
    "sasl.kerberos.kinit.cmd": String = Value("/usr/bin/kinit"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Path of the kinit program.";
    "sasl.kerberos.min.time.before.relogin": Long = Value("60000"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Shortest time between two Kerberos logins.";
    "sasl.kerberos.principal.to.local.rules": List = Value("DEFAULT"), Distinct, Medium, PerBroker, Public, No(SASL), [],
        "Rules that shorten Kerberos principals.";
    "sasl.kerberos.service.name": String = Null, Any, Medium, PerBroker, Public, No(SASL), [],
        "Kerberos name of the service.";
    "sasl.kerberos.ticket.renew.jitter": Double = Value("0.05"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Random share of the time until a ticket is renewed.";
    "sasl.kerberos.ticket.renew.window.factor": Double = Value("0.8"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Share of a ticket's life after which it is renewed.";
    "sasl.login.callback.handler.class": Class = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that answers the questions of a login.";
    "sasl.login.class": Class = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that logs in.";
    "sasl.login.connect.timeout.ms": Int = Null, Any, Low, ReadOnly, Public, No(SASL), [],
        "How long connecting to the identity provider may take.";
    "sasl.login.read.timeout.ms": Int = Null, Any, Low, ReadOnly, Public, No(SASL), [],
        "How long reading from the identity provider may take.";
    "sasl.login.refresh.buffer.seconds": Short = Value("300"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Time before expiry in which a credential is not left to wait for its refresh.";
    "sasl.login.refresh.min.period.seconds": Short = Value("60"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Shortest time between two refreshes of a credential.";
    "sasl.login.refresh.window.factor": Double = Value("0.8"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Share of a credential's life after which it is refreshed.";
    "sasl.login.refresh.window.jitter": Double = Value("0.05"), Any, Medium, PerBroker, Public, No(SASL), [],
        "Random share of the time until a credential is refreshed.";
    "sasl.login.retry.backoff.max.ms": Long = Value("10000"), Any, Low, ReadOnly, Public, No(SASL), [],
        "Longest pause before a login is tried again.";
    "sasl.login.retry.backoff.ms": Long = Value("100"), Any, Low, ReadOnly, Public, No(SASL), [],
        "First pause before a login is tried again.";
    "sasl.mechanism.controller.protocol": String = Value("GSSAPI"), Any, High, ReadOnly, Public, No(SASL), [],
        "SASL mechanism towards controllers.";
    "sasl.mechanism.inter.broker.protocol": String = Value("GSSAPI"), Any, Medium, PerBroker, Public, No(SASL), [],
        "SASL mechanism between brokers.";
    "sasl.oauthbearer.allow.unverified.audience": Boolean = Value("false"), Any, Medium, ReadOnly, Public, No(SASL), [],
        "Whether a token's audience may go unchecked.";
    "sasl.oauthbearer.allow.unverified.issuer": Boolean = Value("false"), Any, Medium, ReadOnly, Public, No(SASL), [],
        "Whether a token's issuer may go unchecked.";
    "sasl.oauthbearer.assertion.algorithm": String = Value("RS256"), OneOfIgnoringCase(&["ES256", "RS256"]), Medium, ReadOnly, Public, No(SASL), [],
        "Algorithm that signs an assertion.";
    "sasl.oauthbearer.assertion.claim.aud": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Audience claim of an assertion.";
    "sasl.oauthbearer.assertion.claim.exp.seconds": Int = Value("300"), Between(0, 86400), Low, ReadOnly, Public, No(SASL), [],
        "Seconds until an assertion expires.";
    "sasl.oauthbearer.assertion.claim.iss": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Issuer claim of an assertion.";
    "sasl.oauthbearer.assertion.claim.jti.include": Boolean = Value("false"), Any, Medium, ReadOnly, Public, No(SASL), [],
        "Whether an assertion carries an id of its own.";
    "sasl.oauthbearer.assertion.claim.nbf.seconds": Int = Value("60"), Between(0, 3600), Low, ReadOnly, Public, No(SASL), [],
        "Seconds before now from which an assertion is valid.";
    "sasl.oauthbearer.assertion.claim.sub": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Subject claim of an assertion.";
    "sasl.oauthbearer.assertion.file": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "File that holds a ready-made assertion.";
    "sasl.oauthbearer.assertion.private.key.file": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "File of the key that signs assertions.";
    "sasl.oauthbearer.assertion.private.key.passphrase": Password = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Passphrase of the key that signs assertions.";
    "sasl.oauthbearer.assertion.template.file": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "File with more claims for an assertion.";
    "sasl.oauthbearer.client.credentials.client.id": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Client id towards the token endpoint.";
    "sasl.oauthbearer.client.credentials.client.secret": Password = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Client secret towards the token endpoint.";
    "sasl.oauthbearer.clock.skew.seconds": Int = Value("30"), Any, Low, ReadOnly, Public, No(SASL), [],
        "How far the clocks of issuer and broker may differ.";
    "sasl.oauthbearer.expected.audience": List = Value(""), Distinct, High, ReadOnly, Public, No(SASL), [],
        "Audiences of which a token must name one.";
    "sasl.oauthbearer.expected.issuer": String = Null, Any, High, ReadOnly, Public, No(SASL), [],
        "Issuer that a token must name.";
    "sasl.oauthbearer.jwks.endpoint.refresh.ms": Long = Value("3600000"), Any, Low, ReadOnly, Public, No(SASL), [],
        "How often the issuer's keys are fetched again.";
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms": Long = Value("10000"), Any, Low, ReadOnly, Public, No(SASL), [],
        "Longest pause before the issuer's keys are asked for again.";
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms": Long = Value("100"), Any, Low, ReadOnly, Public, No(SASL), [],
        "First pause before the issuer's keys are asked for again.";
    "sasl.oauthbearer.jwks.endpoint.url": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Where the issuer's keys are found.";
    "sasl.oauthbearer.jwt.retriever.class": Class = Value("org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"), Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that fetches tokens.";
    "sasl.oauthbearer.jwt.validator.class": Class = Value("org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator"), Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that checks tokens.";
    "sasl.oauthbearer.scope": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Scope that is asked for with a token.";
    "sasl.oauthbearer.scope.claim.name": String = Value("scope"), Any, Low, ReadOnly, Public, No(SASL), [],
        "Claim that holds a token's scope.";
    "sasl.oauthbearer.sub.claim.name": String = Value("sub"), Any, Low, ReadOnly, Public, No(SASL), [],
        "Claim that holds a token's subject.";
    "sasl.oauthbearer.token.endpoint.url": String = Null, Any, Medium, ReadOnly, Public, No(SASL), [],
        "Where tokens are fetched.";
    "sasl.server.callback.handler.class": Class = Null, Any, Medium, ReadOnly, Public, No(JAVA_CLASS), [],
        "Class that answers the questions of a SASL server.";
    "sasl.server.max.receive.size": Int = Value("524288"), Any, Medium, ReadOnly, Public, No(SASL), [],
        "Largest message before a client has authenticated.";
    "security.inter.broker.protocol": String = Value("PLAINTEXT"), OneOf(&["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]), Medium, ReadOnly, Public, Yes, [],
        "Security protocol between brokers when no listener is named for that.";
    "security.providers": String = Null, Any, Low, ReadOnly, Public, No(JAVA_CLASS), [],
        "Classes that provide security algorithms.";
    "ssl.allow.dn.changes": Boolean = Value("false"), Any, Low, ReadOnly, Public, No(TLS), [],
        "Whether a reloaded certificate may name another subject.";
    "ssl.allow.san.changes": Boolean = Value("false"), Any, Low, ReadOnly, Public, No(TLS), [],
        "Whether a reloaded certificate may lose alternative names.";
    "ssl.cipher.suites": List = Value(""), Distinct, Medium, PerBroker, Public, No(TLS), [],
        "Cipher suites that are allowed; empty for all.";
    "ssl.client.auth": String = Value("none"), OneOf(&["required", "requested", "none"]), Medium, PerBroker, Public, No(TLS), [],
        "Whether clients must show a certificate.";
    "ssl.enabled.protocols": List = Value("TLSv1.2,TLSv1.3"), Distinct, Medium, PerBroker, Public, No(TLS), [],
        "TLS versions that are allowed.";
    "ssl.endpoint.identification.algorithm": String = Value("https"), Any, Low, PerBroker, Public, No(TLS), [],
        "How the name in a certificate is checked.";
    "ssl.engine.factory.class": Class = Null, Any, Low, PerBroker, Public, No(JAVA_CLASS), [],
        "Class that makes TLS engines.";
    "ssl.key.password": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Password of the private key.";
    "ssl.keymanager.algorithm": String = Value("SunX509"), Any, Medium, PerBroker, Public, No(JAVA_CLASS), [],
        "Algorithm of the key manager.";
    "ssl.keystore.certificate.chain": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Certificate chain as PEM text.";
    "ssl.keystore.key": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Private key as PEM text.";
    "ssl.keystore.location": String = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "File of the key store.";
    "ssl.keystore.password": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Password of the key store.";
    "ssl.keystore.type": String = Value("JKS"), Any, Medium, PerBroker, Public, No(TLS), [],
        "Format of the key store.";
    "ssl.principal.mapping.rules": String = Value("DEFAULT"), Any, Low, ReadOnly, Public, No(TLS), [],
        "Rules that shorten names of certificates.";
    "ssl.protocol": String = Value("TLSv1.3"), Any, Medium, PerBroker, Public, No(TLS), [],
        "TLS version that is offered first.";
    "ssl.provider": String = Null, Any, Medium, PerBroker, Public, No(JAVA_CLASS), [],
        "Provider of TLS.";
    "ssl.secure.random.implementation": String = Null, Any, Low, PerBroker, Public, No(JAVA_CLASS), [],
        "Source of randomness for TLS.";
    "ssl.trustmanager.algorithm": String = Value("PKIX"), Any, Medium, PerBroker, Public, No(JAVA_CLASS), [],
        "Algorithm of the trust manager.";
    "ssl.truststore.certificates": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Trusted certificates as PEM text.";
    "ssl.truststore.location": String = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "File of the trust store.";
    "ssl.truststore.password": Password = Null, Any, Medium, PerBroker, Public, No(TLS), [],
        "Password of the trust store.";
    "ssl.truststore.type": String = Value("JKS"), Any, Medium, PerBroker, Public, No(TLS), [],
        "Format of the trust store.";
}
