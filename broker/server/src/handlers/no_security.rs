//! ACL and delegation-token APIs (29–31, 38–41) of a broker without authorizer and without SASL.
//!
//! Kafka advertises them all the same and answers with codes that admin tools print.

use std::sync::Arc;

use broker_protocol::ErrorCode;
use broker_protocol::create_acls_response::AclCreationResult;
use broker_protocol::delete_acls_response::DeleteAclsFilterResult;
use broker_protocol::messages::{
    CreateAclsRequest, CreateAclsResponse, CreateDelegationTokenRequest, CreateDelegationTokenResponse,
    DeleteAclsRequest, DeleteAclsResponse, DescribeAclsRequest, DescribeAclsResponse,
    DescribeDelegationTokenRequest, DescribeDelegationTokenResponse, ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse, RenewDelegationTokenRequest, RenewDelegationTokenResponse,
};

use crate::broker::Broker;
use crate::dispatch::{Answer, HandlerResult};
use crate::network::RequestContext;

const NO_AUTHORIZER: &str = "This broker has no authorizer.";
const NO_TIMESTAMP: i64 = -1;

macro_rules! answers {
    ($($(#[$doc:meta])* $module:ident: $request:ident -> $response:ident = $answer:expr;)*) => {
        $(
            $(#[$doc])*
            pub mod $module {
                use super::*;

                /// Answers one request.
                ///
                /// # Errors
                /// None.
                pub async fn handle(
                    _broker: &Arc<Broker>,
                    context: &RequestContext,
                    request: $request,
                ) -> HandlerResult<$response> {
                    let answer: fn(&RequestContext, $request) -> $response = $answer;
                    Ok(Answer::Respond(answer(context, request)))
                }
            }
        )*
    };
}

answers! {
    /// DescribeAcls (29).
    describe_acls: DescribeAclsRequest -> DescribeAclsResponse = |_, _| DescribeAclsResponse {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(NO_AUTHORIZER.into()),
        ..DescribeAclsResponse::default()
    };
    /// CreateAcls (30).
    create_acls: CreateAclsRequest -> CreateAclsResponse = |_, request| CreateAclsResponse {
        results: request.creations.iter().map(|_| AclCreationResult {
            error_code: ErrorCode::SecurityDisabled.code(),
            error_message: Some(NO_AUTHORIZER.into()),
            ..AclCreationResult::default()
        }).collect(),
        ..CreateAclsResponse::default()
    };
    /// DeleteAcls (31).
    delete_acls: DeleteAclsRequest -> DeleteAclsResponse = |_, request| DeleteAclsResponse {
        filter_results: request.filters.iter().map(|_| DeleteAclsFilterResult {
            error_code: ErrorCode::SecurityDisabled.code(),
            error_message: Some(NO_AUTHORIZER.into()),
            ..DeleteAclsFilterResult::default()
        }).collect(),
        ..DeleteAclsResponse::default()
    };
    /// CreateDelegationToken (38): refused on a connection that was not authenticated by SASL or TLS.
    create_delegation_token: CreateDelegationTokenRequest -> CreateDelegationTokenResponse = |context, _| {
        let principal = context.connection.authentication.principal();
        let (kind, name) = principal.split_once(':').unwrap_or(("", principal));
        let has_requester = context.api_version >= 3;
        let requester = |text: &str| if has_requester { text.into() } else { Default::default() };
        CreateDelegationTokenResponse {
            error_code: ErrorCode::DelegationTokenRequestNotAllowed.code(),
            principal_type: kind.into(),
            principal_name: name.into(),
            token_requester_principal_type: requester(kind),
            token_requester_principal_name: requester(name),
            issue_timestamp_ms: NO_TIMESTAMP,
            expiry_timestamp_ms: NO_TIMESTAMP,
            max_timestamp_ms: NO_TIMESTAMP,
            ..CreateDelegationTokenResponse::default()
        }
    };
    /// RenewDelegationToken (39).
    renew_delegation_token: RenewDelegationTokenRequest -> RenewDelegationTokenResponse = |_, _| {
        RenewDelegationTokenResponse {
            error_code: ErrorCode::DelegationTokenRequestNotAllowed.code(),
            expiry_timestamp_ms: NO_TIMESTAMP,
            ..RenewDelegationTokenResponse::default()
        }
    };
    /// ExpireDelegationToken (40).
    expire_delegation_token: ExpireDelegationTokenRequest -> ExpireDelegationTokenResponse = |_, _| {
        ExpireDelegationTokenResponse {
            error_code: ErrorCode::DelegationTokenRequestNotAllowed.code(),
            expiry_timestamp_ms: NO_TIMESTAMP,
            ..ExpireDelegationTokenResponse::default()
        }
    };
    /// DescribeDelegationToken (41).
    describe_delegation_token: DescribeDelegationTokenRequest -> DescribeDelegationTokenResponse = |_, _| {
        DescribeDelegationTokenResponse {
            error_code: ErrorCode::DelegationTokenRequestNotAllowed.code(),
            ..DescribeDelegationTokenResponse::default()
        }
    };
}
