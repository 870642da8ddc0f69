"""Every operation: its name, its title, its answer, and the refusals that do not follow from its form.

A new endpoint needs a line here: a test compares the table with the endpoints.
"""

from collections.abc import Mapping
from typing import Final

from api.document import operations_of_agents
from api.document.operation import Operation
from api.responses.models import (
    access,
    calls,
    campaigns,
    carriers,
    files,
    leads,
    numbers,
    reports,
    system,
    templates,
    why,
)
from api.responses.models.base import Deleted, NumbersTaken, data_of, page_of

_STALE: Final = "`revision` in the body is not the one that the object has now."
_NAME: Final = "The name or the id is taken."
_COPY: Final = f"The name is taken, or {_STALE}"

OPERATIONS: Final[Mapping[str, Operation]] = {
    **operations_of_agents.OPERATIONS,
    "POST /v3/auth/token": Operation("log_in", "Log in with a key", access.AccessToken),
    "POST /v1/auth/token": Operation("log_in_v1", "Log in with a key, older shape", data_of(access.OldToken)),
    "POST /v3/auth": Operation("log_in_by_name", "Log in by name", data_of(access.UserWithToken)),
    "POST /v1/auth": Operation("log_in_by_name_v1", "Log in by name, older shape", data_of(access.User)),
    "GET /v3/token": Operation("list_tokens", "List API keys", page_of(access.ApiKey)),
    "POST /v3/token": Operation("create_token", "Create an API key", access.NewApiKey, taken=_NAME),
    "DELETE /v3/token/{token_uuid}": Operation("revoke_token", "Revoke an API key", access.RevokedKey),
    "POST /v3/token/{token_uuid}/rotate": Operation(
        "rotate_token", "Rotate an API key", access.NewApiKey, taken="The key has expired."
    ),
    "GET /v3/audit": Operation("list_audit_entries", "Read the audit trail", page_of(access.AuditEntry)),
    "GET /v3/campaign": Operation("list_campaigns", "List campaigns", page_of(campaigns.Campaign)),
    "POST /v3/campaign": Operation(
        "create_campaign",
        "Create a campaign",
        campaigns.CampaignCreated,
        taken=_NAME,
        unknown="The carrier or template",
    ),
    "GET /v3/campaign/{campaign_uuid}": Operation("get_campaign", "Read a campaign", campaigns.Campaign),
    "PUT /v3/campaign/{campaign_uuid}": Operation(
        "change_campaign", "Change a campaign", campaigns.CampaignChanged, taken=_COPY
    ),
    "DELETE /v3/campaign/{campaign_uuid}": Operation(
        "delete_campaign", "Delete a campaign", campaigns.CampaignNamed, taken="The campaign is active."
    ),
    "PATCH /v3/campaign/{campaign_uuid}/active": Operation(
        "switch_campaign", "Activate or deactivate a campaign", campaigns.CampaignSwitched
    ),
    "POST /v3/campaign/{campaign_uuid}/run/start": Operation(
        "start_campaign", "Start a campaign", campaigns.CampaignSteered
    ),
    "POST /v1/campaign/{campaign_uuid}/run/start": Operation(
        "start_campaign_v1", "Start a campaign, older path", campaigns.CampaignSteered
    ),
    "POST /v3/campaign/{campaign_uuid}/run/pause": Operation(
        "pause_campaign", "Pause a campaign", campaigns.CampaignSteered
    ),
    "POST /v1/campaign/{campaign_uuid}/run/pause": Operation(
        "pause_campaign_v1", "Pause a campaign, older path", campaigns.CampaignSteered
    ),
    "POST /v3/campaign/{campaign_uuid}/run/stop": Operation(
        "stop_campaign", "Stop a campaign", campaigns.CampaignSteered
    ),
    "POST /v1/campaign/{campaign_uuid}/run/stop": Operation(
        "stop_campaign_v1", "Stop a campaign, older path", campaigns.CampaignSteered
    ),
    "GET /v3/campaign/{campaign_uuid}/monitor": Operation(
        "get_campaign_monitor", "Read a campaign's progress", campaigns.Monitor
    ),
    "GET /v3/campaign/{campaign_uuid}/why": Operation(
        "explain_campaign", "Explain why a campaign is not dialled", why.CampaignWhy
    ),
    "GET /v3/carrier": Operation("list_carriers", "List carriers", page_of(carriers.Carrier)),
    "POST /v3/carrier": Operation("create_carrier", "Create a carrier", carriers.CarrierCreated, taken=_NAME),
    "GET /v3/carrier/{carrier_uuid}": Operation("get_carrier", "Read a carrier", carriers.Carrier),
    "PUT /v3/carrier/{carrier_uuid}": Operation(
        "change_carrier", "Change a carrier", carriers.CarrierNamed, taken=_COPY
    ),
    "DELETE /v3/carrier/{carrier_uuid}": Operation(
        "delete_carrier",
        "Delete a carrier",
        carriers.CarrierDeleted,
        taken="A campaign or a live call uses the carrier.",
    ),
    "GET /v3/gateway": Operation("list_gateways", "List gateways", page_of(carriers.Gateway)),
    "GET /v3/template": Operation("list_templates", "List templates", page_of(templates.Template)),
    "POST /v3/template": Operation("create_template", "Create a template", templates.TemplateCreated, taken=_NAME),
    "POST /v3/template/preview": Operation(
        "preview_template", "Preview a template", templates.TemplatePreview, unknown="The template or the lead"
    ),
    "GET /v3/template/{template_uuid}": Operation("get_template", "Read a template", templates.Template),
    "PUT /v3/template/{template_uuid}": Operation(
        "change_template", "Change a template", templates.TemplateChanged, taken=_COPY
    ),
    "DELETE /v3/template/{template_uuid}": Operation("delete_template", "Delete a template", templates.TemplateDeleted),
    "GET /v3/audio": Operation("list_audio", "List uploaded sounds", page_of(templates.Audio)),
    "POST /v3/audio": Operation("upload_audio", "Upload a sound", templates.AudioCreated, taken=_NAME),
    "GET /v3/audio/{audio_uuid}": Operation("get_audio", "Read an uploaded sound", templates.AudioInUse),
    "DELETE /v3/audio/{audio_uuid}": Operation(
        "delete_audio", "Delete an uploaded sound", templates.Message, taken="A template plays the sound."
    ),
    "GET /v3/list": Operation("list_lists", "List lists", page_of(leads.LeadList)),
    "POST /v3/list": Operation("create_list", "Create a list", leads.ListCreated, taken=_NAME, unknown="The campaign"),
    "GET /v3/list/{list_uuid}": Operation("get_list", "Read a list", leads.LeadList),
    "PATCH /v3/list/{list_uuid}/active": Operation("switch_list", "Activate or deactivate a list", leads.ListSwitched),
    "PUT /v3/list/{list_uuid}": Operation("change_list", "Change a list", leads.ListNamed, taken=_COPY),
    "DELETE /v3/list/{list_uuid}": Operation("delete_list", "Delete a list", leads.ListNamed),
    "POST /v3/list/{list_uuid}/refresh": Operation(
        "refresh_list",
        "Call a list's leads anew",
        leads.ListRefreshed,
        taken="`lead_expired_at` of the campaign has passed.",
    ),
    "GET /v3/lead": Operation("list_leads", "List leads", page_of(leads.Lead)),
    "POST /v3/lead": Operation(
        "create_lead",
        "Add a lead",
        leads.LeadCreated,
        taken="The number stands in the scope already.",
        unknown="The list",
    ),
    "POST /v3/lead/multi": Operation("import_leads", "Add many leads", leads.LeadsAdded, unknown="The list"),
    "POST /v3/lead/file": Operation("upload_leads", "Upload a table of leads", files.FileTaken, unknown="The list"),
    "POST /v1/blacklist/file": Operation(
        "upload_blocked_numbers", "Upload a table of numbers not to call", files.FileTaken
    ),
    "GET /v3/import": Operation("list_imports", "List imports", page_of(files.FileImported)),
    "GET /v3/import/{import_uuid}": Operation("get_import", "Read how far an import is", files.FileImported),
    "GET /v3/import/{import_uuid}/report": Operation("get_import_report", "Read an import's report", None),
    "DELETE /v3/import/{import_uuid}": Operation("cancel_import", "Cancel an import", files.FileImported),
    "GET /v3/recording/{recording}": Operation("get_recording", "Hear a recording", None),
    "GET /v3/lead/{lead_uuid}": Operation("get_lead", "Read a lead", leads.Lead),
    "PUT /v3/lead/{lead_uuid}": Operation(
        "change_lead", "Change a lead", leads.LeadNamed, taken="The lead is being called, or the number is taken."
    ),
    "DELETE /v3/lead/{lead_uuid}": Operation("delete_lead", "Remove a lead", leads.LeadNamed),
    "GET /v3/lead/{lead_uuid}/why": Operation("explain_lead", "Explain why a lead is not called", why.LeadWhy),
    "POST /v3/autocall/import": Operation("call_number", "Call one number", leads.CallAsked, unknown="The campaign"),
    "POST /v3/autocall/otp": Operation(
        "call_with_code",
        "Call one number and read out a code",
        leads.CodeCallAsked,
        unknown="The campaign or template",
    ),
    "GET /v3/autocall/log/{ref_id}/ref_id": Operation("get_cdr_by_ref_id", "Read the CDR of a single call", calls.Cdr),
    "GET /v3/cdr": Operation("list_cdrs", "List CDRs", calls.CdrPage),
    "GET /v3/cdr/export": Operation("export_cdrs", "Export CDRs", None),
    "GET /v3/lead/export": Operation("export_leads", "Export leads", None),
    "GET /v3/cdr/{reference}": Operation("get_cdr", "Read a CDR", calls.Cdr),
    "GET /v3/report/call/campaign": Operation(
        "report_campaigns", "Report calls by campaign", reports.CampaignReport, unknown="The campaign"
    ),
    "GET /v3/report/call/campaign/{campaign_uuid}": Operation(
        "read_campaign_report", "Read a campaign's report as a file", None, unknown="The campaign"
    ),
    "GET /v3/report/call/chart": Operation(
        "chart_calls", "Read the monitor's charts", reports.CallCharts, unknown="The campaign"
    ),
    "GET /v3/report/call/lead": Operation(
        "report_leads", "Report each lead's result", page_of(reports.LeadReportRow), unknown="The campaign"
    ),
    "GET /v3/report/subscription": Operation(
        "list_report_subscriptions", "List subscriptions to daily reports", reports.ReportSubscriptions
    ),
    "POST /v3/report/subscription": Operation(
        "create_report_subscription",
        "Subscribe to a daily report",
        reports.ReportSubscribed,
        unknown="The campaign",
        taken="The address has a subscription to this report.",
    ),
    "DELETE /v3/report/subscription/{report_subscription_id}": Operation(
        "delete_report_subscription", "Delete a subscription to a daily report", Deleted
    ),
    "GET /v3/monitor": Operation("list_live_calls", "List the calls that are up", reports.LiveCalls),
    "GET /v1/campaign": Operation("list_campaigns_v1", "List campaigns, older shape", page_of(campaigns.OldCampaign)),
    "POST /v1/campaign": Operation(
        "create_campaign_v1", "Create a campaign, older shape", campaigns.OldCampaignCreated, taken=_NAME
    ),
    "GET /v1/campaign/{campaign_uuid}": Operation(
        "get_campaign_v1", "Read a campaign, older shape", campaigns.OldCampaign
    ),
    "GET /v1/cdr": Operation("list_cdrs_v1", "List CDRs, older shape", (calls.OldCdrPage, calls.OldCdrScroll)),
    "GET /v1/cdr/{reference}": Operation("get_cdr_v1", "Read a CDR, older shape", calls.OldCdr),
    "POST /v1/autodial/campaign": Operation(
        "call_numbers", "Call many numbers", leads.CallsAsked, unknown="The campaign"
    ),
    "POST /v2/customer": Operation(
        "push_customer",
        "Add a customer",
        leads.CustomerPushed,
        taken="The campaign has the number already.",
        unknown="The campaign",
        status=201,
    ),
    "GET /v2/customer": Operation("list_customers", "List customers", leads.CustomerPage),
    "GET /v2/customer/{customer_id}": Operation("get_customer", "Read a customer", leads.CustomerRead),
    "GET /v3/callback": Operation("list_callbacks", "List callbacks", page_of(calls.Callback)),
    "GET /v3/callback/url": Operation("list_callback_urls", "List URLs that fail", page_of(calls.CallbackUrl)),
    "POST /v3/callback/url/enable": Operation(
        "enable_callback_url", "Enable a URL", calls.UrlEnabled, unknown="A callback with this URL"
    ),
    "POST /v3/callback/replay": Operation("replay_callbacks", "Send callbacks again", calls.Replayed),
    "GET /v3/callback/{callback_id}": Operation("get_callback", "Read a callback", calls.CallbackWithBody),
    "POST /v3/callback/{callback_id}/replay": Operation(
        "replay_callback", "Send a callback again", calls.CallbackReplayed
    ),
    "GET /v1/event": Operation("list_subscriptions", "List subscriptions", calls.Subscriptions),
    "POST /v1/event": Operation(
        "create_subscription",
        "Subscribe a URL",
        calls.SubscriptionCreated,
        taken="The URL is already subscribed to this event.",
    ),
    "DELETE /v1/event/{subscription_id}": Operation("delete_subscription", "Delete a subscription", Deleted),
    "GET /v1/blacklist": Operation("list_blocked_numbers", "List numbers not to call", page_of(numbers.BlockedNumber)),
    "POST /v1/blacklist": Operation("block_numbers", "Add numbers not to call", NumbersTaken),
    "DELETE /v1/blacklist": Operation("allow_numbers", "Remove numbers not to call", NumbersTaken),
    "GET /v1/blacklist/{id_or_phone}": Operation(
        "get_blocked_number", "Read a number not to call", numbers.BlockedNumber
    ),
    "POST /v3/erasure": Operation("erase_person", "Erase a person", access.Erased),
    "GET /v3/network/prefix": Operation("list_prefixes", "List prefixes", page_of(numbers.PrefixRule)),
    "PUT /v3/network/prefix": Operation("save_prefixes", "Add prefixes", numbers.PrefixesSaved),
    "DELETE /v3/network/prefix": Operation("remove_prefixes", "Remove prefixes", numbers.PrefixesRemoved),
    "GET /v3/network/ported": Operation("list_ported_numbers", "List ported numbers", page_of(numbers.PortedNumber)),
    "POST /v3/network/ported": Operation("port_numbers", "Add ported numbers", NumbersTaken),
    "DELETE /v3/network/ported": Operation("unport_numbers", "Remove ported numbers", NumbersTaken),
    "GET /v3/network/{phone_number}": Operation("get_network", "Look up a number's network", numbers.NumberNetwork),
    "GET /v3/tenant": Operation("get_tenant", "Read the tenant's settings", access.TenantSettings),
    "GET /v3/tenant/retention": Operation("get_retention", "Read how long records are kept", access.Retention),
    "PUT /v3/tenant/retention": Operation("change_retention", "Change how long records are kept", access.Retention),
    "GET /v3/operator/gateway": Operation("list_operator_gateways", "List added gateways", carriers.OperatorGateways),
    "POST /v3/operator/gateway": Operation(
        "add_operator_gateway",
        "Add a gateway",
        data_of(carriers.OperatorGateway),
        taken="The gateway is added already.",
    ),
    "GET /v3/operator/gateway/{gateway_uuid}": Operation(
        "get_operator_gateway", "Read a gateway", data_of(carriers.OperatorGateway)
    ),
    "PUT /v3/operator/gateway/{gateway_uuid}": Operation(
        "change_operator_gateway", "Change a gateway's limits", data_of(carriers.OperatorGateway)
    ),
    "DELETE /v3/operator/gateway/{gateway_uuid}": Operation(
        "remove_operator_gateway", "Forget a gateway", carriers.GatewayRemoved, taken="The gateway is granted."
    ),
    "PUT /v3/operator/gateway/{gateway_uuid}/grant": Operation(
        "grant_operator_gateway", "Grant a gateway", data_of(carriers.OperatorGateway)
    ),
    "DELETE /v3/operator/gateway/{gateway_uuid}/grant/{tenant}": Operation(
        "revoke_operator_gateway",
        "Revoke a gateway",
        data_of(carriers.OperatorGateway),
        taken="The gateway is not granted to the tenant.",
    ),
    "GET /v3/operator/tenant/{tenant}": Operation(
        "get_operator_tenant", "Read a tenant's limits", data_of(access.TenantSettings)
    ),
    "PUT /v3/operator/tenant/{tenant}": Operation(
        "change_operator_tenant", "Change a tenant's limits", data_of(access.TenantSettings)
    ),
    "GET /v3/switch": Operation("list_switches", "List switches", system.Switches),
    "PUT /v3/switch": Operation(
        "change_switch",
        "Add or change a switch",
        system.SwitchChanged,
        unknown="The switch",
        taken="The switch is heard and has live calls, or is gone.",
    ),
    "POST /v3/switch/cdr": Operation("post_switch_cdr", "Take a switch's CDR", system.CdrStored),
    "GET /metrics": Operation("get_metrics", "Read metrics", None),
    "GET /health/live": Operation("get_liveness", "Ask whether the process runs", system.Live),
    "GET /health/ready": Operation("get_readiness", "Ask whether requests are taken", system.Readiness),
    "GET /health/dialling": Operation("get_dialling", "Ask whether calls can go out", system.Readiness),
}
