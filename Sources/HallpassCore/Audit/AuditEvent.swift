/// What was attempted. The raw value stands in the audit and in metrics.
package enum AuditEvent: String, Hashable, Sendable, CaseIterable {
    case mint
    case verify
    case introspect
    /// What a server said of a call it was told to execute.
    case outcome
    /// One token, by RFC 7009.
    case revokeToken = "revoke_token"
    /// Everything up to now that matches a dimension.
    case revoke
    /// A switch, off and on again.
    case disable
    case enable
    /// Somebody let a call be made that needed it.
    case approvalApprove = "approval_approve"
    case approvalReject = "approval_reject"
    case tenantCreate = "tenant_create"
    /// A tenant's end: its keys are destroyed. The last of its own records, and one of the platform's.
    case tenantDelete = "tenant_delete"
    /// Nothing is left of a deleted tenant but its audit.
    case tenantErase = "tenant_erase"
    case registryChange = "registry_change"
    case clientSecretIssue = "client_secret_issue"
    case clientSecretRevoke = "client_secret_revoke"
    case keyRotate = "key_rotate"
    /// An emergency: keys, and all they signed, dead at once.
    case keyCompromise = "key_compromise"
    /// Superseded keys whose last tokens have expired.
    case keyRetire = "key_retire"
    /// The tenants' own keys are sealed under another key encryption key.
    case keyEncryptionKeyRotate = "kek_rotate"
    /// What is sealed from now on is sealed under a new data key.
    case dataKeyRotate = "data_key_rotate"
    /// Nothing is left under an old data key.
    case dataKeyRetire = "data_key_retire"
    /// A copy of the database took its place: everything from before is cut off.
    case restoreFence = "restore_fence"
    /// A running server asked for its tools, for an admin to look at.
    case toolsFetch = "tools_fetch"
    /// What a server showed of its tools, against what is registered.
    case toolsObserve = "tools_observe"
    /// A tool whose definition changed on its server, and who reported it.
    case toolQuarantine = "tool_quarantine"
    /// A quarantine that a change of the registry lifted: the changed definition was accepted, or the tool removed.
    case toolAccept = "tool_accept"
    /// A quarantine lifted after the server was put right.
    case toolDismiss = "tool_dismiss"
    /// Reading the tools of a deployment; recorded only where it was refused.
    case toolsRead = "tools_read"
    case signIn = "sign_in"
    case signOut = "sign_out"
    case passwordChange = "password_change"
    /// An account made or changed.
    case adminChange = "admin_change"
    case adminRemove = "admin_remove"
    /// A one-time link made.
    case adminInvite = "admin_invite"
    /// A one-time link used: whoever had it set a password.
    case adminSetup = "admin_setup"
    case sessionRevoke = "session_revoke"
    /// Refusals of callers that nobody knows, counted instead of recorded one by one.
    case refusals
    /// An upstream credential given to a server for one call.
    case credentialIssue = "credential_issue"
    /// Put, rotated, switched off or on.
    case credentialChange = "credential_change"
    /// The provider put another refresh token in the place of the one it was shown.
    case credentialRefresh = "credential_refresh"
    case credentialRevoke = "credential_revoke"
    case credentialTest = "credential_test"
    /// Reading through the admin API; recorded only where it was refused.
    case adminRead = "admin_read"
    case auditExport = "audit_export"
    /// The oldest records, past the time that they are kept for.
    case auditTrim = "audit_trim"
    /// An identity provider's token, tried by an admin.
    case issuerTest = "issuer_test"
}

/// How it ended.
package enum AuditDecision: String, Hashable, Sendable, CaseIterable {
    /// Done as asked: minted, revoked, changed.
    case allow
    case execute
    /// Done before under the same key: the earlier result was given again.
    case replay
    case active
    case inactive
    /// Refused; `code` and `check` say why.
    case deny
}
