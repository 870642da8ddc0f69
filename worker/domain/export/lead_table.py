"""The columns of exported leads, which the import of files reads again with either language's headings."""

from typing import Final

from worker.domain.export.table import Column

PROFILE: Final = (
    Column("lead_name", "Customer name", "Tên khách hàng"),
    Column("lead_code", "Customer code", "Mã khách hàng"),
    Column("contract_number", "Contract number", "Số hợp đồng"),
    Column("identity_number", "Identity number", "CMND/CCCD"),
    Column("identity_issued_at", "Issued at", "Nơi cấp"),
    Column("identity_issued_on", "Issued on", "Ngày cấp"),
    Column("address", "Address", "Địa chỉ"),
    Column("province", "Province", "Tỉnh/Thành phố"),
    Column("district", "District", "Quận/Huyện"),
    Column("ward", "Ward", "Phường/Xã"),
    Column("date_of_birth", "Date of birth", "Ngày sinh"),
    Column("gender", "Gender", "Giới tính"),
    Column("comment", "Comment", "Ghi chú"),
    Column("ref_id", "Reference", "Mã tham chiếu"),
    Column("ref_code", "Ref code", "Ref code"),
)
COLUMNS: Final = (
    Column("phone_number", "Phone number", "Số điện thoại"),
    *PROFILE,
    Column("status", "Result", "Kết quả"),
    Column("called_count", "Attempts", "Số lần gọi"),
    Column("last_call_time", "Last call", "Lần gọi cuối"),
    Column("network", "Network", "Nhà mạng"),
    Column("campaign_name", "Campaign", "Chiến dịch"),
    Column("list_name", "List", "Danh sách"),
    Column("lead_uuid", "Lead id", "Mã lead"),
    Column("list_uuid", "List id", "Mã danh sách"),
    Column("campaign_uuid", "Campaign id", "Mã chiến dịch"),
    Column("created_at", "Created", "Ngày tạo"),
    Column("additional", "Lead data", "Dữ liệu khách hàng"),
)
