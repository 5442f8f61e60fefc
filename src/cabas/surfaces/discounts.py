"""The protocols' word for why a code does not count (UCP discount extension, ACP `discount_error_codes`)."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "code_unknown": "discount_code_invalid",
    "code_early": "discount_code_invalid",
    "code_goods": "discount_code_invalid",
    "code_expired": "discount_code_expired",
    "code_elsewhere": "discount_code_user_ineligible",
    "code_used": "discount_code_user_ineligible",
    "code_used_up": "discount_code_usage_limit_reached",
    "code_sign_in": "discount_code_user_not_logged_in",
    "code_minimum": "discount_code_minimum_not_met",
}
