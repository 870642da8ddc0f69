"""Keys of the wire that are taken and change nothing: of answers that clients send back, and of other versions."""

from typing import Final

OF_CAMPAIGN: Final = frozenset(
    "domain_uuid domain_name carrier_name template_name run_id revision created_at updated_at "
    "orig_campaign_uuid custom_ratio".split()
)
OF_CAMPAIGN_COPY: Final = OF_CAMPAIGN - {"revision", "updated_at"}
"""Of a changed campaign, which says by these two keys which copy was changed."""
OF_SCHEDULE_ROW: Final = frozenset({"domain_uuid", "id", "campaign_uuid"})
OF_CARRIER: Final = frozenset(
    "domain_uuid status carrier_remaining_ccu remaining_concurrent_call trunk groups created_at "
    "updated_at revision".split()
)
OF_TEMPLATE: Final = frozenset({"domain_uuid", "created_at", "updated_at", "revision"})
OF_LIST: Final = frozenset(
    "domain_uuid reset_time active user_uuid created_at updated_at total_leads total_fields campaign_name username "
    "firstname middlename lastname total_upload total_success total_fail recall_status revision".split()
)
OF_LEAD: Final = frozenset(
    "domain_uuid lead_uuid list_uuid status alt_status called_count last_call_time created_at updated_at hopper_id "
    "network campaign_uuid campaign_name list_name assign_user_uuid assign_username".split()
)
OF_BLOCKED_NUMBER: Final = frozenset({"id"})
OF_SUBSCRIPTION: Final = frozenset({"id", "event_domain_uuid", "domain_uuid", "domain_name", "event_name"})
