// Made from the control plane's OpenAPI document by `npm run api-types`; do not edit.

export interface paths {
    "/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed anywhere, newest first */
        get: operations["list_audit_admin_audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which vendors, models and prices this version knows */
        get: operations["get_catalog_admin_catalog_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/catalog/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each model costs, and where that was read */
        get: operations["get_price_book_admin_catalog_models_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/encryption": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which key seals the stored secrets, and whether the old one can go */
        get: operations["get_encryption_admin_encryption_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/encryption/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Seal everything with ENCRYPTION_KEY_NEXT */
        post: operations["rotate_encryption_admin_encryption_rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Database, projector and the worker that answers */
        get: operations["get_health_admin_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may make an account */
        get: operations["get_sign_up_admin_sign_up_get"];
        /** Decide who may make an account */
        put: operations["set_sign_up_admin_sign_up_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List people, newest first */
        get: operations["list_users_admin_users_get"];
        put?: never;
        /** Make an account; its one-time link is shown this once */
        post: operations["create_user_admin_users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one, with their workspaces */
        get: operations["get_user_admin_users__user_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}/operator": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Make somebody an operator */
        put: operations["grant_operator_admin_users__user_id__operator_put"];
        post?: never;
        /** Make them none again */
        delete: operations["revoke_operator_admin_users__user_id__operator_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}/reset-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link to set a new password, shown this once */
        post: operations["make_reset_link_admin_users__user_id__reset_link_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign somebody out everywhere, and let them in no more */
        post: operations["suspend_user_admin_users__user_id__suspend_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{user_id}/unsuspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let them in again */
        post: operations["unsuspend_user_admin_users__user_id__unsuspend_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List workspaces, newest first, with what they hold and use */
        get: operations["list_all_workspaces_admin_workspaces_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workspaces/{workspace_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one */
        get: operations["get_any_workspace_admin_workspaces__workspace_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workspaces/{workspace_id}/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** What it may use in a month */
        patch: operations["limit_workspace_admin_workspaces__workspace_id__limits_patch"];
        trace?: never;
    };
    "/admin/workspaces/{workspace_id}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse its API keys, within a second */
        post: operations["suspend_workspace_admin_workspaces__workspace_id__suspend_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/workspaces/{workspace_id}/unsuspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Serve it again */
        post: operations["unsuspend_workspace_admin_workspaces__workspace_id__unsuspend_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mail a link to set a new password, where mail is set up */
        post: operations["forgot_password_auth_forgot_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join the workspace one is invited to */
        post: operations["accept_invitation_auth_invitations_accept_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/invitations/show": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an invitation is for */
        post: operations["show_invitation_auth_invitations_show_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a link that the command line made; it works once */
        post: operations["sign_in_by_link_auth_link_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in */
        post: operations["login_auth_login_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of the cookie or of the token */
        post: operations["logout_auth_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of one's own, this one too */
        post: operations["logout_everywhere_auth_logout_all_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who one is, and where one belongs */
        get: operations["get_me_auth_me_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change one's password; ends every other session */
        post: operations["change_password_auth_password_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new token for the cookie, which is replaced too */
        post: operations["refresh_auth_refresh_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password with a link; ends every session */
        post: operations["reset_password_auth_reset_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where one is signed in, newest first */
        get: operations["list_sessions_auth_sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's own sessions */
        delete: operations["end_session_auth_sessions__session_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the sign-in page needs to know */
        get: operations["get_auth_settings_auth_settings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an account, and a workspace or join one by invitation */
        post: operations["sign_up_auth_signup_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A token for another workspace of one's own */
        post: operations["switch_auth_switch_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List yours, newest first */
        get: operations["list_workspaces_workspaces_get"];
        put?: never;
        /** Make one; you own it, and POST /auth/switch gets a token for it */
        post: operations["create_workspace_workspaces_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one */
        get: operations["get_workspace_workspaces__workspace_id__get"];
        put?: never;
        post?: never;
        /** Delete it, confirmed by its name */
        delete: operations["delete_workspace_workspaces__workspace_id__delete"];
        options?: never;
        head?: never;
        /** Rename */
        patch: operations["update_workspace_workspaces__workspace_id__patch"];
        trace?: never;
    };
    "/workspaces/{workspace_id}/access-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, newest first */
        get: operations["list_access_tokens_workspaces__workspace_id__access_tokens_get"];
        put?: never;
        /** Make one; the token is shown this once */
        post: operations["create_access_token_workspaces__workspace_id__access_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/access-tokens/{access_token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one */
        get: operations["get_access_token_workspaces__workspace_id__access_tokens__access_token_id__get"];
        put?: never;
        post?: never;
        /** Revoke, at once and for good */
        delete: operations["revoke_access_token_workspaces__workspace_id__access_tokens__access_token_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, by name */
        get: operations["list_aliases_workspaces__workspace_id__aliases_get"];
        /** Set one; what it meant before is replaced */
        put: operations["put_alias_workspaces__workspace_id__aliases_put"];
        post?: never;
        /** Take one away */
        delete: operations["delete_alias_workspaces__workspace_id__aliases_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, newest first */
        get: operations["list_api_keys_workspaces__workspace_id__api_keys_get"];
        put?: never;
        /** Make one; the key is shown this once */
        post: operations["create_api_key_workspaces__workspace_id__api_keys_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/api-keys/{api_key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one */
        get: operations["get_api_key_workspaces__workspace_id__api_keys__api_key_id__get"];
        put?: never;
        post?: never;
        /** Revoke, at once and for good */
        delete: operations["revoke_api_key_workspaces__workspace_id__api_keys__api_key_id__delete"];
        options?: never;
        head?: never;
        /** Rename, expire, limit */
        patch: operations["update_api_key_workspaces__workspace_id__api_keys__api_key_id__patch"];
        trace?: never;
    };
    "/workspaces/{workspace_id}/api-keys/{api_key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new key; the old one works on for the overlap */
        post: operations["rotate_api_key_workspaces__workspace_id__api_keys__api_key_id__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was changed in a workspace, newest first */
        get: operations["list_audit_of_workspace_workspaces__workspace_id__audit_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/deletion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What would be deleted with it */
        get: operations["describe_deletion_workspaces__workspace_id__deletion_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, newest first */
        get: operations["list_invitations_workspaces__workspace_id__invitations_get"];
        put?: never;
        /** Invite somebody; without mail the link is shown this once */
        post: operations["create_invitation_workspaces__workspace_id__invitations_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke */
        delete: operations["revoke_invitation_workspaces__workspace_id__invitations__invitation_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search, newest first
         * @description A page looks through 10,000 requests at most. One that found fewer than `limit`, or none, and has a `next_cursor`
         *     goes on from there: `next_cursor` alone says whether that was all.
         */
        get: operations["list_logs_workspaces__workspace_id__logs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/logs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that a search finds, as one file
         * @description In CSV a text that a spreadsheet would take for a formula has an apostrophe before it; `jsonl` is as it is. What
         *     comes in meanwhile may be missing. A connection that closes early has not got the whole file.
         */
        get: operations["export_logs_workspaces__workspace_id__logs_export_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/logs/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one, with the whole decision and every attempt */
        get: operations["get_log_workspaces__workspace_id__logs__request_id__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/logs/{request_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was asked and answered, where the workspace keeps it */
        get: operations["get_log_content_workspaces__workspace_id__logs__request_id__content_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List; who signed up first comes first */
        get: operations["list_members_workspaces__workspace_id__members_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one */
        get: operations["get_member_workspaces__workspace_id__members__user_id__get"];
        put?: never;
        post?: never;
        /** Remove, with the access tokens and open invitations they made */
        delete: operations["remove_member_workspaces__workspace_id__members__user_id__delete"];
        options?: never;
        head?: never;
        /** Give another role, at most one's own */
        patch: operations["update_member_workspaces__workspace_id__members__user_id__patch"];
        trace?: never;
    };
    "/workspaces/{workspace_id}/membership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Leave; the last owner can not */
        delete: operations["leave_workspaces__workspace_id__membership_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/provider-catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vendors there can be keys for, and what a key of each looks like */
        get: operations["list_provider_catalog_workspaces__workspace_id__provider_catalog_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List, in the order they are asked in */
        get: operations["list_provider_keys_workspaces__workspace_id__providers_get"];
        put?: never;
        /** Add one; its secret is never shown again */
        post: operations["create_provider_key_workspaces__workspace_id__providers_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How each does now: which are asked, which have a pause and until when */
        get: operations["get_provider_health_workspaces__workspace_id__providers_health_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put all of them in an order, the first to be asked first */
        put: operations["order_provider_keys_workspaces__workspace_id__providers_order_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try one that is not saved: a cheap real call */
        post: operations["test_unsaved_provider_key_workspaces__workspace_id__providers_test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/{provider_key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one, with the models it offers */
        get: operations["get_provider_key_workspaces__workspace_id__providers__provider_key_id__get"];
        put?: never;
        post?: never;
        /** Delete, at once and for good */
        delete: operations["delete_provider_key_workspaces__workspace_id__providers__provider_key_id__delete"];
        options?: never;
        head?: never;
        /** Change anything but its vendor */
        patch: operations["update_provider_key_workspaces__workspace_id__providers__provider_key_id__patch"];
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/{provider_key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Another secret for the same base URL */
        post: operations["rotate_provider_key_workspaces__workspace_id__providers__provider_key_id__rotate_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/providers/{provider_key_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a saved one: a cheap real call */
        post: operations["test_provider_key_workspaces__workspace_id__providers__provider_key_id__test_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/route/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Who would answer such a request now, in which order, and why; nobody is asked */
        post: operations["explain_route_workspaces__workspace_id__route_explain_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read them all */
        get: operations["get_settings_workspaces__workspace_id__settings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change some */
        patch: operations["update_settings_workspaces__workspace_id__settings_patch"];
        trace?: never;
    };
    "/workspaces/{workspace_id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A series by hour or day, in groups
         * @description At most 21,000 points: days or hours, times groups.
         */
        get: operations["get_usage_workspaces__workspace_id__usage_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workspaces/{workspace_id}/usage/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The totals of a time */
        get: operations["get_usage_summary_workspaces__workspace_id__usage_summary_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AccessToken
         * @description `actions`: what it was made with. `actions_now`: those of them that its maker (`created_by`, a user's id) still
         *     may. `last_used_at`: to the minute.
         */
        AccessToken: {
            /** Actions */
            actions: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /** Actions Now */
            actions_now: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /** Token Hint */
            token_hint: string;
        };
        /** AccessTokenCreate */
        AccessTokenCreate: {
            /** Actions */
            actions: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /**
             * Expires At
             * Format: date-time
             * @description At most 365 days from now.
             */
            expires_at: string;
            /** Name */
            name: string;
        };
        /** Account */
        Account: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Is Operator */
            is_operator: boolean;
            /** Name */
            name: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "suspended";
        };
        /** AccountDetail */
        AccountDetail: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Is Operator */
            is_operator: boolean;
            /** Name */
            name: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "suspended";
            /** Workspaces */
            workspaces: components["schemas"]["UserWorkspace"][];
        };
        /**
         * Alias
         * @description What a name means: these models in this order, or whatever serves the intent and tier. `response_model`: which
         *     name the answer bears.
         */
        Alias: {
            /**
             * Intent
             * @default chat
             * @enum {string}
             */
            intent?: "chat" | "embedding";
            /** Models */
            models?: string[];
            /**
             * Response Model
             * @default actual
             * @enum {string}
             */
            response_model?: "actual" | "requested";
            /** Substitution */
            substitution?: ("tier" | "fallback" | "never") | null;
            /**
             * Tier
             * @default default
             * @enum {string}
             */
            tier?: "default" | "premium" | "fast" | "cheap";
        };
        /**
         * ApiKey
         * @description `key_hint`: how the key begins and ends. `last_used_at`: to the minute. `replaced_by`: the key it was rotated
         *     to. `spent_nanousd_month`: since the first of the month, UTC, by the requests that are in the books, a second or so
         *     behind what `budget_nanousd_month` is held against.
         */
        ApiKey: {
            /** Allowed Aliases */
            allowed_aliases: string[] | null;
            /** Budget Nanousd Month */
            budget_nanousd_month: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: string;
            /** Key Hint */
            key_hint: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Replaced By */
            replaced_by: string | null;
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Spent Nanousd Month */
            spent_nanousd_month: number;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /** Substitution */
            substitution: ("tier" | "fallback" | "never") | null;
            /** Tokens Per Minute */
            tokens_per_minute: number | null;
        };
        /** ApiKeyCreate */
        ApiKeyCreate: {
            /**
             * Allowed Aliases
             * @description Names it may ask for; null: all.
             */
            allowed_aliases?: string[] | null;
            /**
             * Budget Nanousd Month
             * @description Nano-USD (1e-9 USD) per calendar month, UTC. Null: none.
             */
            budget_nanousd_month?: number | null;
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name: string;
            /**
             * Requests Per Minute
             * @description Null: no limit.
             */
            requests_per_minute?: number | null;
            /** Substitution */
            substitution?: ("tier" | "fallback" | "never") | null;
            /**
             * Tokens Per Minute
             * @description Null: no limit.
             */
            tokens_per_minute?: number | null;
        };
        /** ApiKeyRotate */
        ApiKeyRotate: {
            /**
             * Overlap S
             * @description How long the old key goes on working.
             * @default 86400
             */
            overlap_s?: number;
        };
        /**
         * ApiKeyUpdate
         * @description What is left out stays as it is; null takes a limit away.
         */
        ApiKeyUpdate: {
            /**
             * Allowed Aliases
             * @description Names it may ask for; null: all.
             */
            allowed_aliases?: string[] | null;
            /**
             * Budget Nanousd Month
             * @description Nano-USD (1e-9 USD) per calendar month, UTC. Null: none.
             */
            budget_nanousd_month?: number | null;
            /** Expires At */
            expires_at?: string | null;
            /** Name */
            name?: string | null;
            /**
             * Requests Per Minute
             * @description Null: no limit.
             */
            requests_per_minute?: number | null;
            /** Substitution */
            substitution?: ("tier" | "fallback" | "never") | null;
            /**
             * Tokens Per Minute
             * @description Null: no limit.
             */
            tokens_per_minute?: number | null;
        };
        /**
         * AuditEntry
         * @description `sequence` counts the whole installation's changes. `details`: what changed, never a secret.
         */
        AuditEntry: {
            /** Action */
            action: string;
            /** Actor Id */
            actor_id: string | null;
            /**
             * Actor Kind
             * @enum {string}
             */
            actor_kind: "user" | "access_token" | "command_line" | "nobody";
            /** Actor Name */
            actor_name: string;
            /** Address */
            address: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Details */
            details: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Sequence */
            sequence: number;
            /** Target Id */
            target_id: string | null;
            /** Target Kind */
            target_kind: string;
            /** Workspace Id */
            workspace_id: string | null;
        };
        /**
         * AuthSettings
         * @description `is_set_up`: false until an operator has made the first account; before, nobody can sign up. `sends_mail`: false:
         *     a forgotten password needs an operator.
         */
        AuthSettings: {
            /** Is Set Up */
            is_set_up: boolean;
            /** Min Password Characters */
            min_password_characters: number;
            /** Sends Mail */
            sends_mail: boolean;
            /**
             * Sign Up
             * @enum {string}
             */
            sign_up: "open" | "invite" | "closed";
        };
        /**
         * Candidate
         * @description In the order in which they would be asked. `reason` has the number that ordered it; the other numbers are what
         *     this worker has measured lately, null where nothing. `standby`: only if this key lacks the exact model after all.
         */
        Candidate: {
            /** Approximated */
            approximated: string[];
            /** Dropped */
            dropped: string[];
            /** Error Rate */
            error_rate: number | null;
            /** Estimated Cost Nanousd */
            estimated_cost_nanousd: number | null;
            /** Exact */
            exact: boolean;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Model */
            model: string;
            /** Priority */
            priority: number;
            /** Provider */
            provider: string;
            /** Provider Key Id */
            provider_key_id: string;
            /**
             * Rate Limit
             * @description Why its rate limit has no room, if so.
             */
            rate_limit: string | null;
            /** Reason */
            reason: string;
            /** Samples */
            samples: number;
            /** Standby */
            standby: boolean;
            /** Tokens Per S */
            tokens_per_s: number | null;
        };
        /**
         * Catalog
         * @description `price_data`: the package that list prices come from, with its version.
         */
        Catalog: {
            /** Aliases */
            aliases: number;
            /** Price Data */
            price_data: string;
            /** Vendors */
            vendors: components["schemas"]["VendorInCatalog"][];
            /** Version */
            version: string;
        };
        /**
         * CatalogVendor
         * @description `secret`: whether one has to be entered; `secret_form`: in which form, where it is more than a word.
         *     `base_url`: used when none is entered; null = one has to be.
         */
        CatalogVendor: {
            /** Allowed */
            allowed: boolean;
            /** Base Url */
            base_url: string | null;
            /** Base Url Example */
            base_url_example: string | null;
            /** Docs Url */
            docs_url: string;
            /** Environment Variable */
            environment_variable: string | null;
            /** Lists Models */
            lists_models: boolean;
            /** Models */
            models: number;
            /** Name */
            name: string;
            /**
             * Secret
             * @enum {string}
             */
            secret: "required" | "optional" | "none";
            /** Secret Form */
            secret_form: string | null;
            /** Self Hosted */
            self_hosted: boolean;
            /** Title */
            title: string;
        };
        /**
         * CatalogVendors
         * @description In the catalog's order.
         */
        CatalogVendors: components["schemas"]["CatalogVendor"][];
        /**
         * ChangedAlias
         * @description `warnings`: what is allowed and yet may not be what was meant.
         */
        ChangedAlias: {
            /** Name */
            name: string;
            target: components["schemas"]["Alias"];
            /** Warnings */
            warnings: string[];
        };
        /**
         * ChangedSettings
         * @description `warnings`: what is allowed and yet may not be what was meant.
         */
        ChangedSettings: {
            /** Aliases */
            aliases: {
                [key: string]: components["schemas"]["Alias"];
            };
            /** Allowed Providers */
            allowed_providers: string[] | null;
            /** Content Retention Days */
            content_retention_days: number;
            /** Drop Reasoning */
            drop_reasoning: boolean;
            /** Log Content */
            log_content: boolean;
            /** Own Quota Requests Month */
            own_quota_requests_month: number | null;
            /** Own Quota Tokens Month */
            own_quota_tokens_month: number | null;
            /** Prices */
            prices: {
                [key: string]: components["schemas"]["PriceBand"][];
            };
            /** Quota Requests Month */
            quota_requests_month: number | null;
            /** Quota Tokens Month */
            quota_tokens_month: number | null;
            /** Retention Days */
            retention_days: number | null;
            /** Strategy */
            strategy: ("fastest" | "cheapest" | "reliable" | "default") | null;
            /**
             * Substitution
             * @enum {string}
             */
            substitution: "tier" | "fallback" | "never";
            /**
             * Unknown Models
             * @enum {string}
             */
            unknown_models: "reject" | "default";
            /** Used Requests Month */
            used_requests_month: number;
            /** Used Tokens Month */
            used_tokens_month: number;
            /** Warnings */
            warnings: string[];
        };
        /** ChosenStrategy */
        ChosenStrategy: {
            /** Explanation */
            explanation: string;
            /**
             * Name
             * @enum {string}
             */
            name: "fastest" | "cheapest" | "reliable" | "default";
            /**
             * Source
             * @enum {string}
             */
            source: "header" | "workspace" | "fallback";
        };
        /**
         * ContentPart
         * @description `text`, or `base64` of what is not UTF-8. `whole_bytes`: of what was sent; `truncated`: only its beginning is
         *     here.
         */
        ContentPart: {
            /** Base64 */
            base64: string | null;
            /** Text */
            text: string | null;
            /** Truncated */
            truncated: boolean;
            /** Whole Bytes */
            whole_bytes: number;
        };
        /**
         * Count
         * @description `or_more`: counting stopped there.
         */
        Count: {
            /** Count */
            count: number;
            /** Or More */
            or_more: boolean;
        };
        /** DatabaseHealth */
        DatabaseHealth: {
            /** Connections */
            connections: number;
            /** Connections Most */
            connections_most: number;
            /** Latency Ms */
            latency_ms: number;
            /**
             * Months Ahead
             * @description Months after this one that have a partition; -1: not this one.
             */
            months_ahead: number;
            /** Schema Needed */
            schema_needed: string;
            /** Schema Revision */
            schema_revision: string | null;
            /** Server Version */
            server_version: string;
            /** Size Bytes */
            size_bytes: number;
        };
        /**
         * Deletion
         * @description What goes with a workspace. `deleted_at_once`: with the reply, and /v1 knows its keys no more. `deleted_later`:
         *     nobody can read it from then on, and the hourly maintenance deletes it.
         */
        Deletion: {
            /** Counts */
            counts: {
                [key: string]: components["schemas"]["Count"];
            };
            /** Deleted At Once */
            deleted_at_once: ("provider_keys" | "api_keys" | "members" | "access_tokens" | "invitations" | "request_logs" | "usage" | "contents")[];
            /** Deleted Later */
            deleted_later: ("provider_keys" | "api_keys" | "members" | "access_tokens" | "invitations" | "request_logs" | "usage" | "contents")[];
            /** Name */
            name: string;
        };
        /**
         * Done
         * @description The data of a reply that has nothing else to say.
         */
        Done: {
            /**
             * Done
             * @default true
             * @constant
             */
            done?: true;
        };
        /**
         * Encryption
         * @description `old_key_removable`: nothing needs ENCRYPTION_KEY any more, ENCRYPTION_KEY_NEXT's value can take its place.
         */
        Encryption: {
            /** Keys */
            keys: components["schemas"]["KeyUse"][];
            /** Old Key Removable */
            old_key_removable: boolean;
        };
        /**
         * Failure
         * @description `error`: a sentence for people. `code`: for programs. `field`: what of the request is at fault.
         */
        Failure: {
            /** Code */
            code: string;
            /** Error */
            error: string;
            /** Field */
            field?: string | null;
            /**
             * Success
             * @default false
             * @constant
             */
            success?: false;
        };
        /**
         * Figures
         * @description Requests that were refused before any attempt are not counted. Tokens that were not reported are counted as none.
         *     `cost_nanousd`: 1e-9 USD, without `unpriced_requests`; `cost_usd`: the same as a decimal, exact.
         */
        Figures: {
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Input Tokens */
            cached_input_tokens: number;
            /** Cost Nanousd */
            cost_nanousd: number;
            /** Cost Usd */
            cost_usd: string;
            /** Errors */
            errors: number;
            /** Fallbacks */
            fallbacks: number;
            first_byte: components["schemas"]["Latency"];
            /** Input Tokens */
            input_tokens: number;
            latency: components["schemas"]["Latency"];
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Requests */
            requests: number;
            /** Substituted */
            substituted: number;
            /** Unpriced Requests */
            unpriced_requests: number;
        };
        /** ForgotInput */
        ForgotInput: {
            /** Email */
            email: string;
        };
        /**
         * Group
         * @description `group`: what `group_by` says; null without it, '' for requests that had none. Hours or days without any request
         *     are left out.
         */
        Group: {
            /** Group */
            group: string | null;
            /** Points */
            points: components["schemas"]["Point"][];
            total: components["schemas"]["Figures"];
        };
        /**
         * Invitation
         * @description `invited_by`: a user's id.
         */
        Invitation: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Invited By */
            invited_by: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "accepted" | "revoked" | "expired";
        };
        /** InvitationCreate */
        InvitationCreate: {
            /**
             * Email
             * @description Compared without regard to case.
             */
            email: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
        };
        /** InvitationInput */
        InvitationInput: {
            /**
             * Token
             * @description What the link has after `token=`, or the whole link.
             */
            token: string;
        };
        /** InvitationShown */
        InvitationShown: {
            /** Email */
            email: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /** Workspace Id */
            workspace_id: string;
            /** Workspace Name */
            workspace_name: string;
        };
        /**
         * KeyHealth
         * @description `state`: `quarantined` after the provider refused the key, `cooling` after it limited it, `breaker_open` after
         *     failures in a row; until `retry_after_s` no request asks it. `degraded`: some of its models have such a pause, or
         *     many requests fail. `unknown`: not asked in the last minutes. `models`: those that something is known of.
         */
        KeyHealth: {
            /** Error Rate */
            error_rate: number | null;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Label */
            label: string;
            /** Models */
            models: components["schemas"]["ModelHealth"][];
            /** Provider Key Id */
            provider_key_id: string;
            /** Reason */
            reason: string;
            /** Retry After S */
            retry_after_s: number | null;
            /** Samples */
            samples: number;
            /**
             * State
             * @enum {string}
             */
            state: "healthy" | "degraded" | "cooling" | "quarantined" | "breaker_open" | "unknown";
            /** Tokens Per S */
            tokens_per_s: number | null;
            /** Vendor */
            vendor: string;
        };
        /**
         * KeyTest
         * @description What the vendor said. `what`: its list was read, or a model was asked for one token. `message`: in the vendor's
         *     own words on a failure, without the secret. `status`: its HTTP status; null = no answer came.
         */
        KeyTest: {
            /** Duration Ms */
            duration_ms: number;
            /** Error */
            error: ("status" | "in_band" | "malformed" | "truncated" | "empty" | "connect_failed" | "egress_blocked" | "connect_timeout" | "first_byte_timeout" | "idle_timeout" | "stalled" | "total_timeout" | "connection_lost" | "protocol_violation" | "too_large" | "not_carried") | ("invalid_secret" | "token_refused" | "no_model" | "busy") | null;
            /** Message */
            message: string;
            /** Model */
            model: string | null;
            /** Models Found */
            models_found: number | null;
            /** Ok */
            ok: boolean;
            /** Status */
            status: number | null;
            /**
             * What
             * @enum {string}
             */
            what: "models" | "chat";
        };
        /**
         * KeyUse
         * @description What is sealed with a key. `name`: under which this process has it; null: it has not.
         */
        KeyUse: {
            /** Audit Head */
            audit_head: boolean;
            /** Key Id */
            key_id: string;
            /** Name */
            name: ("ENCRYPTION_KEY" | "ENCRYPTION_KEY_NEXT") | null;
            /** Provider Keys */
            provider_keys: number;
            /** Request Contents */
            request_contents: number;
            /** Seals */
            seals: boolean;
        };
        /**
         * Latency
         * @description Of the `requests` that succeeded and were measured. Percentiles lie within 9.1 % of the real ones; null: none.
         */
        Latency: {
            /** P50 Ms */
            p50_ms: number | null;
            /** P95 Ms */
            p95_ms: number | null;
            /** P99 Ms */
            p99_ms: number | null;
            /** Requests */
            requests: number;
        };
        /**
         * Limits
         * @description What the workspace may use in a month at most. Its own people can only set lower ones.
         */
        Limits: {
            /** Quota Requests Month */
            quota_requests_month: number | null;
            /** Quota Tokens Month */
            quota_tokens_month: number | null;
        };
        /**
         * LimitsUpdate
         * @description What is left out stays as it is; null takes a limit away.
         */
        LimitsUpdate: {
            /**
             * Quota Requests Month
             * @description Per calendar month, UTC. Null: none. The workspace's own can only be lower.
             */
            quota_requests_month?: number | null;
            /**
             * Quota Tokens Month
             * @description Per calendar month, UTC. Null: none. The workspace's own can only be lower.
             */
            quota_tokens_month?: number | null;
        };
        /** LinkInput */
        LinkInput: {
            /**
             * Token
             * @description What the link has after `token=`, or the whole link.
             */
            token: string;
        };
        /**
         * Log
         * @description One request. `id` is the request id that the client got. A count that is null was not reported, a cost that is
         *     null is unknown. `cost_nanousd`: 1e-9 USD; `cost_usd`: the same as a decimal, exact.
         */
        Log: {
            /** Alias */
            alias: string | null;
            /** Api Key Id */
            api_key_id: string;
            /** Billed Input Tokens */
            billed_input_tokens: number | null;
            /** Billed Output Tokens */
            billed_output_tokens: number | null;
            /** Cache Write Tokens */
            cache_write_tokens: number | null;
            /** Cached Input Tokens */
            cached_input_tokens: number | null;
            /** Cost Nanousd */
            cost_nanousd: number | null;
            /** Cost Usd */
            cost_usd: string | null;
            /** Duration Ms */
            duration_ms: number;
            /** End User */
            end_user: string | null;
            /** Endpoint */
            endpoint: string;
            /** Error Code */
            error_code: string | null;
            /** Fallback Used */
            fallback_used: boolean;
            /** Finish Reason */
            finish_reason: string | null;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Id */
            id: string;
            /** Input Tokens */
            input_tokens: number | null;
            /** Intent */
            intent: string | null;
            /** Model */
            model: string | null;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "rejected" | "client_closed" | "interrupted";
            /** Output Tokens */
            output_tokens: number | null;
            /** Partial */
            partial: boolean;
            /** Price Source */
            price_source: string | null;
            /** Provider */
            provider: string | null;
            /** Provider Key Id */
            provider_key_id: string | null;
            /** Reasoning Tokens */
            reasoning_tokens: number | null;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Requested Model */
            requested_model: string;
            /** Status */
            status: number;
            /** Strategy */
            strategy: string | null;
            /** Strategy Source */
            strategy_source: string | null;
            /** Streaming */
            streaming: boolean;
            /**
             * Substituted
             * @enum {string}
             */
            substituted: "none" | "strategy" | "priority" | "fallback";
            /** Tags */
            tags: {
                [key: string]: string;
            };
            /** Tier */
            tier: string | null;
            /**
             * Usage Source
             * @enum {string}
             */
            usage_source: "reported" | "counted" | "none";
        };
        /**
         * LogContent
         * @description `request`: the body as it was received. `answer`: as the client got it: a body, or the bytes of its event
         *     stream.
         */
        LogContent: {
            answer: components["schemas"]["ContentPart"];
            request: components["schemas"]["ContentPart"];
            /** Request Id */
            request_id: string;
        };
        /**
         * LogDetail
         * @description `decision`: what was considered, in which order and why; `attempts`: what was then tried. Both as they were
         *     written when the request ended.
         */
        LogDetail: {
            /** Alias */
            alias: string | null;
            /** Api Key Id */
            api_key_id: string;
            /** Attempts */
            attempts: components["schemas"]["LoggedAttempt"][];
            /** Billed Input Tokens */
            billed_input_tokens: number | null;
            /** Billed Output Tokens */
            billed_output_tokens: number | null;
            /** Cache Write Tokens */
            cache_write_tokens: number | null;
            /** Cached Input Tokens */
            cached_input_tokens: number | null;
            /** Cost Nanousd */
            cost_nanousd: number | null;
            /** Cost Usd */
            cost_usd: string | null;
            decision: components["schemas"]["LoggedDecision"] | null;
            /** Duration Ms */
            duration_ms: number;
            /** End User */
            end_user: string | null;
            /** Endpoint */
            endpoint: string;
            /** Error Code */
            error_code: string | null;
            /** Fallback Used */
            fallback_used: boolean;
            /** Finish Reason */
            finish_reason: string | null;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Id */
            id: string;
            /** Input Tokens */
            input_tokens: number | null;
            /** Intent */
            intent: string | null;
            /** Model */
            model: string | null;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "rejected" | "client_closed" | "interrupted";
            /** Output Tokens */
            output_tokens: number | null;
            /** Partial */
            partial: boolean;
            /** Price Source */
            price_source: string | null;
            /** Provider */
            provider: string | null;
            /** Provider Key Id */
            provider_key_id: string | null;
            /** Reasoning Tokens */
            reasoning_tokens: number | null;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Requested Model */
            requested_model: string;
            /** Status */
            status: number;
            /** Strategy */
            strategy: string | null;
            /** Strategy Source */
            strategy_source: string | null;
            /** Streaming */
            streaming: boolean;
            /**
             * Substituted
             * @enum {string}
             */
            substituted: "none" | "strategy" | "priority" | "fallback";
            /** Tags */
            tags: {
                [key: string]: string;
            };
            /** Tier */
            tier: string | null;
            /**
             * Usage Source
             * @enum {string}
             */
            usage_source: "reported" | "counted" | "none";
        };
        /**
         * LoggedAttempt
         * @description One try at one candidate. `started_ms`: after the request came in. `duration_ms`: of a stream that answered until
         *     its first content, and then it went on until the request's end. `outcome`: `ok`, `cancelled`, or the failure's kind,
         *     as `status` or `first_byte_timeout`. `verdict`: whether another candidate was worth asking, null when it answered.
         *     `fallback`: another key or model than the first that was asked. `possibly_billed`: although it failed.
         */
        LoggedAttempt: {
            /** Duration Ms */
            duration_ms: number | null;
            /**
             * Fallback
             * @default false
             */
            fallback: boolean;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Message */
            message: string | null;
            /**
             * Model
             * @default
             */
            model: string;
            /**
             * Number
             * @default 0
             */
            number: number;
            /**
             * Outcome
             * @default
             */
            outcome: string;
            /**
             * Possibly Billed
             * @default false
             */
            possibly_billed: boolean;
            /**
             * Provider
             * @default
             */
            provider: string;
            /** Provider Key Id */
            provider_key_id: string | null;
            /** Retry After S */
            retry_after_s: number | null;
            /** Started Ms */
            started_ms: number | null;
            /** Status */
            status: number | null;
            /** Verdict */
            verdict: ("RETRYABLE" | "FATAL") | null;
        };
        /**
         * LoggedCandidate
         * @description In the order in which they were to be asked; `reason` has the number that ordered it. `dropped`,
         *     `approximated`: fields of the request that did not travel, or not as they were.
         */
        LoggedCandidate: {
            /**
             * Approximated
             * @default []
             */
            approximated: string[];
            /**
             * Dropped
             * @default []
             */
            dropped: string[];
            /** Estimated Cost Nanousd */
            estimated_cost_nanousd: number | null;
            /**
             * Exact
             * @default false
             */
            exact: boolean;
            /**
             * Model
             * @default
             */
            model: string;
            /**
             * Provider
             * @default
             */
            provider: string;
            /** Provider Key Id */
            provider_key_id: string | null;
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        /**
         * LoggedDecision
         * @description As far as it had come. `explored`: a little known candidate went first, to find out. `steps`: what was then done,
         *     sentence by sentence.
         */
        LoggedDecision: {
            /**
             * Candidates
             * @default []
             */
            candidates: components["schemas"]["LoggedCandidate"][];
            /**
             * Explanation
             * @default
             */
            explanation: string;
            /**
             * Explored
             * @default false
             */
            explored: boolean;
            resolution: components["schemas"]["LoggedResolution"] | null;
            /**
             * Skipped
             * @default []
             */
            skipped: components["schemas"]["LoggedSkip"][];
            /**
             * Steps
             * @default []
             */
            steps: string[];
            strategy: components["schemas"]["LoggedStrategy"] | null;
        };
        /**
         * LoggedResolution
         * @description What the requested name meant. `models`: canonical names that counted as exact, in order of wish; empty: only the
         *     tier was promised. `recognised` false: nobody knew the name.
         */
        LoggedResolution: {
            /**
             * Alias
             * @default
             */
            alias: string;
            /**
             * Exact Only
             * @default false
             */
            exact_only: boolean;
            /**
             * Explanation
             * @default
             */
            explanation: string;
            /**
             * Intent
             * @default
             */
            intent: string;
            /**
             * Models
             * @default []
             */
            models: string[];
            /**
             * Recognised
             * @default true
             */
            recognised: boolean;
            /**
             * Requested
             * @default
             */
            requested: string;
            /**
             * Response Model
             * @default actual
             */
            response_model: string;
            /** Substitution */
            substitution: string | null;
            /**
             * Tier
             * @default
             */
            tier: string;
        };
        /**
         * LoggedSkip
         * @description A provider key that was no candidate, and why.
         */
        LoggedSkip: {
            /**
             * Code
             * @default
             */
            code: string;
            /** Model */
            model: string | null;
            /**
             * Provider
             * @default
             */
            provider: string;
            /** Provider Key Id */
            provider_key_id: string | null;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Retry After S */
            retry_after_s: number | null;
        };
        /**
         * LoggedStrategy
         * @description `source`: the request's header, the workspace, or the installation (`fallback`).
         */
        LoggedStrategy: {
            /**
             * Explanation
             * @default
             */
            explanation: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Source
             * @default
             */
            source: string;
        };
        /** LoginInput */
        LoginInput: {
            /** Email */
            email: string;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * Me
         * @description `workspace_id`: the one the present token speaks for.
         */
        Me: {
            session: components["schemas"]["Session"];
            user: components["schemas"]["SignedInUser"];
            /** Workspace Id */
            workspace_id: string | null;
            /** Workspaces */
            workspaces: components["schemas"]["MyWorkspace"][];
        };
        /**
         * Member
         * @description `suspended`: an operator has locked the account.
         */
        Member: {
            /** Email */
            email: string;
            /**
             * Joined At
             * Format: date-time
             */
            joined_at: string;
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /** Suspended */
            suspended: boolean;
            /** User Id */
            user_id: string;
        };
        /** MemberUpdate */
        MemberUpdate: {
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
        };
        /**
         * ModelHealth
         * @description `error_rate`: 0 to 1, of the last minutes. Null: nothing measured. `samples`: how many requests that rests on,
         *     older ones counting less.
         */
        ModelHealth: {
            /** Error Rate */
            error_rate: number | null;
            /** First Byte Ms */
            first_byte_ms: number | null;
            /** Model */
            model: string;
            /** Reason */
            reason: string;
            /** Retry After S */
            retry_after_s: number | null;
            /** Samples */
            samples: number;
            /**
             * State
             * @enum {string}
             */
            state: "healthy" | "degraded" | "cooling" | "breaker_open" | "model_missing" | "unknown";
            /** Tokens Per S */
            tokens_per_s: number | null;
        };
        /**
         * MonthUsage
         * @description Since the first of the month, UTC; what is in the tables.
         */
        MonthUsage: {
            /** Cost Nanousd */
            cost_nanousd: number;
            /** Requests */
            requests: number;
            /** Tokens */
            tokens: number;
        };
        /**
         * MyWorkspace
         * @description `actions`: what one may do there.
         */
        MyWorkspace: {
            /** Actions */
            actions: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /** Suspended */
            suspended: boolean;
        };
        /** NamedAlias */
        NamedAlias: {
            /** Name */
            name: string;
            target: components["schemas"]["Alias"];
        };
        /**
         * NewAccessToken
         * @description `token` is shown this once: only its hash is stored.
         */
        NewAccessToken: {
            /** Actions */
            actions: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /** Actions Now */
            actions_now: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Revoked At */
            revoked_at: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /** Token */
            token: string;
            /** Token Hint */
            token_hint: string;
        };
        /**
         * NewAccount
         * @description Has no password yet: `reset_link` is how they set one.
         */
        NewAccount: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Is Operator */
            is_operator: boolean;
            /** Name */
            name: string;
            reset_link: components["schemas"]["ResetLink"];
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "suspended";
        };
        /**
         * NewApiKey
         * @description `key` is shown this once: only its hash is stored.
         */
        NewApiKey: {
            /** Allowed Aliases */
            allowed_aliases: string[] | null;
            /** Budget Nanousd Month */
            budget_nanousd_month: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: string;
            /** Key */
            key: string;
            /** Key Hint */
            key_hint: string;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Replaced By */
            replaced_by: string | null;
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Spent Nanousd Month */
            spent_nanousd_month: number;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "expired" | "revoked";
            /** Substitution */
            substitution: ("tier" | "fallback" | "never") | null;
            /** Tokens Per Minute */
            tokens_per_minute: number | null;
        };
        /**
         * NewInvitation
         * @description `link` is shown this once, and only where it was not mailed: whoever has it can take up the invitation.
         *
         *     `warnings`: what is missing for the link to work as it is.
         */
        NewInvitation: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Invited By */
            invited_by: string;
            /** Link */
            link: string | null;
            /** Mailed */
            mailed: boolean;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
            /**
             * Status
             * @enum {string}
             */
            status: "open" | "accepted" | "revoked" | "expired";
            /** Warnings */
            warnings: string[];
        };
        /**
         * NewToken
         * @description `token`: for `Authorization: Bearer`; until `token_expires_at`. `workspace`: the one it speaks for.
         */
        NewToken: {
            /** Token */
            token: string;
            /**
             * Token Expires At
             * Format: date-time
             */
            token_expires_at: string;
            workspace: components["schemas"]["MyWorkspace"] | null;
        };
        /**
         * OfferedModel
         * @description `source`: of this key's own models, of the catalog, or of the vendor's own list.
         */
        OfferedModel: {
            /** Canonical */
            canonical: string;
            /** Capabilities */
            capabilities: ("vision" | "tools" | "json_object" | "json_schema" | "audio" | "files")[];
            /** Context Tokens */
            context_tokens: number | null;
            /** Id */
            id: string;
            /**
             * Intent
             * @enum {string}
             */
            intent: "chat" | "embedding";
            /** Max Output Tokens */
            max_output_tokens: number | null;
            /** Price */
            price: components["schemas"]["OfferedPriceBand"][] | null;
            /** Price Source */
            price_source: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "own" | "catalog" | "discovered";
            /** Tiers */
            tiers: ("default" | "premium" | "fast" | "cheap")[];
        };
        /**
         * OfferedPriceBand
         * @description Micro-USD per million tokens, for inputs above `above_input_tokens`.
         */
        OfferedPriceBand: {
            /** Above Input Tokens */
            above_input_tokens: number;
            /** Cache Write */
            cache_write: number | null;
            /** Cached Input */
            cached_input: number | null;
            /** Input */
            input: number;
            /** Output */
            output: number;
        };
        /**
         * OwnModel
         * @description A model that this key offers, whatever the catalog says. What is left out is the catalog's where it knows the
         *     model, else: chat, everything can be asked of it, price unknown.
         */
        OwnModel: {
            /** Canonical */
            canonical?: string | null;
            /** Capabilities */
            capabilities?: ("vision" | "tools" | "json_object" | "json_schema" | "audio" | "files")[] | null;
            /** Context Tokens */
            context_tokens?: number | null;
            /** Id */
            id: string;
            /** Intent */
            intent?: ("chat" | "embedding") | null;
            /** Max Output Tokens */
            max_output_tokens?: number | null;
            /** Price */
            price?: components["schemas"]["OwnPriceBand"][] | null;
            /**
             * Tiers
             * @default []
             */
            tiers?: ("default" | "premium" | "fast" | "cheap")[];
        };
        /**
         * OwnPriceBand
         * @description For inputs above `above_input_tokens`; a class without a price of its own costs what input does.
         */
        OwnPriceBand: {
            /**
             * Above Input Tokens
             * @default 0
             */
            above_input_tokens?: number;
            /** Cache Write */
            cache_write?: number | null;
            /** Cached Input */
            cached_input?: number | null;
            /**
             * Input
             * @description Micro-USD per million tokens: 150000 is $0.15 / 1M.
             */
            input: number;
            /**
             * Output
             * @description Micro-USD per million tokens: 150000 is $0.15 / 1M.
             */
            output: number;
        };
        /** Page[AccessToken] */
        Page_AccessToken_: {
            /** Data */
            data: components["schemas"]["AccessToken"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Account] */
        Page_Account_: {
            /** Data */
            data: components["schemas"]["Account"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[ApiKey] */
        Page_ApiKey_: {
            /** Data */
            data: components["schemas"]["ApiKey"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[AuditEntry] */
        Page_AuditEntry_: {
            /** Data */
            data: components["schemas"]["AuditEntry"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Invitation] */
        Page_Invitation_: {
            /** Data */
            data: components["schemas"]["Invitation"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Log] */
        Page_Log_: {
            /** Data */
            data: components["schemas"]["Log"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Member] */
        Page_Member_: {
            /** Data */
            data: components["schemas"]["Member"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[NamedAlias] */
        Page_NamedAlias_: {
            /** Data */
            data: components["schemas"]["NamedAlias"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[ProviderKey] */
        Page_ProviderKey_: {
            /** Data */
            data: components["schemas"]["ProviderKey"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Session] */
        Page_Session_: {
            /** Data */
            data: components["schemas"]["Session"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[WorkspaceOverview] */
        Page_WorkspaceOverview_: {
            /** Data */
            data: components["schemas"]["WorkspaceOverview"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Page[Workspace] */
        Page_Workspace_: {
            /** Data */
            data: components["schemas"]["Workspace"][];
            /** Next Cursor */
            next_cursor: string | null;
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** PasswordChangeInput */
        PasswordChangeInput: {
            /**
             * Current Password
             * Format: password
             */
            current_password: string;
            /**
             * New Password
             * Format: password
             * @description At least 12 characters, of any kind.
             */
            new_password: string;
        };
        /** Point */
        Point: {
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Input Tokens */
            cached_input_tokens: number;
            /** Cost Nanousd */
            cost_nanousd: number;
            /** Cost Usd */
            cost_usd: string;
            /** Errors */
            errors: number;
            /** Fallbacks */
            fallbacks: number;
            first_byte: components["schemas"]["Latency"];
            /** Input Tokens */
            input_tokens: number;
            latency: components["schemas"]["Latency"];
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Requests */
            requests: number;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Substituted */
            substituted: number;
            /** Unpriced Requests */
            unpriced_requests: number;
        };
        /**
         * PoolHealth
         * @description Connections of this worker's control plane.
         */
        PoolHealth: {
            /** In Use */
            in_use: number;
            /** Size */
            size: number;
        };
        /**
         * PriceBand
         * @description Null for a class: it costs what plain input costs. The first band starts at 0 input tokens, and they rise.
         */
        PriceBand: {
            /**
             * Above Input Tokens
             * @default 0
             */
            above_input_tokens?: number;
            /** Cache Write */
            cache_write?: number | null;
            /** Cached Input */
            cached_input?: number | null;
            /**
             * Input
             * @description Micro-USD per million tokens: 150000 is $0.15 per million.
             */
            input: number;
            /**
             * Output
             * @description Micro-USD per million tokens: 150000 is $0.15 per million.
             */
            output: number;
        };
        /**
         * PriceBook
         * @description List prices of the day this process started; what a workspace pays may differ. `price_data`: the package they
         *     come from, with its version; a model's `price_source` says where its own was read.
         */
        PriceBook: {
            /** Price Data */
            price_data: string;
            /** Vendors */
            vendors: components["schemas"]["VendorPrices"][];
        };
        /**
         * ProjectorHealth
         * @description `newest_request_at`: of the requests that are in the tables. `journals`: files known, `journal_bytes`: of them in
         *     the tables.
         */
        ProjectorHealth: {
            /** Journal Bytes */
            journal_bytes: number;
            /** Journals */
            journals: number;
            /** Newest Request Age S */
            newest_request_age_s: number | null;
            /** Newest Request At */
            newest_request_at: string | null;
        };
        /**
         * ProviderKey
         * @description `secret_hint`: how the secret ends. `base_url`: null is the vendor's own; `called_url` is what will be used.
         *
         *     `status`: disabled by somebody; not_allowed by the workspace's settings; unknown_vendor and no_base_url when this
         *     version can not use it. `own_models`, `discovered_models`: how many, beside the catalog's.
         */
        ProviderKey: {
            /** Base Url */
            base_url: string | null;
            /** Called Url */
            called_url: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Discovered At */
            discovered_at: string | null;
            /** Discovered Models */
            discovered_models: number;
            /** Discovery Error */
            discovery_error: string | null;
            /** Enabled */
            enabled: boolean;
            /** Id */
            id: string;
            /** Label */
            label: string;
            /** Own Models */
            own_models: number;
            /** Priority */
            priority: number;
            /** Secret Hint */
            secret_hint: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled" | "not_allowed" | "unknown_vendor" | "no_base_url";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Vendor */
            vendor: string;
            /** Vendor Title */
            vendor_title: string;
        };
        /** ProviderKeyCreate */
        ProviderKeyCreate: {
            /** Base Url */
            base_url?: string | null;
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Label
             * @description To tell several keys of a vendor apart.
             * @default
             */
            label?: string;
            /**
             * Models
             * @default []
             */
            models?: components["schemas"]["OwnModel"][];
            /**
             * Priority
             * @description Lower is asked first.
             * @default 100
             */
            priority?: number;
            /**
             * Secret
             * Format: password
             * @description The key itself; the catalog says in which form. Never shown.
             * @default
             */
            secret?: string;
            /**
             * Vendor
             * @description A name of the provider catalog.
             */
            vendor: string;
        };
        /** ProviderKeyDetail */
        ProviderKeyDetail: {
            /** Base Url */
            base_url: string | null;
            /** Called Url */
            called_url: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Discovered At */
            discovered_at: string | null;
            /** Discovered Models */
            discovered_models: number;
            /** Discovery Error */
            discovery_error: string | null;
            /** Enabled */
            enabled: boolean;
            /** Id */
            id: string;
            /** Label */
            label: string;
            /** Models */
            models: components["schemas"]["OfferedModel"][];
            /** Own Models */
            own_models: number;
            /** Priority */
            priority: number;
            /** Secret Hint */
            secret_hint: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "disabled" | "not_allowed" | "unknown_vendor" | "no_base_url";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Vendor */
            vendor: string;
            /** Vendor Title */
            vendor_title: string;
        };
        /** ProviderKeyOrder */
        ProviderKeyOrder: {
            /**
             * Ids
             * @description Every key, the first to be asked first.
             */
            ids: string[];
        };
        /** ProviderKeyRotate */
        ProviderKeyRotate: {
            /**
             * Secret
             * Format: password
             * @description The key itself; the catalog says in which form. Never shown.
             */
            secret: string;
        };
        /**
         * ProviderKeyUpdate
         * @description What is left out stays as it is. A new base URL needs the secret again; null is the vendor's own.
         */
        ProviderKeyUpdate: {
            /** Base Url */
            base_url?: string | null;
            /** Enabled */
            enabled?: boolean | null;
            /** Label */
            label?: string | null;
            /** Models */
            models?: components["schemas"]["OwnModel"][] | null;
            /** Priority */
            priority?: number | null;
            /** Secret */
            secret?: string | null;
        };
        /**
         * ProvidersHealth
         * @description What the worker that answered knows at this moment. Workers of one machine tell each other.
         */
        ProvidersHealth: {
            /** Keys */
            keys: components["schemas"]["KeyHealth"][];
        };
        /**
         * RefreshInput
         * @description `workspace_id`: the one the new token shall speak for; left out, or of a workspace one has left: the oldest.
         */
        RefreshInput: {
            /** Workspace Id */
            workspace_id?: string | null;
        };
        /** ResetInput */
        ResetInput: {
            /**
             * Password
             * Format: password
             * @description At least 12 characters, of any kind.
             */
            password: string;
            /**
             * Token
             * @description What the link has after `token=`, or the whole link.
             */
            token: string;
        };
        /**
         * ResetLink
         * @description `link` works once, until `expires_at`, and is shown this once. It begins with a slash where PERPETUO_PUBLIC_URL
         *     does not say where people reach us, and `warnings` say so.
         */
        ResetLink: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Link */
            link: string;
            /** Warnings */
            warnings: string[];
        };
        /**
         * Resolved
         * @description `models`: canonical names that count as exact, in order of wish; empty: only the tier is promised.
         */
        Resolved: {
            /** Alias */
            alias: string;
            /** Exact Only */
            exact_only: boolean;
            /** Explanation */
            explanation: string;
            /**
             * Intent
             * @enum {string}
             */
            intent: "chat" | "embedding";
            /** Models */
            models: string[];
            /** Recognised */
            recognised: boolean;
            /** Requested */
            requested: string;
            /**
             * Tier
             * @enum {string}
             */
            tier: "default" | "premium" | "fast" | "cheap";
        };
        /**
         * Rotation
         * @description `finished` false: rotate again to go on. `unopened`: rows that no key of ours opens; they stay as they are.
         */
        Rotation: {
            /** Finished */
            finished: boolean;
            /** Keys */
            keys: components["schemas"]["KeyUse"][];
            /** Old Key Removable */
            old_key_removable: boolean;
            /** Provider Keys Sealed */
            provider_keys_sealed: number;
            /** Request Contents Sealed */
            request_contents_sealed: number;
            /** Unopened */
            unopened: number;
        };
        /**
         * RouteDecision
         * @description `refusal`: null when the request would be forwarded. What was not decided because of it is null or empty.
         */
        RouteDecision: {
            /** Candidates */
            candidates: components["schemas"]["Candidate"][];
            /** Explanation */
            explanation: string;
            refusal: components["schemas"]["RouteRefusal"] | null;
            resolution: components["schemas"]["Resolved"] | null;
            /** Skipped */
            skipped: components["schemas"]["SkippedKey"][];
            strategy: components["schemas"]["ChosenStrategy"] | null;
            /** Substitution */
            substitution: ("tier" | "fallback" | "never") | null;
        };
        /**
         * RouteExplain
         * @description A request as far as its decision depends on it. `strategies`: `all` asks under each of them, not under one.
         */
        RouteExplain: {
            /**
             * Api Key Id
             * @description Whose constraints hold. Null: of a key without any.
             */
            api_key_id?: string | null;
            /**
             * Input Tokens
             * @description Size of the request whose price is compared.
             * @default 500
             */
            input_tokens?: number;
            /**
             * Intent
             * @default chat
             * @enum {string}
             */
            intent?: "chat" | "embedding";
            /**
             * Max Output Tokens
             * @description Null: the request sets no limit.
             */
            max_output_tokens?: number | null;
            /**
             * Model
             * @description As a client would write it.
             */
            model: string;
            /**
             * Needs
             * @description What whoever answers has to be able to carry.
             * @default []
             */
            needs?: ("vision" | "tools" | "json_object" | "json_schema" | "audio" | "files")[];
            /** Strategies */
            strategies?: "all" | null;
            /**
             * Strategy
             * @description As X-Perpetuo-Route. Null: the workspace's.
             */
            strategy?: ("fastest" | "cheapest" | "reliable" | "default") | null;
            /**
             * Strict
             * @description As X-Perpetuo-Strict: on.
             * @default false
             */
            strict?: boolean;
            /**
             * Substitution
             * @description As X-Perpetuo-Substitution.
             */
            substitution?: ("tier" | "fallback" | "never") | null;
        };
        /**
         * RouteExplained
         * @description `decisions`: one, or with `strategies: all` one for each strategy. They are those of the worker that answered,
         *     by the configuration and the catalog it had.
         */
        RouteExplained: {
            /** Catalog Version */
            catalog_version: string;
            /** Decisions */
            decisions: components["schemas"]["RouteDecision"][];
            /** Snapshot Version */
            snapshot_version: number;
        };
        /**
         * RouteRefusal
         * @description What the client would get instead of an answer.
         */
        RouteRefusal: {
            /** Code */
            code: string;
            /** Message */
            message: string;
            /** Param */
            param: string | null;
            /** Retry After S */
            retry_after_s: number | null;
            /** Status */
            status: number;
        };
        /** SavedKeyTest */
        SavedKeyTest: {
            /**
             * By Chat
             * @description Ask a model for one token, although a list of models would do. May cost a little.
             * @default false
             */
            by_chat?: boolean;
        };
        /**
         * Session
         * @description `address`, `user_agent`: where it was last refreshed from.
         */
        Session: {
            /** Address */
            address: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Current */
            current: boolean;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /**
             * Last Used At
             * Format: date-time
             */
            last_used_at: string;
            /** User Agent */
            user_agent: string;
        };
        /**
         * Settings
         * @description `quota_*` are the operators' and only theirs to change; the smaller of theirs and your own counts.
         *     `used_*_month`: since the first of the month, UTC, by the requests that are in the books, a second or so behind what
         *     is held against the quotas; tokens of input and output.
         */
        Settings: {
            /** Aliases */
            aliases: {
                [key: string]: components["schemas"]["Alias"];
            };
            /** Allowed Providers */
            allowed_providers: string[] | null;
            /** Content Retention Days */
            content_retention_days: number;
            /** Drop Reasoning */
            drop_reasoning: boolean;
            /** Log Content */
            log_content: boolean;
            /** Own Quota Requests Month */
            own_quota_requests_month: number | null;
            /** Own Quota Tokens Month */
            own_quota_tokens_month: number | null;
            /** Prices */
            prices: {
                [key: string]: components["schemas"]["PriceBand"][];
            };
            /** Quota Requests Month */
            quota_requests_month: number | null;
            /** Quota Tokens Month */
            quota_tokens_month: number | null;
            /** Retention Days */
            retention_days: number | null;
            /** Strategy */
            strategy: ("fastest" | "cheapest" | "reliable" | "default") | null;
            /**
             * Substitution
             * @enum {string}
             */
            substitution: "tier" | "fallback" | "never";
            /**
             * Unknown Models
             * @enum {string}
             */
            unknown_models: "reject" | "default";
            /** Used Requests Month */
            used_requests_month: number;
            /** Used Tokens Month */
            used_tokens_month: number;
        };
        /**
         * SettingsUpdate
         * @description What is left out stays as it is. `aliases` and `prices` are changed entry by entry; null takes one away.
         */
        SettingsUpdate: {
            /** Aliases */
            aliases?: {
                [key: string]: components["schemas"]["Alias"] | null;
            };
            /**
             * Allowed Providers
             * @description Vendors; null: all.
             */
            allowed_providers?: string[] | null;
            /**
             * Content Retention Days
             * @default 7
             */
            content_retention_days?: number;
            /**
             * Drop Reasoning
             * @default false
             */
            drop_reasoning?: boolean;
            /**
             * Log Content
             * @default false
             */
            log_content?: boolean;
            /**
             * Own Quota Requests Month
             * @description Per calendar month, UTC. Null: none of our own; the operators' counts too.
             */
            own_quota_requests_month?: number | null;
            /**
             * Own Quota Tokens Month
             * @description Per calendar month, UTC. Null: none of our own; the operators' counts too.
             */
            own_quota_tokens_month?: number | null;
            /**
             * Prices
             * @description `<vendor>/<model id>`: what you pay instead of the list price.
             */
            prices?: {
                [key: string]: components["schemas"]["PriceBand"][] | null;
            };
            /**
             * Retention Days
             * @description Of logs and usage. Null: the installation's, also the most.
             */
            retention_days?: number | null;
            /**
             * Strategy
             * @description Null: the installation's.
             */
            strategy?: ("fastest" | "cheapest" | "reliable" | "default") | null;
            /**
             * Substitution
             * @default tier
             * @enum {string}
             */
            substitution?: "tier" | "fallback" | "never";
            /**
             * Unknown Models
             * @default reject
             * @enum {string}
             */
            unknown_models?: "reject" | "default";
        };
        /**
         * SignUpPolicy
         * @description `chosen_by`: an operator, or this process's settings.
         */
        SignUpPolicy: {
            /**
             * Chosen By
             * @enum {string}
             */
            chosen_by: "operator" | "settings";
            /**
             * Sign Up
             * @enum {string}
             */
            sign_up: "open" | "invite" | "closed";
        };
        /** SignUpUpdate */
        SignUpUpdate: {
            /**
             * Sign Up
             * @description Null: what the settings say.
             */
            sign_up: ("open" | "invite" | "closed") | null;
        };
        /** SignedIn */
        SignedIn: {
            /** Token */
            token: string;
            /**
             * Token Expires At
             * Format: date-time
             */
            token_expires_at: string;
            user: components["schemas"]["SignedInUser"];
            workspace: components["schemas"]["MyWorkspace"] | null;
        };
        /** SignedInUser */
        SignedInUser: {
            /** Email */
            email: string;
            /** Id */
            id: string;
            /** Is Operator */
            is_operator: boolean;
            /** Name */
            name: string;
        };
        /**
         * SignedUp
         * @description `api_key`: the workspace's first one; its `key` is shown this once.
         */
        SignedUp: {
            api_key: components["schemas"]["NewApiKey"] | null;
            /** Token */
            token: string;
            /**
             * Token Expires At
             * Format: date-time
             */
            token_expires_at: string;
            user: components["schemas"]["SignedInUser"];
            workspace: components["schemas"]["MyWorkspace"] | null;
        };
        /** SignupInput */
        SignupInput: {
            /**
             * Email
             * @description Compared without regard to case.
             */
            email: string;
            /** Invitation */
            invitation?: string | null;
            /**
             * Name
             * @default
             */
            name?: string;
            /**
             * Password
             * Format: password
             * @description At least 12 characters, of any kind.
             */
            password: string;
            /**
             * Workspace Name
             * @description With an invitation: left out, no workspace is made.
             */
            workspace_name?: string | null;
        };
        /** SkippedKey */
        SkippedKey: {
            /** Code */
            code: string;
            /** Model */
            model: string | null;
            /** Provider */
            provider: string;
            /** Provider Key Id */
            provider_key_id: string;
            /** Reason */
            reason: string;
            /** Retry After S */
            retry_after_s: number | null;
        };
        /** Success[AccessToken] */
        Success_AccessToken_: {
            data: components["schemas"]["AccessToken"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[AccountDetail] */
        Success_AccountDetail_: {
            data: components["schemas"]["AccountDetail"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Account] */
        Success_Account_: {
            data: components["schemas"]["Account"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ApiKey] */
        Success_ApiKey_: {
            data: components["schemas"]["ApiKey"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[AuthSettings] */
        Success_AuthSettings_: {
            data: components["schemas"]["AuthSettings"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[CatalogVendors] */
        Success_CatalogVendors_: {
            data: components["schemas"]["CatalogVendors"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Catalog] */
        Success_Catalog_: {
            data: components["schemas"]["Catalog"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ChangedAlias] */
        Success_ChangedAlias_: {
            data: components["schemas"]["ChangedAlias"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ChangedSettings] */
        Success_ChangedSettings_: {
            data: components["schemas"]["ChangedSettings"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Deletion] */
        Success_Deletion_: {
            data: components["schemas"]["Deletion"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Done] */
        Success_Done_: {
            data: components["schemas"]["Done"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Encryption] */
        Success_Encryption_: {
            data: components["schemas"]["Encryption"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[InvitationShown] */
        Success_InvitationShown_: {
            data: components["schemas"]["InvitationShown"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[KeyTest] */
        Success_KeyTest_: {
            data: components["schemas"]["KeyTest"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[LogContent] */
        Success_LogContent_: {
            data: components["schemas"]["LogContent"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[LogDetail] */
        Success_LogDetail_: {
            data: components["schemas"]["LogDetail"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Me] */
        Success_Me_: {
            data: components["schemas"]["Me"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Member] */
        Success_Member_: {
            data: components["schemas"]["Member"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[MyWorkspace] */
        Success_MyWorkspace_: {
            data: components["schemas"]["MyWorkspace"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[NewAccessToken] */
        Success_NewAccessToken_: {
            data: components["schemas"]["NewAccessToken"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[NewAccount] */
        Success_NewAccount_: {
            data: components["schemas"]["NewAccount"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[NewApiKey] */
        Success_NewApiKey_: {
            data: components["schemas"]["NewApiKey"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[NewInvitation] */
        Success_NewInvitation_: {
            data: components["schemas"]["NewInvitation"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[NewToken] */
        Success_NewToken_: {
            data: components["schemas"]["NewToken"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[PriceBook] */
        Success_PriceBook_: {
            data: components["schemas"]["PriceBook"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ProviderKeyDetail] */
        Success_ProviderKeyDetail_: {
            data: components["schemas"]["ProviderKeyDetail"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ProviderKey] */
        Success_ProviderKey_: {
            data: components["schemas"]["ProviderKey"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ProvidersHealth] */
        Success_ProvidersHealth_: {
            data: components["schemas"]["ProvidersHealth"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[ResetLink] */
        Success_ResetLink_: {
            data: components["schemas"]["ResetLink"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Rotation] */
        Success_Rotation_: {
            data: components["schemas"]["Rotation"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[RouteExplained] */
        Success_RouteExplained_: {
            data: components["schemas"]["RouteExplained"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Settings] */
        Success_Settings_: {
            data: components["schemas"]["Settings"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[SignUpPolicy] */
        Success_SignUpPolicy_: {
            data: components["schemas"]["SignUpPolicy"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[SignedIn] */
        Success_SignedIn_: {
            data: components["schemas"]["SignedIn"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[SignedUp] */
        Success_SignedUp_: {
            data: components["schemas"]["SignedUp"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Summary] */
        Success_Summary_: {
            data: components["schemas"]["Summary"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[SystemHealth] */
        Success_SystemHealth_: {
            data: components["schemas"]["SystemHealth"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Usage] */
        Success_Usage_: {
            data: components["schemas"]["Usage"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[WorkspaceOverview] */
        Success_WorkspaceOverview_: {
            data: components["schemas"]["WorkspaceOverview"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /** Success[Workspace] */
        Success_Workspace_: {
            data: components["schemas"]["Workspace"];
            /**
             * Success
             * @default true
             * @constant
             */
            success?: true;
        };
        /**
         * Summary
         * @description `error_rate`, `fallback_rate`: of the requests, 0 to 1; null without any.
         */
        Summary: {
            /** Cache Write Tokens */
            cache_write_tokens: number;
            /** Cached Input Tokens */
            cached_input_tokens: number;
            /** Cost Nanousd */
            cost_nanousd: number;
            /** Cost Usd */
            cost_usd: string;
            /** Error Rate */
            error_rate: number | null;
            /** Errors */
            errors: number;
            /** Fallback Rate */
            fallback_rate: number | null;
            /** Fallbacks */
            fallbacks: number;
            first_byte: components["schemas"]["Latency"];
            /** Input Tokens */
            input_tokens: number;
            latency: components["schemas"]["Latency"];
            /** Newest Request At */
            newest_request_at: string | null;
            /** Output Tokens */
            output_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Requests */
            requests: number;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Substituted */
            substituted: number;
            /** Unpriced Requests */
            unpriced_requests: number;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /** SwitchInput */
        SwitchInput: {
            /** Workspace Id */
            workspace_id: string;
        };
        /** SystemHealth */
        SystemHealth: {
            database: components["schemas"]["DatabaseHealth"];
            pool: components["schemas"]["PoolHealth"];
            projector: components["schemas"]["ProjectorHealth"];
            /** Version */
            version: string;
            worker: components["schemas"]["WorkerHealth"] | null;
        };
        /** UnsavedKeyTest */
        UnsavedKeyTest: {
            /** Base Url */
            base_url?: string | null;
            /**
             * By Chat
             * @description Ask a model for one token, although a list of models would do. May cost a little.
             * @default false
             */
            by_chat?: boolean;
            /**
             * Models
             * @default []
             */
            models?: components["schemas"]["OwnModel"][];
            /**
             * Secret
             * Format: password
             * @description The key itself; the catalog says in which form. Never shown.
             * @default
             */
            secret?: string;
            /**
             * Vendor
             * @description A name of the provider catalog.
             */
            vendor: string;
        };
        /**
         * Usage
         * @description `total`: of all requests of the time and filters; groups of tags may add up to more, as a request has several.
         *     `newest_request_at`: of the newest request in the books; later ones are still on their way.
         */
        Usage: {
            /** Group By */
            group_by: ("provider" | "model" | "api_key" | "alias" | "tag" | "end_user") | null;
            /** Groups */
            groups: components["schemas"]["Group"][];
            /**
             * Interval
             * @enum {string}
             */
            interval: "hour" | "day";
            /** Newest Request At */
            newest_request_at: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            total: components["schemas"]["Figures"];
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /** UserCreate */
        UserCreate: {
            /**
             * Email
             * @description Compared without regard to case.
             */
            email: string;
            /**
             * Is Operator
             * @default false
             */
            is_operator?: boolean;
            /**
             * Name
             * @description Null: none.
             */
            name?: string | null;
        };
        /** UserWorkspace */
        UserWorkspace: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Role
             * @enum {string}
             */
            role: "owner" | "admin" | "member" | "viewer";
        };
        /** VendorInCatalog */
        VendorInCatalog: {
            /** Models */
            models: number;
            /** Models Without Price */
            models_without_price: string[];
            /** Name */
            name: string;
            /** Protocol */
            protocol: string;
            /** Title */
            title: string;
        };
        /**
         * VendorPrices
         * @description `models`: with their prices in micro-USD per million tokens. `source_url`: the vendor's page that our row of it
         *     was read from, on `read_on`.
         */
        VendorPrices: {
            /** Models */
            models: components["schemas"]["OfferedModel"][];
            /** Name */
            name: string;
            /** Read On */
            read_on: string;
            /** Self Hosted */
            self_hosted: boolean;
            /** Source Url */
            source_url: string;
            /** Title */
            title: string;
        };
        /**
         * WorkerHealth
         * @description The worker that answered. `prices_of`: the day whose prices it computes with.
         */
        WorkerHealth: {
            /** Addresses Limited */
            addresses_limited: number | null;
            /** Api Keys */
            api_keys: number;
            /** Breakers Open */
            breakers_open: number;
            /** Catalog Version */
            catalog_version: string;
            /** Draining */
            draining: boolean;
            /** Events Dropped */
            events_dropped: {
                [key: string]: number;
            };
            /** In Flight */
            in_flight: number;
            /** Journal Bytes */
            journal_bytes: number;
            /** Journal Fsync */
            journal_fsync: string;
            /** Journal Unwritten */
            journal_unwritten: number;
            /** Keys Quarantined */
            keys_quarantined: number;
            /** Open Intents */
            open_intents: number;
            /** Pid */
            pid: number;
            /** Prices Of */
            prices_of: string;
            /** Provider Keys */
            provider_keys: number;
            /** Snapshot Age S */
            snapshot_age_s: number | null;
            /** Snapshot Version */
            snapshot_version: number;
            /** Uptime S */
            uptime_s: number;
            /** Version */
            version: string;
            /** Workspaces */
            workspaces: number;
        };
        /**
         * Workspace
         * @description `role` and `actions`: yours, there, now; a machine's token has no role.
         */
        Workspace: {
            /** Actions */
            actions: ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "members:leave" | "api_keys:read" | "api_keys:write" | "provider_keys:read" | "provider_keys:write" | "access_tokens:read" | "access_tokens:write" | "logs:read" | "logs:read_content" | "usage:read" | "routing:explain" | "audit:read")[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Role */
            role: ("owner" | "admin" | "member" | "viewer") | null;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "suspended";
        };
        /** WorkspaceCreate */
        WorkspaceCreate: {
            /** Name */
            name: string;
        };
        /** WorkspaceDelete */
        WorkspaceDelete: {
            /**
             * Confirm Name
             * @description Its name, exactly.
             */
            confirm_name: string;
        };
        /** WorkspaceOverview */
        WorkspaceOverview: {
            /** Api Keys */
            api_keys: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: string;
            limits: components["schemas"]["Limits"];
            /** Members */
            members: number;
            month: components["schemas"]["MonthUsage"];
            /** Name */
            name: string;
            /** Owner Email */
            owner_email: string;
            /** Owner Id */
            owner_id: string;
            /** Provider Keys */
            provider_keys: number;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "suspended";
        };
        /** WorkspaceUpdate */
        WorkspaceUpdate: {
            /** Name */
            name: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_audit_admin_audit_get: {
        parameters: {
            query?: {
                /** @description Only this one, as `api_keys.create`. */
                action?: string | null;
                /** @description Only what this user's or access token's id did. */
                actor_id?: string | null;
                since?: string | null;
                until?: string | null;
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_catalog_admin_catalog_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Catalog_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_price_book_admin_catalog_models_get: {
        parameters: {
            query?: {
                /** @description Null: of all. */
                vendor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_PriceBook_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_encryption_admin_encryption_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Encryption_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    rotate_encryption_admin_encryption_rotate_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Rotation_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_health_admin_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SystemHealth_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_sign_up_admin_sign_up_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignUpPolicy_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    set_sign_up_admin_sign_up_put: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignUpPolicy_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_users_admin_users_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Only those that begin like this, in any case. */
                email?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Account_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_user_admin_users_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewAccount_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_user_admin_users__user_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_AccountDetail_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    grant_operator_admin_users__user_id__operator_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Account_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    revoke_operator_admin_users__user_id__operator_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Account_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    make_reset_link_admin_users__user_id__reset_link_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ResetLink_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    suspend_user_admin_users__user_id__suspend_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Account_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    unsuspend_user_admin_users__user_id__unsuspend_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Account_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_all_workspaces_admin_workspaces_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Only those that begin like this, in any case. */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WorkspaceOverview_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_any_workspace_admin_workspaces__workspace_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_WorkspaceOverview_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    limit_workspace_admin_workspaces__workspace_id__limits_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitsUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_WorkspaceOverview_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    suspend_workspace_admin_workspaces__workspace_id__suspend_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_WorkspaceOverview_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    unsuspend_workspace_admin_workspaces__workspace_id__unsuspend_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_WorkspaceOverview_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    forgot_password_auth_forgot_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForgotInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    accept_invitation_auth_invitations_accept_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_MyWorkspace_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    show_invitation_auth_invitations_show_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_InvitationShown_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    sign_in_by_link_auth_link_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignedIn_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    login_auth_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignedIn_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    logout_auth_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    logout_everywhere_auth_logout_all_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_me_auth_me_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Me_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    change_password_auth_password_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    refresh_auth_refresh_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshInput"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewToken_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    reset_password_auth_reset_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_sessions_auth_sessions_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Session_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    end_session_auth_sessions__session_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_auth_settings_auth_settings_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_AuthSettings_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    sign_up_auth_signup_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignedUp_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    switch_auth_switch_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewToken_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_workspaces_workspaces_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Workspace_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_workspace_workspaces_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Workspace_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_workspace_workspaces__workspace_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Workspace_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    delete_workspace_workspaces__workspace_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceDelete"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Deletion_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    update_workspace_workspaces__workspace_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Workspace_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_access_tokens_workspaces__workspace_id__access_tokens_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AccessToken_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_access_token_workspaces__workspace_id__access_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessTokenCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewAccessToken_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_access_token_workspaces__workspace_id__access_tokens__access_token_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                access_token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_AccessToken_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    revoke_access_token_workspaces__workspace_id__access_tokens__access_token_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                access_token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_aliases_workspaces__workspace_id__aliases_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_NamedAlias_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    put_alias_workspaces__workspace_id__aliases_put: {
        parameters: {
            query: {
                /** @description The alias: what applications send as `model`. */
                name: string;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Alias"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ChangedAlias_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    delete_alias_workspaces__workspace_id__aliases_delete: {
        parameters: {
            query: {
                /** @description The alias: what applications send as `model`. */
                name: string;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_api_keys_workspaces__workspace_id__api_keys_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ApiKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_api_key_workspaces__workspace_id__api_keys_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewApiKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_api_key_workspaces__workspace_id__api_keys__api_key_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ApiKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    revoke_api_key_workspaces__workspace_id__api_keys__api_key_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    update_api_key_workspaces__workspace_id__api_keys__api_key_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ApiKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    rotate_api_key_workspaces__workspace_id__api_keys__api_key_id__rotate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                api_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApiKeyRotate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewApiKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_audit_of_workspace_workspaces__workspace_id__audit_get: {
        parameters: {
            query?: {
                /** @description Only this one, as `api_keys.create`. */
                action?: string | null;
                /** @description Only what this user's or access token's id did. */
                actor_id?: string | null;
                since?: string | null;
                until?: string | null;
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    describe_deletion_workspaces__workspace_id__deletion_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Deletion_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_invitations_workspaces__workspace_id__invitations_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Invitation_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_invitation_workspaces__workspace_id__invitations_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_NewInvitation_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    revoke_invitation_workspaces__workspace_id__invitations__invitation_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_logs_workspaces__workspace_id__logs_get: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                request_id?: string | null;
                api_key_id?: string | null;
                provider?: string | null;
                /** @description The one that answered. */
                model?: string | null;
                alias?: string | null;
                end_user?: string | null;
                /** @description `name` for any value of it, or `name=value`. */
                tag?: string | null;
                /** @description What the client got: `429`, or a class as `4xx`. */
                status?: string | null;
                outcome?: ("succeeded" | "failed" | "rejected" | "client_closed" | "interrupted") | null;
                fallback?: boolean | null;
                substituted?: boolean | null;
                min_cost_nanousd?: number | null;
                min_duration_ms?: number | null;
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Log_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    export_logs_workspaces__workspace_id__logs_export_get: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                request_id?: string | null;
                api_key_id?: string | null;
                provider?: string | null;
                /** @description The one that answered. */
                model?: string | null;
                alias?: string | null;
                end_user?: string | null;
                /** @description `name` for any value of it, or `name=value`. */
                tag?: string | null;
                /** @description What the client got: `429`, or a class as `4xx`. */
                status?: string | null;
                outcome?: ("succeeded" | "failed" | "rejected" | "client_closed" | "interrupted") | null;
                fallback?: boolean | null;
                substituted?: boolean | null;
                min_cost_nanousd?: number | null;
                min_duration_ms?: number | null;
                format?: "csv" | "jsonl";
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": unknown;
                    "text/csv": string;
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_log_workspaces__workspace_id__logs__request_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_LogDetail_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_log_content_workspaces__workspace_id__logs__request_id__content_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_LogContent_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_members_workspaces__workspace_id__members_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Member_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_member_workspaces__workspace_id__members__user_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Member_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    remove_member_workspaces__workspace_id__members__user_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    update_member_workspaces__workspace_id__members__user_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Member_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    leave_workspaces__workspace_id__membership_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_provider_catalog_workspaces__workspace_id__provider_catalog_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_CatalogVendors_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    list_provider_keys_workspaces__workspace_id__providers_get: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ProviderKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    create_provider_key_workspaces__workspace_id__providers_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyCreate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ProviderKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_provider_health_workspaces__workspace_id__providers_health_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ProvidersHealth_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    order_provider_keys_workspaces__workspace_id__providers_order_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyOrder"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    test_unsaved_provider_key_workspaces__workspace_id__providers_test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnsavedKeyTest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_KeyTest_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_provider_key_workspaces__workspace_id__providers__provider_key_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ProviderKeyDetail_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    delete_provider_key_workspaces__workspace_id__providers__provider_key_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Done_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    update_provider_key_workspaces__workspace_id__providers__provider_key_id__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ProviderKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    rotate_provider_key_workspaces__workspace_id__providers__provider_key_id__rotate_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderKeyRotate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ProviderKey_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    test_provider_key_workspaces__workspace_id__providers__provider_key_id__test_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
                provider_key_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SavedKeyTest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_KeyTest_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    explain_route_workspaces__workspace_id__route_explain_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RouteExplain"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_RouteExplained_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_settings_workspaces__workspace_id__settings_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Settings_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    update_settings_workspaces__workspace_id__settings_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_ChangedSettings_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_usage_workspaces__workspace_id__usage_get: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                api_key_id?: string | null;
                provider?: string | null;
                model?: string | null;
                alias?: string | null;
                /** @description `name` for any value of it, or `name=value`. */
                tag?: string | null;
                interval?: "hour" | "day";
                group_by?: ("provider" | "model" | "api_key" | "alias" | "tag" | "end_user") | null;
                /** @description How many are named, the most costly ones; the others are `(other)`. */
                groups?: number;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Usage_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    get_usage_summary_workspaces__workspace_id__usage_summary_get: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                api_key_id?: string | null;
                provider?: string | null;
                model?: string | null;
                alias?: string | null;
                /** @description `name` for any value of it, or `name=value`. */
                tag?: string | null;
            };
            header?: never;
            path: {
                workspace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Summary_"];
                };
            };
            /** @description The request can not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Nobody is signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Signed in, but not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description It is in the way of something that exists. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A field is wrong; `field` names it. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Too often; Retry-After says when to try again. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description A mistake of ours; the log has the details. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Something that we need does not answer; try again. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
}
